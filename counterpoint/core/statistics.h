// The few statistics that both programs report.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace counterpoint {

struct Interval {
  double low = 0, high = 1;
};

/// Wilson's 95 % interval of a proportion; [0, 1] where n = 0.
Interval wilson_interval(std::int64_t hits, std::int64_t n);

/// The value below which a share of the sorted values lies, linear between neighbours (numpy's default). Not empty.
double quantile(std::span<const double> sorted, double share);

/// Of one figure over several seeds.
struct Spread {
  double mean = 0;
  std::optional<double> deviation;  ///< sample standard deviation; nullopt for one seed
  std::int64_t n = 0;
};
Spread spread_of(std::span<const double> values);

}  // namespace counterpoint
