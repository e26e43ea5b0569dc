// The paper's arms: what a model is trained on, out of the mined pairs.
//
// Matched arms see the same number N of pairs: that of the arm of which there is least, so that a difference between
// them is one of kind and not of amount (README of the released code; its own script gave PBT twice the pairs).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "counterpoint/persuasion/train/preference_rows.h"

namespace counterpoint::persuasion {

enum class Arm {
  pbt,     ///< both kinds, balanced
  accept,  ///< accept pairs only
  resist   ///< resist pairs only
};

enum class Match {
  total,  ///< N = the smaller of the counts of both kinds, rounded down to an even number; pbt: N/2 of each kind
  none    ///< every row of the arm's kinds
};

const char* name_of(Arm arm);
const char* name_of(Match match);
/// Error: an unknown name, with the nearest right one.
Arm arm_named(const std::string& name);
Match match_named(const std::string& name);

/// Indices of the arm's rows, in an order that depends on the pairs alone and not on that of the files. A question
/// gives its second pair of a kind only after all questions gave their first; among equals a hash of the pair's text
/// decides. So a smaller choice is the beginning of a larger one, and pbt's pairs are among those of the other arms.
/// Error: a row without "kind", by file and line; no pair of a kind that is needed.
std::vector<size_t> rows_of_arm(std::span<const PreferenceRow> rows, Arm arm, Match match = Match::total);
/// These rows, ready for training.
std::vector<nn::TrainRow> pairs_of_arm(std::span<const PreferenceRow> rows, Arm arm, Match match = Match::total);

}  // namespace counterpoint::persuasion
