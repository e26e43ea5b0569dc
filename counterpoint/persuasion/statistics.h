// The few statistics that reports need.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace counterpoint::persuasion {

struct Interval {
  double low = 0, high = 1;
};

/// Wilson's 95 % interval of a proportion; [0, 1] where n = 0.
Interval wilson_interval(std::int64_t hits, std::int64_t n);

/// How well a score tells right from wrong: the probability that a right one has the higher score, ties count half.
/// nullopt: not both kinds are there.
struct Scored {
  double score = 0;
  bool right = false;
};
std::optional<double> auroc(std::vector<Scored> items);

}  // namespace counterpoint::persuasion
