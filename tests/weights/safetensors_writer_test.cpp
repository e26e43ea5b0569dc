#include "counterpoint/weights/safetensors_writer.h"

#include <array>

#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::weights {
namespace {

TEST(SafetensorsWriter, IsReadBack) {
  const test::ScratchDir folder;
  const std::array<float, 6> floats{1, -2, 3.5F, 0, 1e-30F, 5};
  const std::array<std::int64_t, 1> ids{7};
  const std::vector<TensorView> written{{"second.first", DType::f32, {2, 3}, std::as_bytes(std::span(floats))},
                                        {"id \"é\"", DType::i64, {1}, std::as_bytes(std::span(ids))}};
  const auto path = folder / "x.safetensors";
  write_safetensors(path, written, {{"format", "pt"}, {"note", "two\nlines"}});
  const auto read = open_safetensors(path);
  EXPECT_EQ(read->names(), (std::vector<std::string>{"second.first", "id \"é\""}));
  const TensorView view = read->view("second.first");
  EXPECT_TRUE(view.plain());
  std::array<float, 3> row{};
  read_rows(view, 1, 1, row.data());
  EXPECT_EQ(row, (std::array<float, 3>{0, 1e-30F, 5}));
  EXPECT_EQ(read->view("id \"é\"").bytes[0], std::byte{7});
}

TEST(SafetensorsWriter, RefusesWhatItCannotWrite) {
  const test::ScratchDir folder;
  const std::array<float, 64> floats{};
  const auto bytes = std::as_bytes(std::span(floats));
  const auto error = [&](const std::vector<TensorView>& tensors) {
    return test::error_of([&] { write_safetensors(folder / "x.safetensors", tensors); });
  };
  const TensorView fine{"a", DType::f32, {64}, bytes};
  EXPECT_NE(error({fine, fine}).find("'a' is to be written twice"), std::string::npos);
  EXPECT_NE(error({{"a", DType::f32, {65}, bytes}}).find("not F32 of shape [65]"), std::string::npos);
  EXPECT_NE(error({{"a", DType::q8_0, {32}, bytes.first(34)}}).find("safetensors has no type Q8_0"), std::string::npos);
  EXPECT_NE(error({{"a", DType::f32, {8, 8}, bytes, 2}}).find("rows are in GGUF's order"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "x.safetensors"));
}

}  // namespace
}  // namespace counterpoint::weights
