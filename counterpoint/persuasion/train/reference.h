// The reference model's log-probabilities: computed once, before the first step, and kept beside the run.
#pragma once
#include <filesystem>
#include <string>

#include "counterpoint/core/progress.h"
#include "counterpoint/persuasion/train/preference_loss.h"
#include "counterpoint/train/objective.h"

namespace counterpoint::persuasion {

/// What DPO measures against: "sft" = the model that training starts from (the paper's), "base" = the model without any
/// adapter, "adapter:DIR" = the model with that adapter.
struct Reference {
  std::string spec = "sft";
  std::filesystem::path cache_folder;  ///< where reference-HASH.json is kept; empty = not kept
};

/// Of both replies of each example. The file's name is a hash of what they depend on (weights, adapter, dtype and all
/// token ids), so another model or other rows never find them. `trainer` is at its start; its adapter is as before
/// afterwards. Error: an unknown spec; an adapter that does not fit.
std::vector<PairLogprobs> reference_logprobs(nn::LoraTrainer& trainer, const weights::ModelFiles& model,
                                             std::span<const train::Example> examples, const Reference& reference,
                                             const std::string& dtype, ProgressSink& progress);

/// Before the first step policy and reference must be the same model: rewards 0, and the loss that of no preference
/// (ln 2 for sigmoid). Checked on the first examples. Error: they differ, with both figures and what that means.
void check_start(nn::LoraTrainer& trainer, std::span<const train::Example> examples,
                 std::span<const PairLogprobs> reference, const PreferenceLossSettings& settings,
                 const std::string& spec);

}  // namespace counterpoint::persuasion
