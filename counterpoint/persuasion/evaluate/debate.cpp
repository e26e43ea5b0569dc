#include "counterpoint/persuasion/evaluate/debate.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/evaluate/result_json.h"

namespace counterpoint::persuasion {
namespace {

using Answers = std::vector<std::optional<std::string>>;

std::string letter(int member) { return to_lower_ascii(agent_name(member)); }

/// A debate while it goes on: what was said, and where each member stands.
class Discussion {
 public:
  Discussion(const Question& question, const std::vector<Heard>& first, int starter) : question_(question) {
    const auto members = static_cast<int>(first.size());
    answers_.resize(first.size());
    for (int i = 0; i < members; ++i) take((starter + i) % members, false, first[(starter + i) % members]);
  }

  void take(int agent, bool saw_others, const Heard& heard) {
    answers_[agent] = settled_answer(heard.answer, answers_, question_);
    path_.push_back({.agent = agent, .saw_others = saw_others, .text = heard.text, .answer = *answers_[agent]});
  }

  text::Messages seen_by(int agent, const TreeConfig& config) const {
    return dialogue_view(config, question_.question, path_, Turn{.agent = agent});
  }
  Before before(int agent) const { return {answers_[agent], answer_of_other(path_, Turn{.agent = agent})}; }
  bool agreed() const { return all_agree(answers_, question_); }
  std::vector<bool> correct() const {
    std::vector<bool> out;
    for (const auto& answer : answers_) out.push_back(is_accepted(*answer, question_));
    return out;
  }

