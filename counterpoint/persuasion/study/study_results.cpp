#include "counterpoint/persuasion/study/study_results.h"

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/evaluate/acceptance.h"
#include "counterpoint/persuasion/evaluate/balanced.h"
#include "counterpoint/persuasion/evaluate/debate.h"
#include "counterpoint/persuasion/evaluate/flipflop.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"

namespace counterpoint::persuasion {
namespace {

std::filesystem::path result_file(const StudyConfig& config, const std::string& arm, std::uint64_t seed,
                                  const std::string& evaluation) {
  return config.output_dir / "evaluations" / run_name(arm, seed) / evaluation / "result.json";
}

Outcomes read_outcomes(const StudyConfig& config, const std::string& arm, std::uint64_t seed,
                       const std::string& evaluation) {
  const std::filesystem::path file = result_file(config, arm, seed, evaluation);
  return outcomes_from_json(data::read_json(file), file.string());
}

std::vector<Coefficient> read_regression(const std::filesystem::path& file) {
  const data::Json result = data::read_json(file);
  std::vector<Coefficient> out;
  const data::Json& regression = result.at("regression");
  if (!regression.contains("coefficients")) return out;
  for (const data::Json& one : regression.at("coefficients"))
    out.push_back({.name = one.at("name"),
                   .value = one.at("value"),
                   .standard_error = one.at("standard_error"),
                   .z = one.at("z"),
                   .p = one.at("p")});
  return out;
}

/// Where an item of a seed stands.
using Slot = std::pair<std::uint64_t, std::string>;

struct Run {
  std::string arm;
  std::uint64_t seed;
  Outcomes outcomes;
};

/// The seeds that a run stands for: all of them where it has none of its own.
std::vector<std::uint64_t> seeds_held(const Run& run, const std::vector<std::uint64_t>& seeds) {
  return run.arm == "base" ? seeds : std::vector{run.seed};
}

AlignedOutcomes align(const std::vector<Run>& runs, const std::vector<std::uint64_t>& seeds) {
  std::map<Slot, std::string> slots;  // to question
  for (const Run& run : runs)
    for (const std::uint64_t seed : seeds_held(run, seeds))
      for (size_t i = 0; i < run.outcomes.size(); ++i) slots[{seed, run.outcomes.id(i)}] = run.outcomes.question(i);
  AlignedOutcomes aligned;
  for (const Run& run : runs) {
    if (aligned.contains(run.arm)) continue;
    std::map<Slot, data::Json> values;
    for (const Run& same : runs) {
      if (same.arm != run.arm) continue;
      for (const std::uint64_t seed : seeds_held(same, seeds))
        for (size_t i = 0; i < same.outcomes.size(); ++i)
          values[{seed, same.outcomes.id(i)}] = same.outcomes.item_json(i);
    }
    Outcomes& out = aligned[run.arm];
    for (const auto& [slot, question] : slots) {
      out.add_item(fmt::format("{}#{}", slot.second, slot.first), question);
      if (const auto found = values.find(slot); found != values.end())
        for (const auto& value : found->second.items()) out.set(value.key(), value.value().get<double>());
    }
  }
  return aligned;
}

void add_evaluation(const StudyConfig& config, const std::string& evaluation, StudyResults& results) {
  std::vector<Run> runs;
  for (const std::string& arm : config.arms)
    for (const std::uint64_t seed : seeds_of(config, arm))
      runs.push_back({arm, seed, read_outcomes(config, arm, seed, evaluation)});
  const std::vector<Statistic> statistics = statistics_of(evaluation);
  for (const Run& run : runs)
    for (const Statistic& statistic : statistics)
      if (const auto value = statistic.of(run.outcomes, run.outcomes.all_items())) {
        results.rows.push_back({run.arm, run.seed, statistic.metric, *value});
        results.arms[run.arm][statistic.metric].repeats.push_back(*value);
      }
  const AlignedOutcomes& aligned = results.aligned[evaluation] = align(runs, config.seeds);
  for (const auto& [arm, outcomes] : aligned)
    for (const Figure& figure : figures_of(outcomes, statistics)) {
      report::Estimate& estimate = results.arms[arm][figure.metric];
      estimate.mean = figure.value;
      estimate.low = figure.low;
      estimate.high = figure.high;
    }
}

}  // namespace

std::string run_name(const std::string& arm, std::uint64_t seed) {
  return arm == "base" ? arm : fmt::format("{}-{}", arm, seed);
}

std::vector<std::uint64_t> seeds_of(const StudyConfig& config, const std::string& arm) {
  return arm == "base" ? std::vector<std::uint64_t>{0} : config.seeds;
}

std::vector<Statistic> statistics_of(const std::string& evaluation) {
  if (evaluation == "balanced") return balanced_statistics();
  if (evaluation == "flipflop") return flipflop_statistics();
  if (evaluation == "debate") return debate_statistics(2);
  if (evaluation == "acceptance") return acceptance_statistics();
  if (evaluation != "misinformation") fail("there is no evaluation '{}'", evaluation);
  const MisinformationSettings usual;
  return misinformation_statistics(usual.appeals, usual.turns);
}

OfItems StudyResults::value_of(const std::string& evaluation, const std::string& arm, const std::string& metric) const {
  const auto of_evaluation = aligned.find(evaluation);
  if (of_evaluation == aligned.end() || !of_evaluation->second.contains(arm)) return nullptr;
  const Outcomes& outcomes = of_evaluation->second.at(arm);
  for (Statistic& statistic : statistics_of(evaluation))
    if (statistic.metric == metric)
      return [&outcomes, of = std::move(statistic.of)](std::span<const size_t> items) { return of(outcomes, items); };
  return nullptr;
}

StudyResults collect_results(const StudyConfig& config) {
  StudyResults results;
  for (const std::string& arm : config.arms) results.arms[arm];  // one without any figure is shown without any
  for (const std::string& evaluation : config.evaluations) {
    add_evaluation(config, evaluation, results);
    if (evaluation == "acceptance" && results.arms.contains("base"))
      results.acceptance = read_regression(result_file(config, "base", 0, evaluation));
  }
  return results;
}

}  // namespace counterpoint::persuasion
