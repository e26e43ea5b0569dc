// From outcomes to figures with intervals, and to differences between two arms.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/persuasion/evaluate/mcnemar.h"
#include "counterpoint/persuasion/evaluate/outcomes.h"
#include "counterpoint/persuasion/evaluate/resampling.h"

namespace counterpoint::persuasion {

/// One number of a table. The interval is 95 %, by bootstrap over questions; where every draw gives the same, as with a
/// share of 0 or 1, it is as wide as unseen_share leaves open.
struct Figure {
  std::string metric;  ///< "balanced_overall"; unique over all evaluations
  double value = 0, low = 0, high = 0;
  std::int64_t n = 0;  ///< items that count
};

/// What values a metric can have.
struct Bounds {
  double lowest = 0, highest = 1;
};

/// How a metric comes from outcomes.
struct Statistic {
  std::string metric;
  std::vector<std::string> columns;  ///< an item that has one of them counts in Figure::n
  /// From some items (some of them more than once); nullopt: not defined.
  std::function<std::optional<double>(const Outcomes&, std::span<const size_t>)> of;
  bool is_mean = false;                     ///< the mean of columns[0]
  std::optional<Bounds> bounds = Bounds{};  ///< those of a share; nullopt: without limits
};

/// The mean of a column over the items that have it.
Statistic mean_of(std::string metric, std::string column);
inline Statistic mean_of(const std::string& metric) { return mean_of(metric, metric); }
/// The mean of the columns' means: each counts the same, however many items it has. Not defined where one is missing.
Statistic mean_of_means(std::string metric, std::vector<std::string> columns);
/// mean(column) - mean(less).
Statistic difference_of(std::string metric, std::string column, std::string less);

/// How many of the questions have an item with one of the columns: items of one question are no independent evidence.
std::int64_t questions_with(const Outcomes& outcomes, const std::vector<std::vector<size_t>>& questions,
                            const std::vector<std::string>& columns);

/// The bootstrap's interval around `value`. Where that has no width and there are bounds: what is left open if the
/// unseen_share of n questions were at either bound.
Interval interval_around(double value, std::int64_t n, const std::optional<Bounds>& bounds,
                         const std::vector<std::vector<size_t>>& questions, const OfItems& number,
                         const Resampling& resampling);

/// In the order of the statistics; those that are not defined for these items are left out.
std::vector<Figure> figures_of(const Outcomes& outcomes, const std::vector<Statistic>& statistics,
                               const Resampling& resampling = {});

/// The metric's value; nullopt: not among them.
std::optional<double> value_of(const std::vector<Figure>& figures, const std::string& metric);

/// This arm against another on the items that both have.
struct Difference {
  std::string metric;
  double here = 0, there = 0;
  double difference = 0, low = 0, high = 0;  ///< here - there; 95 %, paired bootstrap over questions
  std::optional<McNemar> test;               ///< for shares: outcomes of 0 and 1; by question
  std::int64_t n = 0;                        ///< items that count in both arms
};

struct Comparison {
  std::vector<Difference> differences;
  std::int64_t items = 0;                      ///< in both
  std::int64_t only_here = 0, only_there = 0;  ///< left out
};

/// Items are matched by id. Error: the arms share none.
Comparison compare(const Outcomes& here, const Outcomes& there, const std::vector<Statistic>& statistics,
                   const Resampling& resampling = {});

data::Json to_json(const Figure& figure);
data::Json to_json(const Difference& difference);

}  // namespace counterpoint::persuasion
