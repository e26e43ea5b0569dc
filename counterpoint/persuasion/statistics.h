// How well a score tells right from wrong.
#pragma once
#include <optional>
#include <vector>

namespace counterpoint::persuasion {

/// How well a score tells right from wrong: the probability that a right one has the higher score, ties count half.
/// nullopt: not both kinds are there.
struct Scored {
  double score = 0;
  bool right = false;
};
std::optional<double> auroc(std::vector<Scored> items);

}  // namespace counterpoint::persuasion
