// The page of a study, from its folder.
#include "counterpoint/persuasion/page/folder_page.h"
#include "counterpoint/persuasion/page/tree_sample.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/study/study_report.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

constexpr size_t trees_shown = 24, replies_shown = 40;
const std::vector<std::string> curve_metrics{"loss", "rewards/margins", "rewards/accuracies", "eval_balanced_overall"};

report::Estimate estimate_of(const StudyResults& results, const std::string& arm, const std::string& metric) {
  const auto& values = results.arms.at(arm);
  const auto found = values.find(metric);
  return found == values.end() ? report::Estimate{} : found->second;
}

bool has(const StudyResults& results, const std::string& arm, const std::string& metric) {
  return results.arms.contains(arm) && results.arms.at(arm).contains(metric);
}

void add_arms(const StudyConfig& config, const StudyResults& results, StudyPage& page) {
  page.metrics = table_metrics(results);
  for (const std::string& arm : config.arms) page.arms.push_back({shown_arm(arm), results.arms.at(arm)});
  page.interval_note =
      fmt::format("95 % bootstrap over questions, each with its items of all seeds; seeds: {}", config.seeds.size());
}

void add_charts(const StudyConfig& config, const StudyResults& results, StudyPage& page) {
  for (const std::string& arm : config.arms) {
    TurnRates rates{.arm = shown_arm(arm), .by_turn = {}};
    for (int turn = 1; has(results, arm, fmt::format("misinformation_by_turn_{}", turn)); ++turn)
      rates.by_turn.push_back(estimate_of(results, arm, fmt::format("misinformation_by_turn_{}", turn)));
    if (!rates.by_turn.empty()) page.misinformation.push_back(std::move(rates));
    if (has(results, arm, "flipflop_before")) {
      BeforeAfter row{shown_arm(arm), estimate_of(results, arm, "flipflop_before"),
                      estimate_of(results, arm, "flipflop_after"), std::nullopt};
      if (has(results, arm, "flipflop_control_after"))
        row.control = estimate_of(results, arm, "flipflop_control_after");
      page.before_after.push_back(std::move(row));
    }
    if (has(results, arm, "debate_team_ab"))
      page.debate.push_back({shown_arm(arm), estimate_of(results, arm, "debate_team_ab"),
                             estimate_of(results, arm, "debate_team_ba"), estimate_of(results, arm, "debate_before")});
  }
  page.debate_orders = {config.trained.name + " first", config.partner.name + " first"};
}

void add_curves(const StudyConfig& config, StudyPage& page) {
  for (const std::string& arm : config.arms)
    for (const std::uint64_t seed : seeds_of(config, arm)) {
      const std::filesystem::path run = config.output_dir / "arms" / run_name(arm, seed) / "dpo";
      if (!std::filesystem::exists(run)) continue;
      for (TrainingCurve& curve : read_curves(run, shown_arm(arm))) {
        if (std::find(curve_metrics.begin(), curve_metrics.end(), curve.metric) == curve_metrics.end()) continue;
        curve.seed = static_cast<std::int64_t>(seed);
        page.curves.push_back(std::move(curve));
      }
    }
}

void add_trees(const StudyConfig& config, StudyPage& page) {
  const std::filesystem::path file = config.output_dir / "trees" / "train" / "run" / "trees.jsonl";
  if (!std::filesystem::exists(file)) return;
  TreeSamples found = sample_trees(file, trees_shown);
  page.all_trees = std::move(found.all);
  page.trees = std::move(found.samples);
  std::map<std::pair<PairKind, int>, PairTally> tallies;
  data::read_jsonl(config.output_dir / "pairs" / "train.jsonl", [&](const Json& row, const data::RowPlace& place) {
    const Pair pair = pair_from_json(row, place);
    PairTally& tally = tallies[{pair.kind, pair.turn}];
    tally.kind = pair.kind;
    tally.turn = pair.turn;
    ++tally.found;
    ++tally.kept;
  });
  for (auto& [key, tally] : tallies) page.pairs.push_back(tally);
}

/// The replies of all arms (first seed) to held-out prompts, side by side.
void add_replies(const StudyConfig& config, StudyPage& page) {
  std::map<std::string, ReplyCase> cases;
  std::vector<std::string> order;
  std::map<std::string, Question> questions;
  for (Question& question :
       load_questions((config.output_dir / "questions" / (config.split + ".jsonl")).string()).questions)
    questions.emplace(question.id, question);
  for (const std::string& arm : config.arms) {
    const std::filesystem::path file =
        config.output_dir / "evaluations" / run_name(arm, config.seeds.front()) / "balanced" / "result.json";
    if (!std::filesystem::exists(file)) return;
    const Json result = data::read_json(file);
    for (const Json& item : result.at("items")) {
      if (!item.contains("reply")) continue;
      const auto id = item.at("id").get<std::string>();
      if (!cases.contains(id)) {
        if (order.size() == replies_shown) continue;
        order.push_back(id);
        const Question& question = questions.at(item.at("question_id").get<std::string>());
        cases[id] = {.question = question.question,
                     .prompt = text::messages_from_json(item.at("prompt"), file.string()),
                     .kind = "should " + item.at("kind").get<std::string>(),
                     .accepted = question.answers,
                     .replies = {}};
      }
      const Json& reply = item.at("reply");
      cases[id].replies.push_back({shown_arm(arm), reply.at("text").get<std::string>(),
                                   reply.at("answer").get<std::string>(), reply.at("correct").get<bool>()});
    }
  }
  for (const std::string& id : order) page.replies.push_back(std::move(cases.at(id)));
}

}  // namespace

StudyPage page_of_study(const StudyConfig& config, const StudyOutcome& outcome) {
  StudyPage page;
  page.title = config.title;
  page.subtitle = fmt::format("{} questions to train on, {} held out; {}", config.train, config.test,
                              report::counted(std::ssize(config.seeds), "seed", "seeds"));
  for (const ClaimResult& claim : outcome.claims) page.claims.push_back({claim.text, claim.verdict, claim.detail});
  add_arms(config, outcome.results, page);
  add_charts(config, outcome.results, page);
  add_curves(config, page);
  add_trees(config, page);
  add_replies(config, page);
  page.settings = {{"trained agent", config.trained.name + ": " + config.trained.model},
                   {"partner", config.partner.name + ": " + config.partner.model},
                   {"questions", config.questions},
                   {"answers read by", config.answer_mode}};
  return page;
}

}  // namespace counterpoint::persuasion
