// McNemar's test: do two arms that answered the same questions differ?
#pragma once
#include <cstdint>

namespace counterpoint::persuasion {

struct McNemar {
  std::int64_t only_first = 0, only_second = 0;  ///< items on which exactly one of the two arms has the outcome
  double exact = 1;                              ///< two-sided p of the exact binomial test
  double mid_p = 1;                              ///< the same, less conservative: half of the observed value's mass
};

/// Of the discordant counts. Exact for any count.
McNemar mcnemar(std::int64_t only_first, std::int64_t only_second);

}  // namespace counterpoint::persuasion
