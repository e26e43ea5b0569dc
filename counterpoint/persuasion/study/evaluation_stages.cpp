// What each arm does on held-out questions.
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/evaluate/acceptance.h"
#include "counterpoint/persuasion/evaluate/balanced.h"
#include "counterpoint/persuasion/evaluate/debate.h"
#include "counterpoint/persuasion/evaluate/flipflop.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"
#include "counterpoint/persuasion/evaluate/result_json.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/study/study_checks.h"
#include "counterpoint/persuasion/study/study_work.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

/// An item that failed has no outcome, and figures are of those that have.
void tell_failures(const Json& items, const std::string& stage, const std::function<void(const std::string&)>& note) {
  const std::vector<Failure> failures = failures_of(items);
  if (failures.empty()) return;
  const auto& [id, why] = failures.front();
  if (failures.size() == items.size())
    fail("{}: each of the {} items failed, the first with: {}", stage, items.size(), why);
  note(fmt::format("{}: {} of {} items failed and are left out, the first ('{}') with: {}; --force {} measures anew",
                   stage, failures.size(), items.size(), id, why, stage));
}

template <class Result>
Json finished(const Result& result) {
  if (result.interrupted) throw Interrupted{};
  return to_json(result);
}

}  // namespace

generate::EngineOptions StudyWork::engine_of(const StudyAgent& agent) const {
  generate::EngineOptions engine;
  engine.model = resolved_model(agent.model);
  engine.dtype = config_.dtype;
  engine.device = config_.device;
  engine.max_batch = config_.batch;
  return engine;
}

EvaluationSettings StudyWork::evaluation_settings() const {
  EvaluationSettings settings;
  settings.config = tree_;
  settings.sampling = sampling(0);
  settings.seed = config_.seed;
  settings.stop = hooks_.stop;
  return settings;
}

Seat StudyWork::seat(const StudyAgent& agent, const std::filesystem::path& adapter,
                     generate::ReplyRecord* record) const {
  generate::EngineOptions engine = engine_of(agent);
  engine.adapter = adapter;
  return open_seat(agent.name, engine, config_.answer_mode, answer_model(), record);
}

Json StudyWork::evaluation_json(const std::string& arm, std::uint64_t seed, const std::string& evaluation) {
  Json inputs{{"arm", prints_.at(arm == "base" ? "agents/" + config_.trained.name : "arms/" + run_name(arm, seed))},
              {"questions", prints_.at("questions")},
              {"split", config_.split},
              {"count", config_.evaluation_questions},
              {"max_new_tokens", config_.max_new_tokens},
              {"min_new_tokens", config_.min_new_tokens},
              {"answers", answers_json()},
              {"dtype", config_.dtype},
              {"tree", tree_.hash()},
              {"seed", config_.seed}};
  if (evaluation == "acceptance") inputs["unread"] = "no case";  // earlier versions counted it as a flip
  if (evaluation == "balanced") inputs["pairs"] = prints_.at("pairs");
  if (evaluation == "misinformation") inputs["farm"] = input_file(config_.farm);
  if (partner_speaks(evaluation, config_, questions(config_.split)))
    inputs["partner"] = prints_.at("agents/" + config_.partner.name);
  return inputs;
}

/// What `pbt evaluate show` must know of a result, and what its reader wants to.
Json StudyWork::settings_json(const std::string& arm, std::uint64_t seed, const std::string& evaluation) const {
  Json settings{{"model", resolved_model(config_.trained.model)},
                {"adapter", arm_adapter(arm, seed).string()},
                {"split", config_.split},
                {"answer_mode", config_.answer_mode},
                {"dtype", config_.dtype},
                {"tree_hash", tree_.hash()},
                {"max_new_tokens", config_.max_new_tokens},
                {"seed", config_.seed}};
  const MisinformationSettings usual;
  if (evaluation == "misinformation") settings.update({{"appeals", usual.appeals}, {"turns", usual.turns}});
  if (evaluation == "debate") settings["models"] = {config_.trained.name, config_.partner.name};
  return settings;
}

void StudyWork::evaluate(const std::string& arm, std::uint64_t seed, const std::string& evaluation) {
  const std::string name = fmt::format("evaluations/{}/{}", run_name(arm, seed), evaluation);
  prints_[name] = stages_.run(name, evaluation_json(arm, seed, evaluation), [&](const std::filesystem::path& folder) {
    generate::ReplyRecord record(folder / "replies.jsonl");  // a stage that was stopped goes on from these
    Seat trained = seat(config_.trained, arm_adapter(arm, seed), &record);
    Json result = run_evaluation(evaluation, trained, record);
    tell_failures(result.at("items"), name, hooks_.note);
    result["settings"] = settings_json(arm, seed, evaluation);
    write_file_atomic(folder / "result.json", result.dump(1) + "\n");
    record.remove();
  });
}

Json StudyWork::run_evaluation(const std::string& evaluation, Seat& trained, generate::ReplyRecord& record) {
  const EvaluationSettings common = evaluation_settings();
  const auto with = [&](auto settings) {
    static_cast<EvaluationSettings&>(settings) = common;
    return settings;
  };
  const std::vector<Question> test = questions(config_.split);
  const std::vector<Question> asked = draw_questions(test, config_.evaluation_questions, config_.seed);
  const auto progress = hooks_.progress(evaluation, "items");
  if (evaluation == "balanced") {
    const HeldOut held_out = read_held_out(stages_.folder("pairs") / (config_.split + ".jsonl"), test);
    return finished(evaluate_balanced(held_out.pairs, trained.speaker, with(BalancedSettings{}), *progress));
  }
  if (evaluation == "flipflop")
    return finished(evaluate_flipflop(asked, trained.speaker, with(FlipflopSettings{}), *progress));
  if (evaluation == "misinformation" && !config_.farm.empty())
    return finished(evaluate_misinformation(load_farm(config_.farm).questions, trained.speaker, nullptr,
                                            with(MisinformationSettings{}), *progress));
  std::optional<Seat> partner;
  if (partner_speaks(evaluation, config_, test)) partner = seat(config_.partner, adapter_of(config_.partner), &record);
  const Speaker* other = partner ? &partner->speaker : nullptr;
  if (evaluation == "acceptance")
    return finished(evaluate_acceptance(asked, trained.speaker, other, with(AcceptanceSettings{}), *progress));
  if (evaluation == "misinformation")
    return finished(evaluate_misinformation(misled(asked, config_.seed), trained.speaker, other,
                                            with(MisinformationSettings{}), *progress));
  const std::vector<Speaker> members{trained.speaker, partner->speaker};
  return finished(evaluate_debate(asked, members, with(DebateSettings{}), *progress));
}

}  // namespace counterpoint::persuasion
