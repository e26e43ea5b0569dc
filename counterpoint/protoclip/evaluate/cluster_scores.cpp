#include "counterpoint/protoclip/evaluate/cluster_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/kmeans.h"
#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

/// How often each pair of labels occurs together, and each label alone.
struct Contingency {
  std::vector<double> rows, columns;
  std::map<std::pair<std::int64_t, std::int64_t>, double> both;
  double n = 0;
};

/// Labels as 0, 1, ..
std::pair<Tensor, std::int64_t> numbered(const Tensor& labels) {
  const auto [values, numbers] = at::_unique(labels.to(torch::kInt64), /*sorted=*/true, /*return_inverse=*/true);
  return {numbers, values.numel()};
}

Contingency contingency(const Tensor& a, const Tensor& b) {
  COUNTERPOINT_ASSERT(a.numel() == b.numel() && a.numel() > 0);
  const auto [rows, row_count] = numbered(a);
  const auto [columns, column_count] = numbered(b);
  Contingency table{.rows = std::vector<double>(static_cast<size_t>(row_count)),
                    .columns = std::vector<double>(static_cast<size_t>(column_count)),
                    .both = {},
                    .n = static_cast<double>(a.numel())};
  const auto row = rows.accessor<std::int64_t, 1>(), column = columns.accessor<std::int64_t, 1>();
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    ++table.rows[static_cast<size_t>(row[i])];
    ++table.columns[static_cast<size_t>(column[i])];
    ++table.both[{row[i], column[i]}];
  }
  return table;
}

double entropy(const std::vector<double>& counts, double n) {
  double sum = 0;
  for (const double count : counts) sum -= count / n * (std::log(count) - std::log(n));
  return sum;
}

double mutual_information(const Contingency& table) {
  double sum = 0;
  for (const auto& [place, count] : table.both) {
    const double expected =
        table.rows[static_cast<size_t>(place.first)] * table.columns[static_cast<size_t>(place.second)] / table.n;
    sum += count / table.n * std::log(count / expected);
  }
  return std::max(0.0, sum);
}

double log_factorial(double n) { return std::lgamma(n + 1); }

/// Over all tables with these margins (hypergeometric), one cell of margins a and b.
double expected_cell(double a, double b, double n) {
  const double fixed =
      log_factorial(a) + log_factorial(b) + log_factorial(n - a) + log_factorial(n - b) - log_factorial(n);
  double sum = 0;
  for (double both = std::max(1.0, a + b - n); both <= std::min(a, b); ++both) {
    const double chance = std::exp(fixed - log_factorial(both) - log_factorial(a - both) - log_factorial(b - both) -
                                   log_factorial(n - a - b + both));
    sum += both / n * std::log(n * both / (a * b)) * chance;
  }
  return sum;
}

double expected_mutual_information(const Contingency& table) {
  double sum = 0;
  // Margins repeat: equal ones give equal cells.
  std::map<std::pair<double, double>, double> known;
  for (const double a : table.rows)
    for (const double b : table.columns) {
      const auto [cell, is_new] = known.try_emplace({a, b});
      if (is_new) cell->second = expected_cell(a, b, table.n);
      sum += cell->second;
    }
  return sum;
}

/// Keeps 0/0 of two labellings that agree wholly at 1.
double away_from_zero(double value) {
  constexpr double least = std::numeric_limits<double>::epsilon();
  return value < 0 ? std::min(value, -least) : std::max(value, least);
}

double pairs_in(double count) { return count * (count - 1); }

}  // namespace

double adjusted_rand_index(const Tensor& a, const Tensor& b) {
  const Contingency table = contingency(a, b);
  double together = 0, rows = 0, columns = 0;
  for (const auto& [place, count] : table.both) together += pairs_in(count);
  for (const double count : table.rows) rows += pairs_in(count);
  for (const double count : table.columns) columns += pairs_in(count);
  if (together == rows && together == columns) return 1;
  const double expected = rows / pairs_in(table.n) * columns;
  return (together - expected) / ((rows + columns) / 2 - expected);
}

double adjusted_mutual_information(const Tensor& a, const Tensor& b) {
  const Contingency table = contingency(a, b);
  if (table.rows.size() == 1 && table.columns.size() == 1) return 1;
  if (table.rows.size() == 1 || table.columns.size() == 1) return 0;
  const double expected = expected_mutual_information(table);
  const double most = (entropy(table.rows, table.n) + entropy(table.columns, table.n)) / 2;
  return away_from_zero(mutual_information(table) - expected) / away_from_zero(most - expected);
}

ClusterAgreement cluster_agreement(const Tensor& images, const Tensor& labels, std::uint64_t seed) {
  const Tensor unit = unit_rows(images);
  KMeansOptions options;
  options.k = numbered(labels).second;
  options.iterations = 100;
  options.redos = 1;
  ClusterAgreement result;
  for (std::int64_t start = 0; start < cluster_starts; ++start) {
    options.seed = stream_seed(seed, {"clusters", std::to_string(start)});
    const Tensor clusters = kmeans(unit, options).labels;
    result.ari += adjusted_rand_index(labels, clusters) / cluster_starts;
    result.ami += adjusted_mutual_information(labels, clusters) / cluster_starts;
  }
  return result;
}

}  // namespace counterpoint::protoclip
