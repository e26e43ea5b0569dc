#include "counterpoint/persuasion/study/generated_accuracy.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/study/seat.h"

namespace counterpoint::persuasion {
namespace {

using train::Metric;

size_t count_of(const std::vector<HeldOutPair>& pairs, PairKind kind) {
  return static_cast<size_t>(
      std::count_if(pairs.begin(), pairs.end(), [&](const HeldOutPair& pair) { return pair.kind == kind; }));
}

void check(const std::vector<HeldOutPair>& pairs, const GeneratedAccuracySettings& settings) {
  const size_t resist = count_of(pairs, PairKind::resist), accept = count_of(pairs, PairKind::accept);
  if (resist == 0 || accept == 0)
    fail("balanced accuracy needs validation pairs of both kinds; there are {} resist and {} accept pairs", resist,
         accept);
  std::vector<Question> questions;
  for (const HeldOutPair& pair : pairs) questions.push_back(pair.question);
  check_answer_mode(settings.answer_mode, questions);
}

BalancedResult measure(const std::vector<HeldOutPair>& pairs, const GeneratedAccuracySettings& settings) {
  generate::EngineOptions engine = settings.engine;
  engine.adapter = settings.scratch;
  const Seat seat = open_seat("A", engine, settings.answer_mode, settings.answer_model);
  ProgressSink silent;
  const auto shown = settings.progress ? settings.progress() : nullptr;
  return evaluate_balanced(pairs, seat.speaker, settings.evaluation, shown ? *shown : silent);
}

std::vector<Metric> metrics_of(const BalancedResult& result) {
  const std::vector<Figure> all = figures(result);
  std::vector<Metric> metrics;
  for (const char* name : {"balanced_overall", "balanced_negative", "balanced_positive"}) {
    const std::optional<double> value = value_of(all, name);
    if (!value) fail("no reply to a validation pair gave an answer: {}", result.items.front().error);
    metrics.push_back({std::string("eval_") + name, *value});
  }
  return metrics;
}

}  // namespace

std::vector<HeldOutPair> balanced_part(const std::vector<HeldOutPair>& pairs, size_t most) {
  if (most == 0 || pairs.size() <= most) return pairs;
  const size_t resist = count_of(pairs, PairKind::resist), accept = pairs.size() - resist;
  const size_t of_resist = std::min(resist, std::max(most / 2, most - std::min(accept, most)));
  size_t left_resist = of_resist, left_accept = most - of_resist;
  std::vector<HeldOutPair> part;
  for (const HeldOutPair& pair : pairs) {
    size_t& left = pair.kind == PairKind::resist ? left_resist : left_accept;
    if (left == 0) continue;
    --left;
    part.push_back(pair);
  }
  return part;
}

const char* accuracy_metric(Arm arm) {
  switch (arm) {
    case Arm::accept:
      return "eval_balanced_positive";
    case Arm::resist:
      return "eval_balanced_negative";
    default:
      return "eval_balanced_overall";
  }
}

std::function<std::vector<Metric>(nn::LoraTrainer&)> generated_accuracy(const std::vector<HeldOutPair>& pairs,
                                                                        GeneratedAccuracySettings settings) {
  check(pairs, settings);
  return [part = balanced_part(pairs, settings.most_pairs), settings](nn::LoraTrainer& trainer) {
    weights::write_adapter(settings.scratch, trainer.adapter());
    const BalancedResult result = measure(part, settings);
    std::filesystem::remove_all(settings.scratch);
    if (result.interrupted) throw Interrupted{};
    return metrics_of(result);
  };
}

}  // namespace counterpoint::persuasion
