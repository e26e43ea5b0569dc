// Train, validation and test questions that share no answer, and which of them an agent is taught.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "counterpoint/persuasion/pair_selection.h"
#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

struct SplitSizes {
  std::int64_t train = 0, valid = 0, test = 0;
};

/// By Split. Questions with a common accepted spelling (normalised) go to one split, so that no answer string of a test
/// question stands in a training pair as a right answer. Drawn by `seed`. Error: fewer questions than asked for.
std::array<std::vector<Question>, 3> split_questions(const std::vector<Question>& questions, const SplitSizes& sizes,
                                                     std::uint64_t seed);

/// The questions that an agent of that name is taught: `share` of them, to the nearest whole one, drawn by a hash of
/// seed, name and id; in the order given.
std::vector<Question> known_questions(std::span<const Question> questions, const std::string& agent, double share,
                                      std::uint64_t seed);

}  // namespace counterpoint::persuasion
