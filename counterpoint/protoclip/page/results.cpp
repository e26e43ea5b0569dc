#include "counterpoint/protoclip/page/results.h"

#include <algorithm>

#include "counterpoint/core/files.h"
#include "counterpoint/core/statistics.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::protoclip {
namespace {

using data::Json;
using report::Better;

std::optional<double> value_of(const std::vector<ResultRow>& rows, const std::string& arm, const std::string& metric,
                               std::int64_t seed) {
  for (const ResultRow& row : rows)
    if (row.arm == arm && row.metric == metric && row.seed == seed) return row.value;
  return std::nullopt;
}

report::Estimate estimate_of(const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  report::Estimate estimate{.mean = spread.mean, .repeats = values};
  if (!spread.deviation) return estimate;
  estimate.low = spread.mean - *spread.deviation;
  estimate.high = spread.mean + *spread.deviation;
  return estimate;
}

}  // namespace

void write_results(const std::filesystem::path& file, const std::vector<ResultRow>& rows) {
  std::string text = "[";
  for (const ResultRow& row : rows) {
    const Json json{{"arm", row.arm}, {"seed", row.seed}, {"metric", row.metric}, {"value", row.value}};
    text += (text.size() > 1 ? ",\n " : "\n ") + json.dump();
  }
  write_file_atomic(file, text + "\n]\n");
}

std::vector<std::string> arms_of(const std::vector<ResultRow>& rows) {
  std::vector<std::string> arms;
  for (const ResultRow& row : rows)
    if (std::find(arms.begin(), arms.end(), row.arm) == arms.end()) arms.push_back(row.arm);
  return arms;
}

std::optional<report::Estimate> over_seeds(const std::vector<ResultRow>& rows, const std::string& arm,
                                           const std::string& metric) {
  std::vector<double> values;
  for (const ResultRow& row : rows)
    if (row.arm == arm && row.metric == metric) values.push_back(row.value);
  if (values.empty()) return std::nullopt;
  return estimate_of(values);
}

std::optional<PairedGain> paired_gain(const std::vector<ResultRow>& rows, const std::string& arm,
                                      const std::string& base, const std::string& metric) {
  std::vector<double> differences;
  for (const ResultRow& row : rows) {
    if (row.arm != arm || row.metric != metric) continue;
    if (const auto other = value_of(rows, base, metric, row.seed)) differences.push_back(row.value - *other);
  }
  if (differences.empty()) return std::nullopt;
  return PairedGain{
      .estimate = estimate_of(differences),
      .positive = std::count_if(differences.begin(), differences.end(), [](double gain) { return gain > 0; }),
      .seeds = std::ssize(differences)};
}

const std::vector<report::EstimateColumn>& result_columns() {
  static const std::vector<report::EstimateColumn> columns{
      {"probe", "Linear probe", "on image features", Better::higher, {true, 1}},
      {"zeroshot", "Zero-shot", "class names as captions", Better::higher, {true, 1}},
      {"mean_recall", "Mean recall, %", "R@1, 5, 10 both ways", Better::higher, {false, 1}},
      {"ami", "AMI", "clusters against labels", Better::higher, {false, 3}},
      {"ari", "ARI", "clusters against labels", Better::higher, {false, 3}},
      {"gap", "Modality gap", "between the means", Better::neither, {false, 3}},
      {"seconds", "Seconds", "of training", Better::lower, {false, 0}}};
  return columns;
}

}  // namespace counterpoint::protoclip
