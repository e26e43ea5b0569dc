// Validation as the paper selects its models (spec 1.2): generated balanced accuracy of the adapter as it is now.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "counterpoint/generate/engine.h"
#include "counterpoint/persuasion/evaluate/balanced.h"
#include "counterpoint/persuasion/train/arms.h"
#include "counterpoint/train/fit.h"

namespace counterpoint::persuasion {

/// Greedy, and without the second choice: a figure that is asked for after every epoch.
struct GeneratedAccuracySettings {
  GeneratedAccuracySettings() {
    evaluation.sampling.temperature = 0;
    evaluation.second_choice = false;
  }
  generate::EngineOptions engine;       ///< the model; its `adapter` is filled in
  std::filesystem::path scratch;        ///< the adapter lies here while it is measured
  std::string answer_mode = "choices";  ///< a name of answer_modes()
  std::string answer_model;             ///< reads the answers; "": the model itself
  BalancedSettings evaluation;
  size_t most_pairs = 1000;                                          ///< the paper's; 0 = all
  std::function<std::unique_ptr<ProgressSink>()> progress = nullptr; /**< for each measurement; empty: silent */
};

/// At most `most` pairs (0: all) in their order, as many of each kind as there are; where a kind has fewer than half,
/// the other fills up.
std::vector<HeldOutPair> balanced_part(const std::vector<HeldOutPair>& pairs, size_t most);

/// For FitHooks::evaluate: eval_balanced_overall, eval_balanced_negative (+ -> -), eval_balanced_positive (- -> +); the
/// greater the better. Error: the pairs are of one kind only; an answer mode that cannot read their questions. The hook
/// throws Interrupted where settings.evaluation.stop says so.
std::function<std::vector<train::Metric>(nn::LoraTrainer&)> generated_accuracy(const std::vector<HeldOutPair>& pairs,
                                                                               GeneratedAccuracySettings settings);

/// Of these metrics the one on the kinds of pairs that an arm is trained on.
const char* accuracy_metric(Arm arm);

}  // namespace counterpoint::persuasion
