#include "counterpoint/weights/model_files.h"

#include <algorithm>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"
#include "tests/support/support.h"

namespace counterpoint::weights {
namespace {
namespace fs = std::filesystem;

const OpenOptions bare{.tokenizer = false};

std::vector<float> all_of(const TensorView& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  read_rows(tensor, 0, tensor.rows(), values.data());
  return values;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

class EveryModel : public testing::TestWithParam<const char*> {};

TEST_P(EveryModel, HasTheTensorsThatItsConfigAsksFor) {
  const ModelFiles model = open_model(test::golden("models") / GetParam(), bare);
  std::vector<std::string> expected;
  for (const auto& [name, shape] : expected_tensors(model.config)) {
    expected.push_back(name);
    EXPECT_EQ(model.tensors->view(name).shape, shape) << name;
  }
  EXPECT_EQ(sorted(model.tensors->names()), sorted(expected));
  EXPECT_FALSE(model.tokenizer);
  EXPECT_FALSE(model.chat_format);
}

INSTANTIATE_TEST_SUITE_P(Models, EveryModel,
                         testing::Values("llama", "llama-rope", "llama-tied", "mistral", "qwen2", "qwen2-window",
                                         "qwen3", "llama.gguf", "llama-rope.gguf", "qwen2.gguf"),
                         [](const auto& model) {
                           std::string name = model.param;
                           std::ranges::replace_if(
                               name, [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

class EveryGguf : public testing::TestWithParam<const char*> {};

/// The GGUF files keep query and key rows interleaved where their converter does; read, they are as in the folder.
TEST_P(EveryGguf, ReadsAsTheFolderItWasMadeFrom) {
  const fs::path folder = test::golden("models") / GetParam();
  const ModelFiles model = open_model(folder, bare), converted = open_model(folder.string() + ".gguf", bare);
  EXPECT_EQ(sorted(model.tensors->names()), sorted(converted.tensors->names()));
  for (const std::string& name : model.tensors->names())
    EXPECT_EQ(all_of(model.tensors->view(name)), all_of(converted.tensors->view(name))) << name;
  const bool llama = model.config.architecture == "llama";
  const std::string query = "model.layers.0.self_attn.q_proj.weight";
  EXPECT_EQ(converted.tensors->view(query).plain(), !llama);
  EXPECT_EQ(converted.config.qkv_bias, model.config.qkv_bias);
  EXPECT_EQ(converted.config.tied_embeddings, model.config.tied_embeddings);
}

TEST_P(EveryGguf, ReadsSomeRowsAsItReadsAll) {
  const ModelFiles model = open_model(test::golden("models") / (std::string(GetParam()) + ".gguf"), bare);
  const TensorView keys = model.tensors->view("model.layers.1.self_attn.k_proj.weight");
  const std::vector<float> whole = all_of(keys);
  std::vector<float> rows(static_cast<size_t>(3 * keys.row_length()));
  read_rows(keys, 6, 3, rows.data());
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), whole.begin() + 6 * keys.row_length()));
}

INSTANTIATE_TEST_SUITE_P(Models, EveryGguf, testing::Values("llama", "llama-rope", "qwen2"), [](const auto& model) {
  std::string name = model.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

/// A copy of the small Llama whose files a test changes.
class Changed : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& file : fs::directory_iterator(test::golden("models/llama")))
      fs::copy_file(file.path(), folder.path() / file.path().filename());
    original = open_safetensors(test::golden("models/llama/model.safetensors"));
    for (const std::string& name : original->names()) tensors.push_back(original->view(name));
  }
  TensorView& tensor(const std::string& name) { return *std::ranges::find(tensors, name, &TensorView::name); }
  void write() const { write_safetensors(folder / "model.safetensors", tensors); }
  std::string error() const {
    write();
    return test::error_of([&] { open_model(folder.path(), bare); });
  }
  test::ScratchDir folder;
  std::unique_ptr<TensorSource> original;
  std::vector<TensorView> tensors;
};

TEST_F(Changed, MissingExtraAndMisshapenTensorsAreRefusedByName) {
  tensor("model.norm.weight").name = "model.norm.scale";
  EXPECT_NE(error().find("lacks tensors that a llama of this shape has: 'model.norm.weight'; it has "
                         "'model.norm.scale' instead"),
            std::string::npos)
      << error();
  tensor("model.norm.scale").name = "model.norm.weight";
  tensors.push_back({"model.layers.0.self_attn.q_proj.bias", DType::f32, {32}, tensor("model.norm.weight").bytes});
  EXPECT_NE(error().find("does not have: 'model.layers.0.self_attn.q_proj.bias'"), std::string::npos) << error();
  tensors.pop_back();
  tensor("model.norm.weight").shape = {4, 8};
  EXPECT_NE(error().find("'model.norm.weight' has shape [4, 8]; [32] was expected"), std::string::npos) << error();
  tensor("model.norm.weight").shape = {32};
  tensor("model.norm.weight").dtype = DType::i32;
  EXPECT_NE(error().find("'model.norm.weight' is of type I32"), std::string::npos) << error();
}

TEST_F(Changed, RopeFrequenciesOfOldConvertersDoNotMatter) {
  tensors.push_back(
      {"model.layers.0.self_attn.rotary_emb.inv_freq", DType::f32, {32}, tensor("model.norm.weight").bytes});
  write();
  EXPECT_TRUE(open_model(folder.path(), bare).tensors->has("model.layers.0.self_attn.rotary_emb.inv_freq"));
}

TEST_F(Changed, ACopyOfTiedEmbeddingsDoesNotMatter) {
  const fs::path config = folder / "config.json";
  std::string text = read_file(config);
  const std::string untied = "\"tie_word_embeddings\": false";
  ASSERT_NE(text.find(untied), std::string::npos);
  text.replace(text.find(untied), untied.size(), "\"tie_word_embeddings\": true");
  write_file_atomic(config, text);
  EXPECT_TRUE(open_model(folder.path(), bare).config.tied_embeddings);
}

TEST_F(Changed, UntiedEmbeddingsMustBeThere) {
  std::erase_if(tensors, [](const TensorView& view) { return view.name == "lm_head.weight"; });
  EXPECT_NE(error().find("lacks tensors that a llama of this shape has: 'lm_head.weight'"), std::string::npos);
}

/// A byte-level tokenizer with that many tokens.
std::string tokenizer_json(int tokens) {
  std::string vocabulary;
  for (int id = 0; id < tokens; ++id) vocabulary += fmt::format("{}\"t{}\": {}", id ? ", " : "", id, id);
  return fmt::format(
      R"({{"pre_tokenizer": {{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}},)"
      R"("decoder": {{"type": "ByteLevel"}}, "model": {{"type": "BPE", "vocab": {{{}}}, "merges": []}}}})",
      vocabulary);
}

TEST_F(Changed, TokenizerMayBeSmallerThanTheModelButNotLarger) {
  const OpenOptions without_chat{.chat = false};
  write_file_atomic(folder / "tokenizer.json", tokenizer_json(60));
  const ModelFiles model = open_model(folder.path(), without_chat);
  EXPECT_EQ(model.tokenizer->vocab_size(), 60);
  EXPECT_FALSE(model.chat_format);
  write_file_atomic(folder / "tokenizer.json", tokenizer_json(65));
  EXPECT_NE(test::error_of([&] {
              open_model(folder.path(), without_chat);
            }).find("the tokenizer has 65 tokens, the model knows 64; it is the tokenizer of another model"),
            std::string::npos);
}

TEST_F(Changed, ChatFormatMayBeNamed) {
  write_file_atomic(folder / "tokenizer.json", tokenizer_json(60));
  EXPECT_NE(test::error_of([&] { open_model(folder.path()); }).find("--chat-format NAME"), std::string::npos);
  EXPECT_EQ(open_model(folder.path(), {.chat_format = "llama3"}).chat_format->stop_token(), "<|eot_id|>");
}

TEST(OpenModel, TokenizerAloneNeedsNoModel) {
  const test::ScratchDir folder;
  write_file_atomic(folder / "tokenizer.json", tokenizer_json(5));
  const OpenOptions tokenizer_only{.tensors = false, .chat = false};
  for (const fs::path& path : {folder.path(), folder / "tokenizer.json"})
    EXPECT_EQ(open_model(path, tokenizer_only).tokenizer->vocab_size(), 5);
}

TEST(OpenModel, SaysWhatIsNoModel) {
  const test::ScratchDir folder;
  const auto error = [](const fs::path& path) { return test::error_of([&] { open_model(path, bare); }); };
  EXPECT_NE(error(folder / "nowhere").find("no such file or folder"), std::string::npos);
  EXPECT_NE(error(folder.path()).find("it has no config.json"), std::string::npos);
  write_file_atomic(folder / "m.gguf", "GGUF");
  EXPECT_NE(error(folder.path()).find("did you mean"), std::string::npos);
  EXPECT_NE(error(folder / "m.gguf").find("truncated or damaged at byte 4"), std::string::npos);
  write_file_atomic(folder / "adapter_config.json", "{}");
  EXPECT_NE(error(folder.path()).find("is an adapter: name it with --adapter"), std::string::npos);
  write_file_atomic(folder / "m.bin", "PK");
  EXPECT_NE(error(folder / "m.bin").find("a Hugging Face folder (with config.json) or a GGUF file"), std::string::npos);
}

TEST(OpenModel, GgufWithoutTokenizerSaysSo) {
  const std::string message = test::error_of([&] { open_model(test::golden("models/llama.gguf")); });
  EXPECT_NE(message.find("llama.gguf: "), std::string::npos) << message;
  EXPECT_NE(message.find("tokenizer.ggml.tokens is empty"), std::string::npos) << message;
}

TEST(OpenModel, SmolLm2IsWhole) {
  const auto path = test::smollm2();
  SKIP_WITHOUT(path, "SmolLM2's GGUF");
  const ModelFiles model = open_model(*path);
  EXPECT_EQ(model.config.architecture, "llama");
  EXPECT_EQ(model.config.layers, 30);
  EXPECT_EQ(model.config.kv_heads, 3);
  EXPECT_EQ(model.config.head_dim, 64);
  EXPECT_EQ(model.config.vocab_size, 49152);
  EXPECT_EQ(model.config.rope_theta, 100000);
  EXPECT_TRUE(model.config.tied_embeddings);
  EXPECT_EQ(model.config.eos_token_ids, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(model.tensors->names().size(), 272);
  EXPECT_EQ(model.tokenizer->vocab_size(), 49152);
  EXPECT_EQ(model.tokenizer->id_of("<|im_end|>"), 2);
  EXPECT_EQ(model.chat_format->stop_token(), "<|im_end|>");
}

}  // namespace
}  // namespace counterpoint::weights
