#include "counterpoint/persuasion/evaluate/figures.h"

#include <algorithm>

namespace counterpoint::persuasion {
namespace {

std::optional<double> mean(const Outcomes& outcomes, const std::string& name, std::span<const size_t> items) {
  const Outcomes::Column& column = outcomes.column(name);
  double sum = 0, n = 0;
  for (const size_t item : items)
    if (column[item]) {
      sum += *column[item];
      ++n;
    }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

bool counts(const Outcomes& outcomes, const std::vector<std::string>& columns, size_t item) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const std::string& name) { return outcomes.column(name)[item].has_value(); });
}

std::int64_t count_of(const Outcomes& outcomes, const std::vector<std::string>& columns) {
  std::int64_t n = 0;
  for (size_t item = 0; item < outcomes.size(); ++item) n += counts(outcomes, columns, item);
  return n;
}

}  // namespace

Statistic mean_of(std::string metric, std::string column) {
  return {
      .metric = std::move(metric),
      .columns = {column},
      .of = [column](const Outcomes& outcomes, std::span<const size_t> items) { return mean(outcomes, column, items); },
      .is_mean = true};
}

Statistic mean_of_means(std::string metric, std::vector<std::string> columns) {
  const auto of = [columns](const Outcomes& outcomes, std::span<const size_t> items) -> std::optional<double> {
    double sum = 0;
    for (const std::string& column : columns) {
      const auto part = mean(outcomes, column, items);
      if (!part) return std::nullopt;
      sum += *part;
    }
    return sum / static_cast<double>(columns.size());
  };
  return {.metric = std::move(metric), .columns = std::move(columns), .of = of};
}

Statistic difference_of(std::string metric, std::string column, std::string less) {
  const auto of = [column, less](const Outcomes& outcomes, std::span<const size_t> items) -> std::optional<double> {
    const auto a = mean(outcomes, column, items), b = mean(outcomes, less, items);
    return a && b ? std::optional(*a - *b) : std::nullopt;
  };
  return {.metric = std::move(metric), .columns = {column, less}, .of = of, .bounds = Bounds{-1, 1}};
}

std::int64_t questions_with(const Outcomes& outcomes, const std::vector<std::vector<size_t>>& questions,
                            const std::vector<std::string>& columns) {
  return std::count_if(questions.begin(), questions.end(), [&](const std::vector<size_t>& items) {
    return std::any_of(items.begin(), items.end(), [&](size_t item) { return counts(outcomes, columns, item); });
  });
}

Interval interval_around(double value, std::int64_t n, const std::optional<Bounds>& bounds,
                         const std::vector<std::vector<size_t>>& questions, const OfItems& number,
                         const Resampling& resampling) {
  const Interval drawn = bootstrap_interval(questions, number, resampling).value_or(Interval{value, value});
  if (drawn.low < drawn.high || !bounds) return drawn;
  const double unseen = unseen_share(n);
  return {value - (value - bounds->lowest) * unseen, value + (bounds->highest - value) * unseen};
}

std::vector<Figure> figures_of(const Outcomes& outcomes, const std::vector<Statistic>& statistics,
                               const Resampling& resampling) {
  std::vector<Figure> figures;
  const std::vector<size_t> all = outcomes.all_items();
  const std::vector<std::vector<size_t>> questions = outcomes.by_question();
  for (const Statistic& statistic : statistics) {
    const auto value = statistic.of(outcomes, all);
    if (!value) continue;
    Figure figure{.metric = statistic.metric, .value = *value, .n = count_of(outcomes, statistic.columns)};
    const OfItems number = [&](std::span<const size_t> items) { return statistic.of(outcomes, items); };
    const Interval interval = interval_around(figure.value, questions_with(outcomes, questions, statistic.columns),
                                              statistic.bounds, questions, number, resampling);
    figure.low = interval.low;
    figure.high = interval.high;
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::optional<double> value_of(const std::vector<Figure>& figures, const std::string& metric) {
  for (const Figure& figure : figures)
    if (figure.metric == metric) return figure.value;
  return std::nullopt;
}

data::Json to_json(const Figure& figure) {
  return {
      {"metric", figure.metric}, {"value", figure.value}, {"low", figure.low}, {"high", figure.high}, {"n", figure.n}};
}

}  // namespace counterpoint::persuasion
