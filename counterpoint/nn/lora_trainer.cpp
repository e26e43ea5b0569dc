#include "counterpoint/nn/lora_trainer.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/nn/torch_module.h"

namespace counterpoint::nn {

std::int64_t TrainRow::tokens() const {
  std::int64_t count = std::ssize(prefix);
  for (const TrainBranch& branch : branches) count += std::ssize(branch.tokens);
  return count;
}

std::int64_t TrainRow::unshared_tokens() const {
  std::int64_t count = 0;
  for (const TrainBranch& branch : branches) count += prefix_of(branch) + std::ssize(branch.tokens);
  return count;
}

double TrainRow::trained_weight() const {
  double weight = 0;
  for (const TrainBranch& branch : branches)
    weight += branch.weight * static_cast<double>(std::count(branch.trained.begin(), branch.trained.end(), char{1}));
  return weight;
}

std::unique_ptr<LoraTrainer> open_lora_trainer(const weights::ModelFiles& model, const TrainerOptions& options,
                                               const AdamWOptions& adamw) {
  if (options.lora.dropout < 0 || options.lora.dropout >= 1)
    fail("lora dropout is {}: expected 0 or more and below 1", options.lora.dropout);
  using Entry = LoraTrainer* (*)(const weights::ModelFiles&, const TrainerOptions&, const AdamWOptions&, int);
  const auto entry = reinterpret_cast<Entry>(torch_function("counterpoint_torch_trainer", "training"));
  return std::unique_ptr<LoraTrainer>(entry(model, options, adamw, told_threads()));
}

}  // namespace counterpoint::nn
