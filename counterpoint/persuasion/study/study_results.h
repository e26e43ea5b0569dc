// What the evaluations of all arms and seeds gave, pooled for intervals.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "counterpoint/persuasion/evaluate/figures.h"
#include "counterpoint/persuasion/evaluate/logistic.h"
#include "counterpoint/persuasion/study/study_config.h"
#include "counterpoint/report/number.h"

namespace counterpoint::persuasion {

struct ResultRow {
  std::string arm;
  std::uint64_t seed = 0;  ///< 0 of base, which has none
  std::string metric;
  double value = 0;
};

/// One evaluation of all arms: each arm's outcomes list the same items (question by seed) in the same order, with
/// nothing set where an arm has no outcome. The base model's stand once for each seed, so that arms can be paired.
using AlignedOutcomes = std::map<std::string, Outcomes>;

struct StudyResults {
  std::vector<ResultRow> rows;
  /// By arm and metric: the value over all seeds, its 95 % interval by bootstrap over questions (each with its items of
  /// all seeds), and every seed's value.
  std::map<std::string, std::map<std::string, report::Estimate>> arms;
  std::map<std::string, AlignedOutcomes> aligned;  ///< by evaluation
  /// Base's regression of flipping (acceptance.h); empty where it was not run or could not be fitted.
  std::vector<Coefficient> acceptance;

  /// A metric of an arm as a function of items of `evaluation`. Not defined where the study has no such arm.
  OfItems value_of(const std::string& evaluation, const std::string& arm, const std::string& metric) const;
};

/// Reads FOLDER/evaluations/ARM-SEED/EVALUATION/result.json of all arms and seeds.
StudyResults collect_results(const StudyConfig& config);

/// "pbt-2"; "base" for the model that is not trained further.
std::string run_name(const std::string& arm, std::uint64_t seed);
/// The seeds that an arm is run with: {0} for base.
std::vector<std::uint64_t> seeds_of(const StudyConfig& config, const std::string& arm);

/// The statistics of an evaluation by its name. Error: there is none of that name.
std::vector<Statistic> statistics_of(const std::string& evaluation);

}  // namespace counterpoint::persuasion
