// Preference pairs that were kept from training, as items of the balanced evaluation.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/persuasion/pairs.h"

namespace counterpoint::persuasion {

/// A prompt that asks for the last turn of a dialogue, with what a good and a bad reply were when it was mined.
struct HeldOutPair {
  std::string id;
  PairKind kind = PairKind::resist;  ///< resist: + -> -, accept: - -> +
  Question question;
  text::Messages prompt;
  std::string chosen, rejected;
};

struct HeldOut {
  std::vector<HeldOutPair> pairs;  ///< in the order of the rows
  std::int64_t repeated = 0;       ///< rows whose prompt stood there already under the same kind: asked once
};

/// From a file of `pbt mine` (TRL's preference rows with "kind" and "question_id"). Error: a missing or wrong key, by
/// line; a question that is not among `questions`.
HeldOut read_held_out(const std::filesystem::path& path, std::span<const Question> questions);
/// The same from pairs in memory.
HeldOut held_out_of(std::span<const Pair> pairs, std::span<const Question> questions);

}  // namespace counterpoint::persuasion
