// What the arms of a study measured: results.json, and the figures made of it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/report/estimate_table.h"

namespace counterpoint::protoclip {

struct ResultRow {
  std::string arm;
  std::int64_t seed = 0;
  std::string metric;
  double value = 0;
};

/// results.json: a list of {"arm", "seed", "metric", "value"}; shares are 0 to 1, "mean_recall" is in per cent.
void write_results(const std::filesystem::path& file, const std::vector<ResultRow>& rows);

/// In the order in which they first appear.
std::vector<std::string> arms_of(const std::vector<ResultRow>& rows);

/// Mean over seeds; the interval is mean ± one standard deviation over seeds (none for a single seed). nullopt: not
/// measured.
std::optional<report::Estimate> over_seeds(const std::vector<ResultRow>& rows, const std::string& arm,
                                           const std::string& metric);

/// An arm minus another, seed by seed.
struct PairedGain {
  report::Estimate estimate;  ///< of the differences; `repeats` has one a seed
  std::int64_t positive = 0, seeds = 0;
};
/// Over the seeds that both arms have; nullopt: none.
std::optional<PairedGain> paired_gain(const std::vector<ResultRow>& rows, const std::string& arm,
                                      const std::string& base, const std::string& metric);

/// The metrics that tables show, in their order: probe, zeroshot, mean_recall, ami, ari, gap, seconds.
const std::vector<report::EstimateColumn>& result_columns();

}  // namespace counterpoint::protoclip
