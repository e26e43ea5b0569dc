// 1. Features are centred and scaled, so that one tolerance fits all; constant ones are left out.
// 2. Newton steps on the log-likelihood, halved where a step would make it worse, until a step is nothing.
// 3. The inverse information matrix gives the variances; coefficients and variances go back to the features' own units.
//
// Where the outcome can be told without error, the likelihood has no maximum: the steps do not shrink, and the
// information matrix loses its rank while they go on. Both end the search and are told.
#include "counterpoint/persuasion/evaluate/logistic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/evaluate/cholesky.h"

namespace counterpoint::persuasion {
namespace {

constexpr int most_steps = 60;
constexpr double step_tolerance = 1e-10;
constexpr double certain = 30;  ///< log-odds at which nothing is left in doubt

constexpr const char* separated =
    "the outcome can be told from the features without error (separation), so the coefficients have no finite best "
    "value; more items, or fewer features, are needed";

/// Rows of scaled features behind a leading 1.
struct Design {
  std::vector<std::vector<double>> rows;
  std::vector<size_t> kept;  ///< columns of the input
  std::vector<double> mean, scale;
};

Design design_of(const std::vector<std::string>& names, const std::vector<std::vector<double>>& rows,
                 LogisticFit& fit) {
  Design design{.rows = std::vector<std::vector<double>>(rows.size(), {1.0}), .kept = {}, .mean = {}, .scale = {}};
  const auto n = static_cast<double>(rows.size());
  for (size_t j = 0; j < names.size(); ++j) {
    double mean = 0, squares = 0;
    for (const auto& row : rows) mean += row[j] / n;
    for (const auto& row : rows) squares += (row[j] - mean) * (row[j] - mean);
    const double scale = std::sqrt(squares / n);
    if (scale <= 1e-12 * (1 + std::abs(mean))) {
      fit.constant.push_back(names[j]);
      continue;
    }
    design.kept.push_back(j);
    design.mean.push_back(mean);
    design.scale.push_back(scale);
    for (size_t i = 0; i < rows.size(); ++i) design.rows[i].push_back((rows[i][j] - mean) / scale);
  }
  return design;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double log_likelihood(const Design& design, const std::vector<bool>& outcomes, const std::vector<double>& beta) {
  double sum = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const double odds = dot(design.rows[i], beta);
    sum += (outcomes[i] ? odds : 0) - softplus(odds);
  }
  return sum;
}

struct Slope {
  std::vector<double> gradient;
  Matrix information;
};

Slope slope_at(const Design& design, const std::vector<bool>& outcomes, const std::vector<double>& beta) {
  const size_t k = beta.size();
  Slope slope{std::vector<double>(k), Matrix(k, std::vector<double>(k))};
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto& row = design.rows[i];
    const double p = 1 / (1 + std::exp(-dot(row, beta)));
    for (size_t a = 0; a < k; ++a) {
      slope.gradient[a] += (outcomes[i] - p) * row[a];
      for (size_t b = 0; b <= a; ++b) slope.information[a][b] += p * (1 - p) * row[a] * row[b];
    }
  }
  return slope;
}

/// Takes a step that makes the likelihood no worse; how large its largest part was.
double take_step(const Design& design, const std::vector<bool>& outcomes, std::vector<double> step,
                 std::vector<double>& beta) {
  const double before = log_likelihood(design, outcomes, beta);
  double largest = 0;
  for (int halving = 0; halving < 40; ++halving) {
    std::vector<double> next = beta;
    largest = 0;
    for (size_t j = 0; j < beta.size(); ++j) {
      next[j] += step[j];
      largest = std::max(largest, std::abs(step[j]));
    }
    if (largest < step_tolerance || log_likelihood(design, outcomes, next) >= before) {
      beta = std::move(next);
      return largest;
    }
    for (double& part : step) part /= 2;
  }
  return largest;
}

bool all_certain(const Design& design, const std::vector<bool>& outcomes, const std::vector<double>& beta) {
  for (size_t i = 0; i < outcomes.size(); ++i)
    if (dot(design.rows[i], beta) * (outcomes[i] ? 1 : -1) < certain) return false;
  return true;
}

std::string dependence(const std::vector<std::string>& names, const Design& design, size_t column) {
  return fmt::format("'{}' follows from the other features, so their coefficients cannot be told apart",
                     names[design.kept[column - 1]]);
}

/// The maximum, and the information matrix's factor there; `problem` is filled in where there is none.
struct Maximum {
  std::vector<double> beta;
  Matrix covariance;
  std::string problem;
};

Maximum maximise(const std::vector<std::string>& names, const Design& design, const std::vector<bool>& outcomes) {
  Maximum at{std::vector<double>(design.kept.size() + 1), {}, ""};
  for (int step = 0; step < most_steps; ++step) {
    Slope slope = slope_at(design, outcomes, at.beta);
    const Cholesky factor = cholesky(std::move(slope.information));
    if (factor.failed_at) {
      at.problem = step == 0 ? dependence(names, design, *factor.failed_at) : separated;
      return at;
    }
    const double moved = take_step(design, outcomes, solve(factor, slope.gradient), at.beta);
    if (all_certain(design, outcomes, at.beta)) break;
    if (moved < step_tolerance) {
      at.covariance = inverse(factor);
      return at;
    }
  }
  at.problem = separated;
  return at;
}

/// Back to the features' own units: b_j / scale_j, and the intercept less what centring moved into it.
void describe(const std::vector<std::string>& names, const Design& design, const Maximum& at, LogisticFit& fit) {
  const size_t k = at.beta.size();
  std::vector<double> centring(k, 0.0);  // the intercept as a combination of the scaled coefficients
  centring[0] = 1;
  for (size_t j = 1; j < k; ++j) centring[j] = -design.mean[j - 1] / design.scale[j - 1];
  double variance = 0;
  for (size_t a = 0; a < k; ++a)
    for (size_t b = 0; b < k; ++b) variance += centring[a] * centring[b] * at.covariance[a][b];
  const auto add = [&](const std::string& name, double value, double error) {
    const double z = value / error;
    fit.coefficients.push_back(
        {.name = name, .value = value, .standard_error = error, .z = z, .p = std::erfc(std::abs(z) / std::sqrt(2.0))});
  };
  add("intercept", dot(centring, at.beta), std::sqrt(variance));
  for (size_t j = 1; j < k; ++j)
    add(names[design.kept[j - 1]], at.beta[j] / design.scale[j - 1],
        std::sqrt(at.covariance[j][j]) / design.scale[j - 1]);
}

double null_log_likelihood(double hits, double n) {
  return hits * std::log(hits / n) + (n - hits) * std::log(1 - hits / n);
}

}  // namespace

LogisticFit fit_logistic(const std::vector<std::string>& names, const std::vector<std::vector<double>>& rows,
                         const std::vector<bool>& outcomes) {
  COUNTERPOINT_ASSERT(rows.size() == outcomes.size());
  LogisticFit fit;
  fit.n = std::ssize(rows);
  const auto hits = std::count(outcomes.begin(), outcomes.end(), true);
  if (hits == 0 || hits == fit.n) {
    fit.problem = fmt::format("{} of {} items have the outcome, so there is nothing to explain", hits, fit.n);
    return fit;
  }
  const Design design = design_of(names, rows, fit);
  if (fit.n <= std::ssize(design.kept) + 1) {
    fit.problem = fmt::format("{} items are too few for {} coefficients", fit.n, design.kept.size() + 1);
    return fit;
  }
  fit.null_log_likelihood = null_log_likelihood(static_cast<double>(hits), static_cast<double>(fit.n));
  const Maximum at = maximise(names, design, outcomes);
  fit.problem = at.problem;
  if (!fit.problem.empty()) return fit;
  fit.log_likelihood = log_likelihood(design, outcomes, at.beta);
  describe(names, design, at, fit);
  return fit;
}

}  // namespace counterpoint::persuasion
