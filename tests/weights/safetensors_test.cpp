#include "counterpoint/weights/safetensors.h"

#include <algorithm>

#include "counterpoint/core/files.h"
#include "tests/support/support.h"
#include "tests/weights/damage.h"

namespace counterpoint::weights {
namespace {

using test::safetensors_bytes;

std::vector<TensorView> parse(const std::string& file) { return parse_safetensors(test::as_bytes(file), "x"); }

const std::string one_tensor = R"({"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})";

struct Damage {
  std::string name, header;
  size_t data;
  std::string message;
};

TEST(Safetensors, ReadsTensorsInTheOrderOfTheHeader) {
  const auto tensors = parse(safetensors_bytes(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[4,12]},)"
      R"("a":{"shape":[2,1],"data_offsets":[0,4],"dtype":"BF16"},"none":{"dtype":"U8","shape":[0,3],"data_offsets":[4,4]}} )",
      12));
  ASSERT_EQ(tensors.size(), 3);
  EXPECT_EQ(tensors[0].name, "b");
  EXPECT_EQ(tensors[0].elements(), 1);
  EXPECT_EQ(tensors[1].dtype, DType::bf16);
  EXPECT_EQ(tensors[1].shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(tensors[1].bytes.size(), 4);
  EXPECT_EQ(tensors[2].elements(), 0);
}

