// A frozen decoder with a LoRA adapter that is trained: log-probabilities, gradients, AdamW.
//
// The interface knows no tensors: what is minimised is a function of the trained tokens' log-probabilities, so the
// caller gets these and answers with the loss's derivative by each. Implemented in the libtorch module.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/text/tokenizer.h"
#include "counterpoint/weights/adapter.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::nn {

/// A continuation of a row's prefix, or of its first tokens.
struct TrainBranch {
  std::vector<text::TokenId> tokens;
  std::vector<char> trained;  ///< per token: its log-probability is wanted
  std::int64_t after = 0;     ///< follows so many tokens of the prefix and sees no others; 0 = all
  double weight = 1;          ///< of its tokens where a loss is a mean over tokens (SFT)
};

/// Continuations that share a prefix, which is computed once; they do not see each other. An SFT row has one branch, a
/// preference pair two (chosen, rejected), a dialogue taught at several turns one for each. The prefix has at least one
/// token.
struct TrainRow {
  std::string id;         ///< for messages ("train.jsonl:17")
  std::uint64_t key = 0;  ///< of the row's dropout masks, so that they do not depend on the batch it is in
  std::vector<text::TokenId> prefix;
  std::vector<TrainBranch> branches;
  std::int64_t tokens() const;
  std::int64_t unshared_tokens() const;  ///< as if each branch had its prefix for itself
  double trained_weight() const;         ///< trained tokens, each with its branch's weight
  std::int64_t prefix_of(const TrainBranch& branch) const { return branch.after ? branch.after : std::ssize(prefix); }
};

/// [branch][trained token of the branch, in order]
using RowValues = std::vector<std::vector<double>>;

/// From the rows' log-probabilities to the loss's derivative by each of them.
using Derivatives = std::function<std::vector<RowValues>(const std::vector<RowValues>&)>;

struct TrainerOptions {
  weights::LoraConfig lora;
  std::string dtype = "float32";  ///< of the frozen weights and the activations: "float32", "bfloat16"
  std::string device = "cpu";     ///< "cpu", "cuda", "cuda:N"
  bool gradient_checkpointing = false;
  std::uint64_t seed = 12;  ///< of the adapter's first values and of the dropout
};

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
};

/// A named tensor of the optimizer's state, as float32.
struct StateTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class LoraTrainer {
 public:
  virtual ~LoraTrainer() = default;

  /// Log-probabilities of the trained tokens, without dropout and gradients; with `adapted` = false of the base model.
  virtual std::vector<RowValues> logprobs(std::span<const TrainRow> rows, bool adapted = true) = 0;

  /// Forward, then backward with what `derivatives` returns for the log-probabilities (same shape): gradients are added
  /// to those already there. What is dropped hangs on the options' seed, `dropout_stream` (a step's number) and each
  /// row's key, so any split of a step's rows gives the same gradient.
  virtual void accumulate(std::span<const TrainRow> rows, std::uint64_t dropout_stream,
                          const Derivatives& derivatives) = 0;

  /// Clips the accumulated gradient to `max_norm` (0 = off), takes one AdamW step, clears the gradient. Returns the
  /// norm before clipping. Error: a norm that is not finite, naming the tensor.
  virtual double step(double learning_rate, double max_norm) = 0;

  /// What is accumulated, by parameter ("model.layers.0.self_attn.q_proj.lora_A.weight"), for tests.
  virtual std::vector<StateTensor> gradients() const = 0;

  virtual weights::Adapter adapter() const = 0;
  /// Replaces the adapter's values; the shapes must be the same. A scale that is another than the trained one's goes
  /// into B, so that the model computes what it does with the given adapter. The optimizer's state stays.
  virtual void set_adapter(const weights::Adapter& adapter) = 0;

  /// AdamW's moments by parameter name and the count of steps: all that a resumed run needs besides the adapter.
  virtual std::vector<StateTensor> optimizer_state() const = 0;
  virtual void set_optimizer_state(std::span<const StateTensor> state) = 0;
};

/// Error: a dtype or device that is not to be had here; libtorch cannot be loaded.
std::unique_ptr<LoraTrainer> open_lora_trainer(const weights::ModelFiles& model, const TrainerOptions& options,
                                               const AdamWOptions& adamw = {});

}  // namespace counterpoint::nn
