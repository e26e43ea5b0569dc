#include "counterpoint/weights/gguf.h"

#include "counterpoint/weights/gguf_names.h"
#include "tests/support/support.h"
#include "tests/weights/damage.h"

namespace counterpoint::weights {
namespace {

using test::gguf_head;
using test::gguf_key;
using test::gguf_tensor;
using test::gguf_text;
using test::gguf_with_data;
using test::raw;

GgufContents parse(const std::string& file) { return parse_gguf(test::as_bytes(file), "x"); }

std::string error(const std::string& file) {
  return test::error_of([&] { parse(file); });
}

/// The head of a list under the key "k".
std::string list_key(std::uint32_t element, std::uint64_t count) {
  return gguf_text("k") + raw(std::uint32_t{9}) + raw(element) + raw(count);
}

TEST(Gguf, ReadsMetadataOfEachType) {
  const std::string file = gguf_head(0, 8) + gguf_key("text", "é") + gguf_key("number", 7) + gguf_text("half") +
                           raw(std::uint32_t{6}) + raw(0.5F) + gguf_text("yes") + raw(std::uint32_t{7}) + '\1' +
                           gguf_text("minus") + raw(std::uint32_t{11}) + raw(std::int64_t{-3}) + list_key(8, 2) +
                           gguf_text("a") + gguf_text("") + gguf_text("ids") + raw(std::uint32_t{9}) +
                           raw(std::uint32_t{5}) + raw(std::uint64_t{2}) + raw(std::int32_t{4}) + raw(std::int32_t{4}) +
                           gguf_text("big") + raw(std::uint32_t{10}) + raw(~std::uint64_t{0});
  const GgufMetadata metadata = parse(file).metadata;
  EXPECT_EQ(metadata.text("text"), "é");
  EXPECT_EQ(metadata.integer("number"), 7);
  EXPECT_EQ(metadata.number("number"), 7);
  EXPECT_EQ(metadata.number("half"), 0.5);
  EXPECT_EQ(metadata.flag("yes"), true);
  EXPECT_EQ(metadata.integer("minus"), -3);
  EXPECT_EQ(metadata.texts("k"), (std::vector<std::string_view>{"a", ""}));
  EXPECT_EQ(metadata.integers("ids"), (std::vector<std::int64_t>{4, 4}));
  EXPECT_EQ(metadata.integer_or_uniform_list("ids"), 4);
  EXPECT_EQ(metadata.text("absent"), std::nullopt);
  EXPECT_TRUE(metadata.floats("absent").empty());
  for (const char* key : {"text", "big", "ids", "half"})
    EXPECT_EQ(test::error_of([&] { metadata.integer(key); }),
              "x: key '" + std::string(key) + "': a whole number was expected");
  EXPECT_EQ(test::error_of([&] { metadata.texts("ids"); }), "x: key 'ids': a list of texts was expected");
  EXPECT_EQ(test::error_of([&] { metadata.flag("number"); }), "x: key 'number': true or false was expected");
}

TEST(Gguf, GivesShapesRowMajorAndBytesFromTheAlignedData) {
  for (const std::uint32_t version : {2u, 3u}) {
    std::string file = gguf_head(2, 1, version) + gguf_key("general.alignment", 64) + gguf_tensor("a", {3, 2}, 0, 64) +
                       gguf_tensor("b", {64}, 8, 128);
    file.resize((file.size() + 63) / 64 * 64, '\0');
    const size_t begin = file.size();
    file += std::string(128 + 68, '\1');
    const GgufContents contents = parse(file);
    ASSERT_EQ(contents.tensors.size(), 2);
    EXPECT_EQ(contents.tensors[0].shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(contents.tensors[0].bytes.size(), 24);
    EXPECT_EQ(contents.tensors[0].bytes.data() - test::as_bytes(file).data(), begin + 64);
    EXPECT_EQ(contents.tensors[1].dtype, DType::q8_0);
    EXPECT_EQ(contents.tensors[1].bytes.data() - contents.tensors[0].bytes.data(), 64);
  }
}

struct Damage {
  std::string name, file, message;
};

TEST(Gguf, RefusesEachKindOfDamage) {
  constexpr std::uint64_t huge = std::uint64_t{1} << 62;
  const std::vector<Damage> all{
      {"magic", "GGML....", "x is no GGUF file"},
      {"version", gguf_head(0, 0, 1), "x is GGUF version 1; 2 or 3 was expected"},
      {"big endian", gguf_head(0, 0, 3u << 24), "big endian"},
      {"tensor count", gguf_head(huge, 0), "4611686018427387904 tensors and 0 keys cannot be in 24 bytes"},
      {"key count", gguf_head(0, huge), "0 tensors and 4611686018427387904 keys cannot be in 24 bytes"},
      {"long key", gguf_head(0, 1) + raw(huge) + std::string(20, 'a'), "a key should have 4611686018427387904 bytes"},
      {"key not UTF-8", gguf_head(0, 1) + gguf_key("\xff", 1), "a name is empty or no readable text"},
      {"key twice", gguf_head(0, 2) + gguf_key("a", 1) + gguf_key("a", 2), "x: key 'a' is there twice"},
      {"unknown value", gguf_head(0, 1) + gguf_text("k") + raw(std::uint32_t{13}) + raw(huge),
       "key 'k' has unknown type 13"},
      {"list of lists", gguf_head(0, 1) + list_key(9, 1) + raw(huge), "key 'k' is a list of elements of type 9"},
      {"long list", gguf_head(0, 1) + list_key(4, huge), "should be a list of 4611686018427387904 elements"},
      {"long list of texts", gguf_head(0, 1) + list_key(8, huge), "k should have 8 bytes, but 0 are left"},
      {"alignment", gguf_head(0, 1) + gguf_key("general.alignment", 24), "general.alignment is 24"},
      {"no alignment", gguf_head(0, 1) + gguf_key("general.alignment", 0u), "general.alignment is 0"},
      {"dimensions", gguf_head(1, 0) + gguf_tensor("a", {1, 1, 1, 1, 1}, 0, 0), "has 5 dimensions"},
      {"no dimension", gguf_head(1, 0) + gguf_tensor("a", {}, 0, 0) + "12345678", "has 0 dimensions"},
      {"empty dimension", gguf_head(1, 0) + gguf_tensor("a", {0}, 0, 0), "has a dimension of 0"},
      {"overflow", gguf_head(1, 0) + gguf_tensor("a", {1u << 31, 1u << 31, 4}, 0, 0), "has too many elements"},
      {"type unknown by name", gguf_head(1, 0) + gguf_tensor("a", {256}, 10, 0), "x: tensor 'a' is of type Q2_K"},
      {"type unknown", gguf_head(1, 0) + gguf_tensor("a", {256}, 4, 0), "x: tensor 'a' has unknown type 4"},
      {"half a block", gguf_head(1, 0) + gguf_tensor("a", {40}, 8, 0), "no multiple of 32, the block of Q8_0"},
      {"not aligned", gguf_head(1, 0) + gguf_tensor("a", {4}, 0, 4), "begins at byte 4, no multiple of 32"},
      {"outside", gguf_with_data(gguf_head(1, 0) + gguf_tensor("a", {4}, 0, huge), 32), "takes 16 bytes from byte"},
      {"past the end", gguf_with_data(gguf_head(1, 0) + gguf_tensor("a", {9}, 0, 0), 32), "it is truncated"},
      {"no data", gguf_head(1, 0) + gguf_tensor("a", {9}, 0, 0), "but the file has 0 bytes of data"},
      {"overlap", gguf_with_data(gguf_head(2, 0) + gguf_tensor("a", {16}, 0, 0) + gguf_tensor("b", {8}, 0, 32), 64),
       "the bytes of 'a' and 'b' overlap"},
      {"name twice", gguf_with_data(gguf_head(2, 0) + gguf_tensor("a", {8}, 0, 0) + gguf_tensor("a", {8}, 0, 32), 64),
       "x: tensor 'a' is there twice"},
      {"name not UTF-8", gguf_head(1, 0) + gguf_tensor("\xc0\x80", {8}, 0, 0), "a name is empty or no readable text"}};
  for (const Damage& damage : all) {
    const std::string message = error(damage.file);
    EXPECT_NE(message.find(damage.message), std::string::npos) << damage.name << ": " << message;
  }
}

TEST(Gguf, RefusesATruncatedFileAtEachByte) {
  const std::string whole = gguf_with_data(gguf_head(1, 3) + gguf_key("a", 1) + gguf_key("b", "text") + list_key(8, 2) +
                                               gguf_text("c") + gguf_text("d") + gguf_tensor("t", {8}, 0, 0),
                                           32);
  ASSERT_EQ(parse(whole).tensors.size(), 1);
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(error(whole.substr(0, size)).empty()) << size;
}

TEST(Gguf, NamesAreTranslated) {
  EXPECT_EQ(hf_name_of("token_embd.weight"), "model.embed_tokens.weight");
  EXPECT_EQ(hf_name_of("output.weight"), "lm_head.weight");
  EXPECT_EQ(hf_name_of("blk.12.attn_k.bias"), "model.layers.12.self_attn.k_proj.bias");
  EXPECT_EQ(hf_name_of("blk.0.ffn_gate_inp.weight"), "blk.0.ffn_gate_inp.weight");
  for (const char* name : {"blk.", "blk.0", "blk.0.", "", ".", "blk..x"}) EXPECT_EQ(hf_name_of(name), name);
}

}  // namespace
}  // namespace counterpoint::weights
