// Values read out of files against those that the gguf package reads.
#include <algorithm>
#include <bit>
#include <limits>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/half.h"
#include "counterpoint/weights/model_files.h"
#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::weights {
namespace {

std::vector<float> all_of(const TensorView& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  read_rows(tensor, 0, tensor.rows(), values.data());
  return values;
}

/// Bit for bit, so that -0 and 0 count as different, too.
void expect_same(const std::vector<float>& got, const std::vector<float>& expected, const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(got[i]), std::bit_cast<std::uint32_t>(expected[i]))
        << what << "[" << i << "]: " << got[i] << " instead of " << expected[i];
}

TEST(Dequantise, EachTypeEqualsTheReferenceBitForBit) {
  const MappedFile file(test::golden("models/quantised.gguf"));
  const GgufContents contents = parse_gguf(file.bytes(), "quantised.gguf");
  const auto expected = open_safetensors(test::golden("models/quantised.safetensors"));
  EXPECT_EQ(contents.tensors.size(), 11);
  for (const TensorView& tensor : contents.tensors) {
    EXPECT_EQ(tensor.name, dtype_name(tensor.dtype));
    expect_same(all_of(tensor), all_of(expected->view(tensor.name)), tensor.name);
  }
}

TEST(Dequantise, PartsEqualTheWhole) {
  const MappedFile file(test::golden("models/quantised.gguf"));
  for (const TensorView& tensor : parse_gguf(file.bytes(), "quantised.gguf").tensors) {
    const std::vector<float> whole = all_of(tensor);
    std::vector<float> part(static_cast<size_t>(block_elements(tensor.dtype)));
    const std::int64_t first = std::ssize(whole) - std::ssize(part);
    to_float32(tensor, first, part);
    expect_same(part, {whole.begin() + first, whole.end()}, tensor.name);
  }
}

TEST(Dequantise, EveryHalfPrecisionNumberIsExact) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<std::uint16_t>(bits));
    const std::uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    double expected =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, static_cast<int>(exponent) - 25);
    if (exponent == 31) expected = fraction ? std::numeric_limits<double>::quiet_NaN() : HUGE_VAL;
    if (exponent == 31 && fraction) {
      ASSERT_TRUE(std::isnan(value)) << bits;
      continue;
    }
    ASSERT_EQ(value, bits >> 15 ? -expected : expected) << bits;
    ASSERT_EQ(std::signbit(value), bits >> 15 != 0) << bits;
  }
}

TEST(Dequantise, IntegersAreNoWeights) {
  const std::array<std::byte, 8> bytes{};
  std::array<float, 1> out{};
  const std::string message = test::error_of([&] { to_float32({"a", DType::i64, {1}, bytes}, 0, out); });
  EXPECT_NE(message.find("weights of type I64"), std::string::npos) << message;
}

TEST(Dequantise, OnlyAlignedUntouchedTensorsArePlain) {
  alignas(8) const std::array<std::byte, 64> bytes{};
  const std::span<const std::byte> all = bytes;
  EXPECT_TRUE((TensorView{"a", DType::f32, {2, 4}, all.first(32)}.plain()));
  EXPECT_TRUE((TensorView{"a", DType::bf16, {2, 4}, all.subspan(2, 16)}.plain()));
  EXPECT_FALSE((TensorView{"a", DType::f32, {2, 4}, all.subspan(2, 32)}.plain()));
  EXPECT_FALSE((TensorView{"a", DType::f32, {2, 4}, all.first(32), 1}.plain()));
  EXPECT_FALSE((TensorView{"a", DType::q8_0, {32}, all.first(34)}.plain()));
}

TEST(Dequantise, SmolLm2EqualsTheReference) {
  const auto path = test::smollm2();
  SKIP_WITHOUT(path, "SmolLM2's GGUF");
  const ModelFiles model = open_model(*path, {.tokenizer = false});
  const auto golden = open_safetensors(test::golden("models/smollm2.safetensors"));
  const std::vector<std::pair<std::string, std::int64_t>> first_rows{{"model.embed_tokens.weight", 1000},
                                                                     {"model.layers.3.self_attn.q_proj.weight", 70},
                                                                     {"model.layers.29.self_attn.k_proj.weight", 100},
                                                                     {"model.layers.7.mlp.down_proj.weight", 5},
                                                                     {"model.norm.weight", 0}};
  for (const auto& [name, first] : first_rows) {
    const TensorView expected = golden->view(name), tensor = model.tensors->view(name);
    std::vector<float> rows(static_cast<size_t>(expected.elements()));
    read_rows(tensor, first, expected.rows(), rows.data());
    expect_same(rows, all_of(expected), name);
  }
}

}  // namespace
}  // namespace counterpoint::weights
