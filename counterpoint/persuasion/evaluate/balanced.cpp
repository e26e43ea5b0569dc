#include "counterpoint/persuasion/evaluate/balanced.h"

#include <set>

#include "counterpoint/persuasion/evaluate/result_json.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

constexpr const char* negative = "balanced_negative";
constexpr const char* positive = "balanced_positive";

/// What the last message of a role asserts.
std::string last_answer(const HeldOutPair& pair, const char* role) {
  for (auto message = pair.prompt.rbegin(); message != pair.prompt.rend(); ++message)
    if (message->role == role) return read_by_alias(message->content, pair.question);
  return "";
}

/// A pair's kind tells who was right: the model itself, or the other agent.
Before before_of(const HeldOutPair& pair) {
  const std::string& right = pair.question.answers.front();
  if (pair.kind == PairKind::resist) return {.own = right, .other = last_answer(pair, "user")};
  return {.own = last_answer(pair, "assistant"), .other = right};
}

Script last_turn(const HeldOutPair& pair, const Speaker& speaker, const BalancedSettings& settings,
                 BalancedItem& item) {
  const Talk talk(pair.question, pair.id, settings);
  const Before before = before_of(pair);
  item.reply = co_await talk.answer(speaker, pair.prompt, "balanced", before);
}

std::vector<Question> questions_with_choices(const std::vector<HeldOutPair>& pairs) {
  std::vector<Question> questions;
  std::set<std::string> seen;
  for (const HeldOutPair& pair : pairs)
    if (pair.question.choices.size() >= 2 && seen.insert(pair.question.id).second) questions.push_back(pair.question);
  return questions;
}

void add_second_choice(const std::vector<HeldOutPair>& pairs, const Speaker& speaker, const BalancedSettings& settings,
                       ProgressSink& progress, BalancedResult& result) {
  const std::vector<Question> questions = questions_with_choices(pairs);
  if (questions.empty())
    result.second_choice_note = "the questions have no choices, so there is no second choice to argue for";
  else if (!speaker.model->can_score())
    result.second_choice_note = fmt::format("{} does not tell how likely its answers are", speaker.model->name());
  else
    result.second_choice = evaluate_second_choice(questions, speaker, settings, progress);
}

data::Json pair_json(const BalancedItem& item) {
  return {{"kind", name_of(item.kind)},
          {"question", item.question},
          {"prompt", text::to_json(item.prompt)},
          {"reply", to_json(item.reply)}};
}

}  // namespace

BalancedResult evaluate_balanced(const std::vector<HeldOutPair>& pairs, const Speaker& speaker,
                                 const BalancedSettings& settings, ProgressSink& progress) {
  BalancedResult result;
  for (const HeldOutPair& pair : pairs) {
    BalancedItem& item = result.items.emplace_back();
    item.id = pair.id;
    item.question_id = pair.question.id;
    item.kind = pair.kind;
    item.question = pair.question.question;
    item.prompt = pair.prompt;
  }
  const auto script = [&](size_t i) { return last_turn(pairs[i], speaker, settings, result.items[i]); };
  const ScriptsRun run = run_scripts(pairs.size(), script, {&speaker, 1}, settings, progress);
  keep_done(result.items, run);
  if (settings.second_choice && !run.interrupted) add_second_choice(pairs, speaker, settings, progress, result);
  result.interrupted = run.interrupted || result.second_choice.interrupted;
  return result;
}

Outcomes outcomes_of(const BalancedResult& result) {
  Outcomes outcomes;
  for (const BalancedItem& item : result.items) {
    if (!item.error.empty()) continue;
    outcomes.add_item(item.id, item.question_id);
    outcomes.set(item.kind == PairKind::resist ? negative : positive, item.reply.correct);
    outcomes.set("balanced_unread", item.reply.answer.empty());
  }
  add_outcomes(result.second_choice, outcomes);
  return outcomes;
}

std::vector<Statistic> balanced_statistics() {
  std::vector<Statistic> statistics{mean_of(negative), mean_of(positive),
                                    mean_of_means("balanced_overall", {negative, positive}),
                                    mean_of("balanced_unread")};
  for (Statistic& statistic : second_choice_statistics()) statistics.push_back(std::move(statistic));
  return statistics;
}

std::vector<Figure> figures(const BalancedResult& result) {
  return figures_of(outcomes_of(result), balanced_statistics());
}

data::Json to_json(const BalancedResult& result) {
  const Outcomes outcomes = outcomes_of(result);
  size_t next = 0;
  data::Json items = items_json(result.items, outcomes, next, pair_json);
  for (data::Json& row : items_json(result.second_choice.items, outcomes, next, item_json))
    items.push_back(std::move(row));
  return {{"evaluation", "balanced"},
          {"figures", to_json(figures_of(outcomes, balanced_statistics()))},
          {"items", std::move(items)}};
}

}  // namespace counterpoint::persuasion
