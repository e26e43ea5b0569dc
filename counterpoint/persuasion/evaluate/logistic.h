// Logistic regression with standard errors, by Newton's method (IRLS).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace counterpoint::persuasion {

struct Coefficient {
  std::string name;  ///< "intercept" or a feature's
  double value = 0;  ///< change of the log-odds for one unit of the feature
  double standard_error = 0, z = 0;
  double p = 1;  ///< two-sided, normal (Wald)
};

struct LogisticFit {
  std::vector<Coefficient> coefficients;  ///< the intercept first; empty where there is a problem
  double log_likelihood = 0, null_log_likelihood = 0;
  std::int64_t n = 0;
  std::vector<std::string> constant;  ///< features that are the same in all rows: left out
  /// Not empty: there is no maximum of the likelihood, and this tells why: all outcomes are the same, a feature follows
  /// from others, the outcome can be told from the features without error (separation), or too few rows.
  std::string problem;
};

/// `rows`: for each item the features in the order of `names`; `outcomes`: as many truths.
LogisticFit fit_logistic(const std::vector<std::string>& names, const std::vector<std::vector<double>>& rows,
                         const std::vector<bool>& outcomes);

}  // namespace counterpoint::persuasion
