// The reference model's log-probabilities: computed once, before the first step, and kept beside the run.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "counterpoint/core/progress.h"
#include "counterpoint/persuasion/train/preference_loss.h"
#include "counterpoint/train/objective.h"

namespace counterpoint::persuasion {

/// Where a reference is kept: files reference-HASH.json. Their name is a hash of all that the values depend on
/// (weights, adapter, dtype and all token ids), so another model or other rows never find them.
class ReferenceFolder {
 public:
  /// Reads all of the model's weights, once for all that is kept.
  ReferenceFolder(std::filesystem::path folder, const weights::ModelFiles& model);
  /// `adapter`: nullptr = the model without any.
  std::filesystem::path file_of(const weights::Adapter* adapter, std::span<const train::Example> examples,
                                const std::string& dtype) const;

 private:
  std::filesystem::path folder_;
  std::uint64_t model_;  ///< their hash
};

/// What DPO measures against: "sft" = the model that training starts from (the paper's), "base" = the model without any
/// adapter, "adapter:DIR" = the model with that adapter, at its own scale.
struct Reference {
  std::string spec = "sft";
  std::optional<ReferenceFolder> kept;  ///< nullopt = it is not
};

/// Of both replies of each example. `trainer` is at its start; its adapter is as before afterwards. Error: an unknown
/// spec; an adapter that does not fit.
std::vector<PairLogprobs> reference_logprobs(nn::LoraTrainer& trainer, const weights::ModelFiles& model,
                                             std::span<const train::Example> examples, const Reference& reference,
                                             const std::string& dtype, ProgressSink& progress);

/// Before the first step policy and reference must be the same model: rewards 0, and the loss that of no preference
/// (ln 2 for sigmoid). Checked on the first examples. Error: they differ, with both figures and what that means.
void check_start(nn::LoraTrainer& trainer, std::span<const train::Example> examples,
                 std::span<const PairLogprobs> reference, const PreferenceLossSettings& settings,
                 const std::string& spec);

}  // namespace counterpoint::persuasion