 private:
  const Question& question_;
  std::vector<Said> path_;
  Answers answers_;
};

Script answer_alone(const Talk& talk, const Speaker& speaker, text::Messages asked, std::string step, Heard& first) {
  first = co_await talk.answer(speaker, asked, step);
}

/// From the first answers on, begun by `starter`.
Script discuss(const Talk& talk, const Question& question, std::span<const Speaker> speakers,
               const DebateSettings& settings, int turns, int starter, const DebateItem& item, Debate& held) {
  const auto members = static_cast<int>(speakers.size());
  Discussion talked(question, item.first, starter);
  for (int turn = members; turn < turns && !talked.agreed(); ++turn) {
    const int agent = (starter + turn) % members;
    const text::Messages seen = talked.seen_by(agent, settings.config);
    const Before before = talked.before(agent);
    const std::string step = fmt::format("debate/{}/{}", held.order, turn);
    Heard heard = co_await talk.answer(speakers[agent], seen, step, before);
    talked.take(agent, true, heard);
    held.turns.push_back({.agent = agent, .said = std::move(heard)});
  }
  held.correct = talked.correct();
  held.agreed = talked.agreed();
}

Script debate(const Question& question, std::span<const Speaker> speakers, const DebateSettings& settings, int turns,
              DebateItem& item) {
  const Talk talk(question, question.id, settings);
  const auto members = static_cast<int>(speakers.size());
  const text::Messages alone = dialogue_view(settings.config, question.question, {}, Turn{});
  item.first.resize(speakers.size());
  std::vector<Script> first;
  for (int agent = 0; agent < members; ++agent)
    first.push_back(answer_alone(talk, speakers[agent], alone, "debate/first " + letter(agent), item.first[agent]));
  co_await together(std::move(first));
  for (const std::string& order : debate_orders(members)) item.debates.push_back({.order = order});
  std::vector<Script> orders;
  for (int starter = 0; starter < members; ++starter)
    orders.push_back(discuss(talk, question, speakers, settings, turns, starter, item, item.debates[starter]));
  co_await together(std::move(orders));
}

std::string team_column(const std::string& order) { return "debate_team_" + order; }
std::string member_column(int member) { return "debate_member_" + letter(member); }

std::vector<std::string> team_columns(int members) {
  std::vector<std::string> columns;
  for (const std::string& order : debate_orders(members)) columns.push_back(team_column(order));
  return columns;
}

double share(const std::vector<bool>& truths) {
  return static_cast<double>(std::count(truths.begin(), truths.end(), true)) / static_cast<double>(truths.size());
}

std::optional<double> gap(const Outcomes& outcomes, std::span<const size_t> items,
                          const std::vector<Statistic>& teams) {
  std::vector<double> values;
  for (const Statistic& team : teams)
    if (const auto value = team.of(outcomes, items)) values.push_back(*value);
  if (values.size() < teams.size()) return std::nullopt;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low;
}

Statistic gap_of(int members) {
  std::vector<Statistic> teams;
  for (const std::string& column : team_columns(members)) teams.push_back(mean_of(column));
  return {
      .metric = "debate_order_gap",
      .columns = team_columns(members),
      .of = [teams](const Outcomes& outcomes, std::span<const size_t> items) { return gap(outcomes, items, teams); }};
}

void set_outcomes(const DebateItem& item, Outcomes& outcomes) {
  const auto members = static_cast<int>(item.first.size());
  const auto n = static_cast<double>(item.first.size());  // of members, and of orders
  std::vector<double> after(item.first.size());
  double before = 0, team = 0, agreed = 0;
  for (const Debate& one : item.debates) {
    outcomes.set(team_column(one.order), share(one.correct));
    team += share(one.correct) / n;
    agreed += one.agreed / n;
    for (int member = 0; member < members; ++member) after[member] += one.correct[member] / n;
  }
  for (int member = 0; member < members; ++member) {
    outcomes.set(member_column(member) + "_before", item.first[member].correct);
    outcomes.set(member_column(member), after[member]);
    before += item.first[member].correct / n;
  }
  outcomes.set("debate_before", before);
  outcomes.set("debate_team", team);
  outcomes.set("debate_agreed", agreed);
}

data::Json item_json(const DebateItem& item) {
  data::Json row{{"question", item.question}, {"first", data::Json::array()}, {"debates", data::Json::array()}};
  for (const Heard& heard : item.first) row["first"].push_back(to_json(heard));
  for (const Debate& one : item.debates) {
    data::Json turns = data::Json::array();
    for (const DebateTurn& turn : one.turns)
      turns.push_back({{"agent", agent_name(turn.agent)}, {"said", to_json(turn.said)}});
    row["debates"].push_back(
        {{"order", one.order}, {"turns", std::move(turns)}, {"correct", one.correct}, {"agreed", one.agreed}});
  }
  return row;
}

}  // namespace

std::vector<std::string> debate_orders(int members) {
  std::vector<std::string> orders;
  for (int starter = 0; starter < members; ++starter) {
    std::string& order = orders.emplace_back();
    for (int i = 0; i < members; ++i) order += letter((starter + i) % members);
  }
  return orders;
}

DebateResult evaluate_debate(const std::vector<Question>& questions, std::span<const Speaker> speakers,
                             const DebateSettings& settings, ProgressSink& progress) {
  const auto members = static_cast<int>(speakers.size());
  if (members < 2) fail("a debate needs two models at least, {} was given", members);
  const int turns = settings.turns > 0 ? settings.turns : 2 * members;
  if (turns < members) fail("{} turns are too few for {} members, each of whom answers once", turns, members);
  DebateResult result;
  for (const Speaker& speaker : speakers) result.members.push_back(speaker.info.name);
  for (const Question& question : questions) {
    DebateItem& item = result.items.emplace_back();
    item.id = item.question_id = question.id;
    item.question = question.question;
  }
  const auto script = [&](size_t i) { return debate(questions[i], speakers, settings, turns, result.items[i]); };
  const ScriptsRun run = run_scripts(questions.size(), script, speakers, settings, progress);
  result.interrupted = run.interrupted;
  keep_done(result.items, run);
  return result;
}

Outcomes outcomes_of(const DebateResult& result) {
  Outcomes outcomes;
  for (const DebateItem& item : result.items) {
    if (!item.error.empty()) continue;
    outcomes.add_item(item.id, item.question_id);
    set_outcomes(item, outcomes);
  }
  return outcomes;
}

std::vector<Statistic> debate_statistics(int members) {
  std::vector<Statistic> statistics{mean_of("debate_before"), mean_of("debate_team"),
                                    difference_of("debate_gain", "debate_team", "debate_before")};
  for (const std::string& column : team_columns(members)) statistics.push_back(mean_of(column));
  statistics.push_back(gap_of(members));
  if (members == 2)
    statistics.push_back(difference_of("debate_order_difference", team_column("ab"), team_column("ba")));
  for (int member = 0; member < members; ++member) {
    statistics.push_back(mean_of(member_column(member) + "_before"));
    statistics.push_back(mean_of(member_column(member)));
  }
  statistics.push_back(mean_of("debate_agreed"));
  return statistics;
}

std::vector<Figure> figures(const DebateResult& result) {
  return figures_of(outcomes_of(result), debate_statistics(static_cast<int>(result.members.size())));
}

data::Json to_json(const DebateResult& result) {
  data::Json out = result_json("debate", result, debate_statistics(static_cast<int>(result.members.size())), item_json);
  out["members"] = result.members;
  return out;
}

}  // namespace counterpoint::persuasion
