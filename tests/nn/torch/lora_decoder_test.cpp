// What training does not compute: seen by the calls of libtorch's operators, since results are the same either way.
#include <ATen/record_function.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "counterpoint/core/random.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/nn/lora_trainer.h"
#include "tests/support/support.h"

namespace counterpoint::nn {
namespace {

/// While it lives, counts the calls of each operator, and the rows that are multiplied by the output head.
class Operators {
 public:
  /// `head`: its shape, [vocab, hidden], which no other matrix of the model has.
  explicit Operators(std::vector<std::int64_t> head) {
    seen_ = {.head = std::move(head)};
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&note).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  }
  ~Operators() { at::removeCallback(handle_); }
  Operators(const Operators&) = delete;
  Operators& operator=(const Operators&) = delete;

  int calls(const std::string& name) const {
    const auto found = seen_.calls.find(name);
    return found == seen_.calls.end() ? 0 : found->second;
  }
  const std::vector<std::int64_t>& head_rows() const { return seen_.head_rows; }  ///< of each call

 private:
  struct Seen {
    std::vector<std::int64_t> head;
    std::map<std::string, int> calls;
    std::vector<std::int64_t> head_rows;
  };

  // libtorch takes a plain function.
  static std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& call) {
    const std::string name = call.name();
    ++seen_.calls[name];
    if (name == "aten::linear" && call.inputs()[1].toTensor().sizes() == at::IntArrayRef(seen_.head))
      seen_.head_rows.push_back(call.inputs()[0].toTensor().size(0));
    return nullptr;
  }

  static inline Seen seen_;
  at::CallbackHandle handle_;
};

weights::ModelFiles model_of(const std::string& folder) {
  return weights::open_model(test::golden(folder), {.tokenizer = false});
}

/// One branch, of which the last `trained` tokens are.
TrainRow row_of(const weights::ModelConfig& config, size_t prefix, size_t reply, size_t trained) {
  RandomStream random(17);
  const auto token = [&] {
    return static_cast<text::TokenId>(random.below(static_cast<std::uint64_t>(config.vocab_size)));
  };
  TrainRow row{.id = "row", .branches = std::vector<TrainBranch>(1)};
  std::generate_n(std::back_inserter(row.prefix), prefix, token);
  std::generate_n(std::back_inserter(row.branches[0].tokens), reply, token);
  row.branches[0].trained.assign(reply, 0);
  std::fill_n(row.branches[0].trained.rbegin(), trained, char{1});
  return row;
}

/// Forward and back with a gradient of one for each log-probability.
void accumulate(LoraTrainer& trainer, const TrainRow& row) {
  trainer.accumulate({&row, 1}, 0, [](std::vector<RowValues> values) {
    for (auto& branch : values[0]) std::fill(branch.begin(), branch.end(), 1.0);
    return values;
  });
}

/// How often one pass computes a layer's attention, and how many feed-forward networks it walks back through.
std::pair<int, int> walked(const std::vector<std::int64_t>& adapted_layers, bool checkpointing) {
  const weights::ModelFiles model = model_of("models/llama");
  TrainerOptions options{.gradient_checkpointing = checkpointing};
  options.lora.layers_to_transform = adapted_layers;
  const auto trainer = open_lora_trainer(model, options);
  const TrainRow row = row_of(model.config, 5, 6, 6);
  const Operators operators({model.config.vocab_size, model.config.hidden});
  accumulate(*trainer, row);
  return {operators.calls("aten::scaled_dot_product_attention"), operators.calls("aten::silu_backward")};
}

TEST(LoraDecoder, BelowTheFirstAdaptedLayerNothingIsWalkedBack) {
  EXPECT_EQ(walked({1}, false), std::pair(2, 1));
  EXPECT_EQ(walked({1}, true), std::pair(2 + 1, 1));
  EXPECT_EQ(walked({0}, false), std::pair(2, 2));
  EXPECT_EQ(walked({0}, true), std::pair(2 + 2, 2));
}

TEST(LoraDecoder, LogitsAreComputedForTrainedTokensAlone) {
  const weights::ModelFiles model = model_of("models/llama");
  const auto trainer = open_lora_trainer(model, {});
  const TrainRow row = row_of(model.config, 40, 20, 3);
  const Operators operators({model.config.vocab_size, model.config.hidden});
  accumulate(*trainer, row);
  trainer->logprobs({&row, 1});
  EXPECT_EQ(operators.head_rows(), (std::vector<std::int64_t>{3, 3}));
}

TEST(LoraDecoder, LogitsExistAFewRowsAtATime) {
  const weights::ModelFiles model = model_of("train/trl/llama");
  const auto trainer = open_lora_trainer(model, {});
  // Branches that end at once cost the layers nothing: all that is computed for them is their logits.
  constexpr std::int64_t count = 30'000;
  TrainRow row = row_of(model.config, 2, 1, 1);
  row.branches.assign(count, TrainBranch(row.branches[0]));
  const Operators operators({model.config.vocab_size, model.config.hidden});
  accumulate(*trainer, row);
  std::int64_t rows = 0;
  for (const std::int64_t part : operators.head_rows()) {
    EXPECT_LE(part * model.config.vocab_size * 4, 16 << 20) << "bytes of float32";
    rows += part;
  }
  EXPECT_EQ(rows, count);
  EXPECT_GT(operators.head_rows().size(), 1u);
}

TEST(LoraDecoder, RowsOfEnoughTokensAreSharedOutToThreads) {
  const weights::ModelFiles model = model_of("models/llama");
  const int usual = threads();
  set_threads(2);
  const auto trainer = open_lora_trainer(model, {});
  set_threads(usual);
  const Operators of_this_thread({model.config.vocab_size, model.config.hidden});
  trainer->logprobs(std::vector<TrainRow>(2, row_of(model.config, 200, 20, 3)));
  EXPECT_EQ(of_this_thread.calls("aten::scaled_dot_product_attention"), 0);
  trainer->logprobs(std::vector<TrainRow>(2, row_of(model.config, 20, 20, 3)));
  EXPECT_EQ(of_this_thread.calls("aten::scaled_dot_product_attention"), 2 * 2) << "two rows in two layers";
}

}  // namespace
}  // namespace counterpoint::nn
