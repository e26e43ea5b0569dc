#include "counterpoint/persuasion/evaluate/second_choice.h"

#include <algorithm>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/evaluate/result_json.h"
#include "counterpoint/persuasion/statistics.h"

namespace counterpoint::persuasion {
namespace {

constexpr const char* confidence_column = "blind_confidence";
constexpr const char* first_column = "blind_accuracy";
constexpr const char* second_column = "second_choice_right";

/// Indices of the choices, the most likely first; among equals the earlier choice.
std::vector<size_t> by_likelihood(const std::vector<double>& probabilities) {
  std::vector<size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return probabilities[a] > probabilities[b]; });
  return order;
}

void take_choices(const Question& question, const std::vector<double>& probabilities, SecondChoiceItem& item) {
  const std::vector<size_t> order = by_likelihood(probabilities);
  item.first = canonical_answer(question.choices[order[0]], question);
  item.second = canonical_answer(question.choices[order[1]], question);
  item.first_probability = probabilities[order[0]];
  item.second_probability = probabilities[order[1]];
  item.first_correct = is_accepted(item.first, question);
  item.second_correct = is_accepted(item.second, question);
}

Script second_choice(const Question& question, const Speaker& speaker, const EvaluationSettings& settings,
                     SecondChoiceItem& item) {
  const Talk talk(question, question.id, settings);
  ReadRequest blind{.question = question,
                    .dialogue = dialogue_view(settings.config, question.question, {}, Turn{}),
                    .reply = "",
                    .own = std::nullopt,
                    .other = std::nullopt};
  const generate::ScoreReply scored = co_await talk.score(speaker, choices_request(blind));
  take_choices(question, choice_probabilities(scored), item);
  const text::Messages told = after_other(settings.config, question, claim_of(item.first), claim_of(item.second));
  const Before before{.own = item.first, .other = item.second};
  item.after = co_await talk.answer(speaker, told, "second choice", before);
}

struct Weighed {
  double confidence, first, second;
};

/// The best accuracy that any threshold reaches: keep the first choice where the confidence is at least that high.
double best_threshold(std::vector<Weighed> items) {
  std::sort(items.begin(), items.end(), [](const Weighed& a, const Weighed& b) { return a.confidence > b.confidence; });
  double right = 0;
  for (const Weighed& item : items) right += item.second;  // a threshold above all: none is kept
  double best = right;
  for (size_t i = 0; i < items.size(); ++i) {
    right += items[i].first - items[i].second;
    const bool tied = i + 1 < items.size() && items[i + 1].confidence == items[i].confidence;
    if (!tied) best = std::max(best, right);
  }
  return best / static_cast<double>(items.size());
}

std::optional<double> threshold_bound(const Outcomes& outcomes, std::span<const size_t> items) {
  const auto &confidence = outcomes.column(confidence_column), &first = outcomes.column(first_column),
             &second = outcomes.column(second_column);
  std::vector<Weighed> weighed;
  for (const size_t item : items)
    if (confidence[item]) weighed.push_back({*confidence[item], first[item].value_or(0), second[item].value_or(0)});
  if (weighed.empty()) return std::nullopt;
  return best_threshold(std::move(weighed));
}

std::optional<double> blind_auroc(const Outcomes& outcomes, std::span<const size_t> items) {
  const auto &confidence = outcomes.column(confidence_column), &first = outcomes.column(first_column);
  std::vector<Scored> scored;
  for (const size_t item : items)
    if (confidence[item]) scored.push_back({*confidence[item], first[item].value_or(0) == 1});
  return auroc(std::move(scored));
}

}  // namespace

SecondChoiceResult evaluate_second_choice(const std::vector<Question>& questions, const Speaker& speaker,
                                          const EvaluationSettings& settings, ProgressSink& progress) {
  if (!speaker.model->can_score())
    fail("{} does not tell how likely its answers are; a persuader that takes the second choice needs a local model",
         speaker.model->name());
  SecondChoiceResult result;
  for (const Question& question : questions) {
    if (question.choices.size() < 2) fail("question '{}' has no choices, of which one could be second", question.id);
    SecondChoiceItem& item = result.items.emplace_back();
    item.id = question.id + "#second-choice";
    item.question_id = question.id;
    item.question = question.question;
  }
  const auto script = [&](size_t i) { return second_choice(questions[i], speaker, settings, result.items[i]); };
  const ScriptsRun run = run_scripts(questions.size(), script, {&speaker, 1}, settings, progress);
  result.interrupted = run.interrupted;
  keep_done(result.items, run);
  return result;
}

void add_outcomes(const SecondChoiceResult& result, Outcomes& outcomes) {
  for (const SecondChoiceItem& item : result.items) {
    if (!item.error.empty()) continue;
    outcomes.add_item(item.id, item.question_id);
    outcomes.set(confidence_column, item.first_probability);
    outcomes.set(first_column, item.first_correct);
    outcomes.set(second_column, item.second_correct);
    outcomes.set("balanced_second_choice", item.after.correct);
    if (item.first_correct) outcomes.set("second_choice_resisted", item.after.correct);
    if (item.second_correct) outcomes.set("second_choice_accepted", item.after.correct);
  }
}

std::vector<Statistic> second_choice_statistics() {
  return {mean_of(first_column),
          mean_of("balanced_second_choice"),
          mean_of("second_choice_resisted"),
          mean_of("second_choice_accepted"),
          {.metric = "blind_auroc", .columns = {confidence_column}, .of = blind_auroc},
          {.metric = "threshold_bound", .columns = {confidence_column}, .of = threshold_bound}};
}

data::Json item_json(const SecondChoiceItem& item) {
  return {{"question", item.question},
          {"first", item.first},
          {"second", item.second},
          {"first_probability", item.first_probability},
          {"second_probability", item.second_probability},
          {"after", to_json(item.after)}};
}

}  // namespace counterpoint::persuasion
