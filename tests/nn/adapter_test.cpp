// Models opened with an adapter give PEFT's logits (tests/golden/adapters/make_adapters.py).
#include "counterpoint/core/strings.h"
#include "tests/nn/golden_logits.h"

namespace counterpoint::nn {
namespace {

std::vector<float> logits_of(const std::string& model, const std::filesystem::path& adapter, const Golden& golden,
                             const DecoderOptions& options = {}) {
  const auto files = weights::open_model(test::golden("models/" + model), {.adapter = adapter, .tokenizer = false});
  return compute(*load_decoder(files, options), golden.sequences, 64);
}

struct Case {
  const char *adapter, *model;
};

class AdaptedLogits : public testing::TestWithParam<Case> {
 protected:
  const std::string folder_ = std::string("adapters/") + GetParam().adapter;
  const Golden golden_ = read_golden(folder_);
};

TEST_P(AdaptedLogits, EqualPeft) {
  EXPECT_LT(largest_difference(logits_of(GetParam().model, test::golden(folder_), golden_), golden_.logits), 1e-4);
}

TEST_P(AdaptedLogits, EqualPeftOnTorchOperators) {
  const DecoderOptions options{.device = test::device("torch-cpu")};
  EXPECT_LT(largest_difference(logits_of(GetParam().model, test::golden(folder_), golden_, options), golden_.logits),
            1e-4);
}

TEST_P(AdaptedLogits, AreOthersThanTheBaseModels) {
  EXPECT_GT(largest_difference(logits_of(GetParam().model, {}, golden_), golden_.logits), 1);
}

INSTANTIATE_TEST_SUITE_P(Adapters, AdaptedLogits,
                         testing::Values(Case{"llama-qkv", "llama"}, Case{"llama-qkv", "llama.gguf"},
                                         Case{"llama-pattern", "llama.gguf"}, Case{"qwen2-all-linear", "qwen2"},
                                         Case{"qwen2-all-linear", "qwen2.gguf"}, Case{"qwen2-layer", "qwen2"}),
                         [](const auto& instance) {
                           const std::string name = std::string(instance.param.adapter) + "_" + instance.param.model;
                           return replace_all(replace_all(name, "-", "_"), ".", "_");
                         });

}  // namespace
}  // namespace counterpoint::nn