TEST(Safetensors, RefusesEachKindOfDamage) {
  const std::vector<Damage> all{
      {"no JSON", "{\"a\":", 8, "x: the header is damaged: no JSON at its byte 6"},
      {"a list", "[1]", 8, "a list stands where it cannot be"},
      {"deep", std::string(100000, '['), 8, "a list stands where it cannot be"},
      {"deep object", R"({"a":{"dtype":{"a":{"a":{}}}}})", 8, "an object stands where it cannot be"},
      {"deep metadata", R"({"__metadata__":{"a":{}}})", 0, "an object stands where it cannot be"},
      {"text as tensor", R"({"a":"F32"})", 8, "a text stands where it cannot be"},
      {"unknown type", R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", 8, "unknown dtype 'F8_E4M3'"},
      {"unknown key", R"({"a":{"dtype":"U8","shapes":[8],"data_offsets":[0,8]}})", 8, "did you mean 'shape'?"},
      {"no shape", R"({"a":{"dtype":"U8","data_offsets":[0,8]}})", 8, "dtype, shape and two data_offsets"},
      {"one offset", R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[8]}})", 8, "two data_offsets were expected"},
      {"three offsets", R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8,8]}})", 8, "more than two data_offsets"},
      {"key twice", R"({"a":{"dtype":"U8","shape":[8],"shape":[8],"data_offsets":[0,8]}})", 8,
       "'shape' is there twice"},
      {"name twice", one_tensor.substr(0, one_tensor.size() - 1) + "," + one_tensor.substr(1), 8,
       "x: 'a' is there twice"},
      {"negative", R"({"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}})", 8, "a negative number"},
      {"fraction", R"({"a":{"dtype":"U8","shape":[8.5],"data_offsets":[0,8]}})", 8, "a fraction"},
      {"huge number", R"({"a":{"dtype":"U8","shape":[99999999999999999999999],"data_offsets":[0,8]}})", 8,
       "a fraction"},
      {"huge dimension", R"({"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,8]}})", 8,
       "a dimension is 9223372036854775808"},
      {"overflow", R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}})", 8,
       "has too many elements"},
      {"many dimensions", R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}})", 8,
       "more than 8 dimensions"},
      {"backwards", R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}})", 8, "ends (0) before it begins (8)"},
      {"outside", one_tensor, 7, "x: tensor 'a' ends at byte 8, but the file has 7 bytes of data; it is truncated"},
      {"wrong size", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8,
       "tensor 'a' has 8 bytes; F32 of shape [3] takes 12"},
      {"overlap",
       R"({"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
       8, "the bytes of 'a' and 'b' overlap"},
      {"hole",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
       8, "2 bytes before 'b' belong to no tensor"},
      {"left over", one_tensor, 9, "1 bytes at the end belong to no tensor"},
      {"no UTF-8", "{\"\xff\":{}}", 0, "the header is damaged"},
      {"empty name", R"({"":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 8, "a name is empty"},
      {"control character", R"({"a\u0000":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 8, "no readable text"}};
  for (const Damage& damage : all) {
    const std::string message = test::error_of([&] { parse(safetensors_bytes(damage.header, damage.data)); });
    EXPECT_NE(message.find(damage.message), std::string::npos) << damage.name << ": " << message;
  }
}

TEST(Safetensors, RefusesATruncatedFileAtEachByte) {
  const std::string whole = safetensors_bytes(one_tensor, 8);
  ASSERT_EQ(parse(whole).size(), 1);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(test::error_of([&] { parse(whole.substr(0, size)); }).empty()) << size;
  const std::string message = test::error_of([&] { parse(test::raw(~std::uint64_t{0}) + "{}"); });
  EXPECT_NE(message.find("its header should have 18446744073709551615 bytes, but only 2 follow"), std::string::npos)
      << message;
}

/// A folder with two shards and an index.
class Shards : public testing::Test {
 protected:
  static std::string tensor(const std::string& name) {
    return safetensors_bytes("{\"" + name + R"(":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 2);
  }
  void write(const std::string& name, const std::string& bytes) const { write_file_atomic(folder / name, bytes); }
  void write_index(const std::string& map) const {
    write("model.safetensors.index.json", "{\"weight_map\":" + map + "}");
  }
  std::string error() const {
    return test::error_of([&] { open_safetensors_folder(folder.path()); });
  }
  void SetUp() override {
    write("1.safetensors", tensor("a"));
    write("2.safetensors", tensor("b"));
  }
  test::ScratchDir folder;
};

TEST_F(Shards, AreOneSource) {
  write_index(R"({"a":"1.safetensors","b":"2.safetensors"})");
  const auto tensors = open_safetensors_folder(folder.path());
  EXPECT_EQ(tensors->names(), (std::vector<std::string>{"a", "b"}));
  const TensorView b = tensors->view("b");
  EXPECT_EQ(b.bytes[1], std::byte{1});
  tensors->forget(b);
  EXPECT_EQ(b.bytes[1], std::byte{1});
  EXPECT_NE(test::error_of([&] { tensors->view("bb"); }).find("has no tensor 'bb'"), std::string::npos);
}

TEST_F(Shards, MustAgreeWithTheIndex) {
  write_index(R"({"a":"1.safetensors","b":"3.safetensors"})");
  EXPECT_NE(error().find("the shard 3.safetensors (with tensor 'b') is missing"), std::string::npos) << error();
  write_index(R"({"a":"1.safetensors","b":"../2.safetensors"})");
  EXPECT_NE(error().find("a file of the same folder was expected"), std::string::npos) << error();
  write_index(R"({"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"})");
  EXPECT_NE(error().find("tensor 'c' should be in 2.safetensors, but is not"), std::string::npos) << error();
  write_index(R"({"a":"1.safetensors","c":"2.safetensors"})");
  EXPECT_NE(error().find("tensor 'b' is not in the index"), std::string::npos) << error();
  write_index(R"({"a":"1.safetensors","b":5})");
  EXPECT_NE(error().find("the file of tensor 'b' is no text"), std::string::npos) << error();
  write_index("[]");
  EXPECT_NE(error().find("an object 'weight_map' was expected"), std::string::npos) << error();
}

TEST_F(Shards, MayNotHaveATensorTwice) {
  write("2.safetensors", safetensors_bytes(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                           R"("b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                                           2));
  write_index(R"({"a":"1.safetensors","b":"2.safetensors"})");
  EXPECT_NE(error().find("tensor 'a' is there twice, in 1.safetensors and in 2.safetensors"), std::string::npos)
      << error();
}

TEST(SafetensorsFolder, NeedsWeights) {
  const test::ScratchDir folder;
  EXPECT_NE(test::error_of([&] { open_safetensors_folder(folder.path()); }).find("neither model.safetensors nor"),
            std::string::npos);
}

}  // namespace
}  // namespace counterpoint::weights
