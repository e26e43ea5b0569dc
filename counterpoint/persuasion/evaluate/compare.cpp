// Differences between two arms that were evaluated on the same items.
#include <unordered_map>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::persuasion {
namespace {

/// The items of both arms, in one order.
struct Matched {
  Outcomes here, there;
};

Matched match(const Outcomes& here, const Outcomes& there, Comparison& comparison) {
  std::unordered_map<std::string, size_t> place;
  for (size_t item = 0; item < there.size(); ++item) place.emplace(there.id(item), item);
  std::vector<size_t> items_here, items_there;
  for (size_t item = 0; item < here.size(); ++item)
    if (const auto found = place.find(here.id(item)); found != place.end()) {
      items_here.push_back(item);
      items_there.push_back(found->second);
    }
  comparison.items = std::ssize(items_here);
  comparison.only_here = static_cast<std::int64_t>(here.size()) - comparison.items;
  comparison.only_there = static_cast<std::int64_t>(there.size()) - comparison.items;
  if (items_here.empty())
    fail("the two results share no item: {} here and {} there, matched by id", here.size(), there.size());
  return {here.select(items_here), there.select(items_there)};
}

std::int64_t count_in_both(const Matched& arms, const std::vector<std::string>& columns) {
  std::int64_t n = 0;
  for (size_t item = 0; item < arms.here.size(); ++item) {
    const auto has = [&](const Outcomes& arm) {
      for (const std::string& name : columns)
        if (arm.column(name)[item]) return true;
      return false;
    };
    n += has(arms.here) && has(arms.there);
  }
  return n;
}

/// A question counts for the arm that has more of its items right: items of one question hang together, and would be
/// counted as evidence several times.
std::optional<McNemar> test_of(const Matched& arms, const Statistic& statistic,
                               const std::vector<std::vector<size_t>>& questions) {
  if (!statistic.is_mean) return std::nullopt;
  const Outcomes::Column &here = arms.here.column(statistic.columns.front()),
                         &there = arms.there.column(statistic.columns.front());
  std::int64_t more_here = 0, more_there = 0;
  for (const std::vector<size_t>& items : questions) {
    double lead = 0;
    for (const size_t item : items) {
      if (!here[item] || !there[item]) continue;
      for (const double value : {*here[item], *there[item]})
        if (value != 0 && value != 1) return std::nullopt;
      lead += *here[item] - *there[item];
    }
    more_here += lead > 0;
    more_there += lead < 0;
  }
  return mcnemar(more_here, more_there);
}

std::optional<Difference> difference(const Matched& arms, const Statistic& statistic,
                                     const std::vector<std::vector<size_t>>& questions, const Resampling& resampling) {
  std::vector<size_t> all;
  for (const auto& question : questions) all.insert(all.end(), question.begin(), question.end());
  const auto here = statistic.of(arms.here, all), there = statistic.of(arms.there, all);
  if (!here || !there) return std::nullopt;
  const OfItems number = [&](std::span<const size_t> items) -> std::optional<double> {
    const auto a = statistic.of(arms.here, items), b = statistic.of(arms.there, items);
    return a && b ? std::optional(*a - *b) : std::nullopt;
  };
  const double change = *here - *there;
  const std::int64_t n = count_in_both(arms, statistic.columns);
  std::optional<Bounds> bounds = statistic.bounds;
  if (bounds) bounds = Bounds{bounds->lowest - bounds->highest, bounds->highest - bounds->lowest};
  const Interval interval = interval_around(change, questions_with(arms.here, questions, statistic.columns), bounds,
                                            questions, number, resampling);
  return Difference{.metric = statistic.metric,
                    .here = *here,
                    .there = *there,
                    .difference = change,
                    .low = interval.low,
                    .high = interval.high,
                    .test = test_of(arms, statistic, questions),
                    .n = n};
}

}  // namespace

Comparison compare(const Outcomes& here, const Outcomes& there, const std::vector<Statistic>& statistics,
                   const Resampling& resampling) {
  Comparison comparison;
  const Matched arms = match(here, there, comparison);
  const auto questions = arms.here.by_question();
  for (const Statistic& statistic : statistics)
    if (auto one = difference(arms, statistic, questions, resampling)) comparison.differences.push_back(*one);
  return comparison;
}

data::Json to_json(const Difference& difference) {
  data::Json out{{"metric", difference.metric},
                 {"here", difference.here},
                 {"there", difference.there},
                 {"difference", difference.difference},
                 {"low", difference.low},
                 {"high", difference.high},
                 {"n", difference.n}};
  if (difference.test) {
    out["only_here"] = difference.test->only_first;
    out["only_there"] = difference.test->only_second;
    out["mcnemar_p"] = difference.test->exact;
    out["mcnemar_mid_p"] = difference.test->mid_p;
  }
  return out;
}

}  // namespace counterpoint::persuasion
