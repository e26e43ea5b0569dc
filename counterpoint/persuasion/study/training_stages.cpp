// Agents that know what a study wants them to know, and the arms: SFT on chosen replies, then DPO.
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/study/generated_accuracy.h"
#include "counterpoint/persuasion/study/study_work.h"
#include "counterpoint/persuasion/study/teaching.h"
#include "counterpoint/persuasion/train/arms.h"
#include "counterpoint/persuasion/train/margin_watch.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

void finish(const train::FitResult& result) {
  if (result.interrupted) throw Interrupted{};
}

}  // namespace

Json StudyWork::training_json(const StudyTraining& t) const {
  return {{"learning_rate", t.learning_rate}, {"epochs", t.epochs},
          {"max_steps", t.max_steps},         {"batch", t.batch},
          {"warmup_ratio", t.warmup_ratio},   {"lora", {config_.lora_r, config_.lora_alpha, config_.lora_dropout}},
          {"targets", config_.lora_targets},  {"dtype", config_.training_dtype}};
}

TuneSettings StudyWork::tune(const StudyAgent& agent, const std::filesystem::path& adapter,
                             const StudyTraining& training, std::uint64_t seed,
                             const std::filesystem::path& run_folder) const {
  TuneSettings settings;
  settings.model = resolved_model(agent.model);
  settings.adapter = adapter;
  settings.trainer.lora.r = config_.lora_r;
  settings.trainer.lora.alpha = config_.lora_alpha;
  settings.trainer.lora.dropout = config_.lora_dropout;
  settings.trainer.lora.target_modules = config_.lora_targets;
  settings.trainer.dtype = config_.training_dtype;
  settings.trainer.device = config_.device;
  settings.trainer.seed = seed;
  settings.fit.run_folder = run_folder;
  settings.fit.batches = {
      .batch_rows = training.batch, .seed = seed, .epochs = training.epochs, .max_steps = training.max_steps};
  settings.fit.micro.tokens = training.micro_batch_tokens;
  settings.fit.schedule.learning_rate = training.learning_rate;
  settings.fit.schedule.warmup_ratio = training.warmup_ratio;
  settings.fit.save_steps = 20;
  return settings;
}

train::FitHooks StudyWork::fit_hooks() const {
  return {.evaluate = nullptr, .on_step = nullptr, .note = hooks_.note, .stop = hooks_.stop};
}

train::FitHooks StudyWork::selecting_hooks(const std::filesystem::path& folder) const {
  train::FitHooks hooks = fit_hooks();
  if (config_.best_metric.empty()) return hooks;
  GeneratedAccuracySettings settings;
  settings.engine = engine_of(config_.trained);
  settings.scratch = folder / "measured";
  settings.answer_mode = config_.answer_mode;
  settings.answer_model = answer_model();
  static_cast<EvaluationSettings&>(settings.evaluation) = evaluation_settings();
  settings.progress = [this] { return hooks_.progress("validation", "replies"); };
  const HeldOut held_out = read_held_out(stages_.folder("pairs") / "valid.jsonl", questions("valid"));
  hooks.evaluate = generated_accuracy(held_out.pairs, settings);
  return hooks;
}

std::string StudyWork::best_metric_of(const std::string& arm) const {
  return config_.best_metric == "eval_balanced_of_arm" ? accuracy_metric(arm_named(arm)) : config_.best_metric;
}

std::vector<nn::TrainRow> StudyWork::lessons_of(const StudyAgent& agent, const RowEncoder& encoder) const {
  const Lessons lessons{
      .tree = tree_, .agent = &agent == &config_.trained ? 0 : 1, .in_dialogue = config_.teach_in_dialogue};
  std::vector<Question> all;
  for (const Split split : splits) std::ranges::move(questions(name_of(split)), std::back_inserter(all));
  const Curriculum plan = curriculum(
      all, questions("taught-" + agent.name), questions("train"),
      {.agent = agent.name, .doubt = config_.teach_doubt, .guess = config_.teach_guess, .seed = config_.seed});
  std::vector<nn::TrainRow> rows;
  for (const auto& [lesson, on] : plan)
    std::ranges::move(lesson_rows(on, lesson, lessons, encoder), std::back_inserter(rows));
  return rows;
}

void StudyWork::teach(const StudyAgent& agent) {
  const std::string name = "agents/" + agent.name;
  Json inputs{{"model", input_file(resolved_model(agent.model))},
              {"adapter", input_file(agent.adapter)},
              {"knows", agent.knows.value_or(-1)}};
  if (agent.knows) {
    inputs["questions"] = prints_.at("questions");
    inputs["training"] = training_json(config_.teach);
    inputs["lessons"] = {config_.teach_in_dialogue, config_.teach_guess, config_.teach_doubt};
    inputs["tree"] = tree_.hash();
    inputs["seed"] = config_.seed;
  }
  prints_[name] = stages_.run(name, inputs, [&](const std::filesystem::path& folder) {
    if (!agent.knows) return;
    const std::uint64_t seed = stream_seed(config_.seed, {"teach", agent.name});
    Tuner tuner(tune(agent, agent.adapter, config_.teach, seed, folder / "sft"));
    const auto progress = hooks_.progress(fmt::format("teaching {}", agent.name), "steps");
    finish(tuner.sft(lessons_of(agent, tuner.encoder()), {}, fit_hooks(), *progress));
  });
}

std::filesystem::path StudyWork::adapter_of(const StudyAgent& agent) const {
  if (agent.knows) return stages_.folder("agents/" + agent.name) / "sft";
  return agent.adapter;
}

std::filesystem::path StudyWork::arm_adapter(const std::string& arm, std::uint64_t seed) const {
  if (arm == "base") return adapter_of(config_.trained);
  return stages_.folder("arms/" + run_name(arm, seed)) / "dpo";
}

void StudyWork::train_arm(const std::string& arm, std::uint64_t seed) {
  const std::string name = "arms/" + run_name(arm, seed);
  const Json inputs{{"pairs", prints_.at("pairs")},
                    {"agent", prints_.at("agents/" + config_.trained.name)},
                    {"arm", arm},
                    {"seed", seed},
                    {"sft", training_json(config_.sft)},
                    {"dpo", training_json(config_.dpo)},
                    {"loss", {config_.loss, config_.beta}},
                    {"best", config_.best_metric}};
  prints_[name] = stages_.run(name, inputs, [&](const std::filesystem::path& folder) {
    Tuner sft(tune(config_.trained, adapter_of(config_.trained), config_.sft, seed, folder / "sft"));
    const std::vector<nn::TrainRow> pairs = arm_pairs(arm, seed, sft.encoder());
    std::vector<nn::TrainRow> chosen;
    for (const nn::TrainRow& pair : pairs) chosen.push_back(chosen_only(pair));
    const auto progress =
        hooks_.progress(fmt::format("{}: SFT on {} replies", run_name(arm, seed), chosen.size()), "steps");
    finish(sft.sft(chosen, {}, fit_hooks(), *progress));
    prefer(arm, seed, pairs, folder);
  });
}

std::vector<nn::TrainRow> StudyWork::arm_pairs(const std::string& arm, std::uint64_t seed,
                                               const RowEncoder& encoder) const {
  const PreferenceRows rows = load_preference_rows(stages_.folder("pairs") / "train.jsonl", encoder);
  if (const auto too_long = std::ssize(rows.report.too_long); too_long + rows.report.cut > 0)
    hooks_.note(fmt::format("{}: {} of {} pairs are left out, as their prompts alone are too long; {} replies are cut",
                            run_name(arm, seed), too_long, rows.report.rows, rows.report.cut));
  return pairs_of_arm(rows.rows, arm_named(arm));
}

void StudyWork::prefer(const std::string& arm, std::uint64_t seed, const std::vector<nn::TrainRow>& pairs,
                       const std::filesystem::path& folder) const {
  DpoSettings settings;
  static_cast<TuneSettings&>(settings) = tune(config_.trained, folder / "sft", config_.dpo, seed, folder / "dpo");
  settings.loss = {.kind = config_.loss, .beta = config_.beta};
  settings.fit.best_metric = best_metric_of(arm);
  settings.fit.greater_is_better = true;
  MarginWatch watch(config_.beta, [&](const std::string& line) { hooks_.note(run_name(arm, seed) + ": " + line); });
  train::FitHooks hooks = selecting_hooks(folder);
  hooks.on_step = [&](std::int64_t step, const std::vector<train::Metric>& metrics) { watch.look(step, metrics); };
  const auto progress = hooks_.progress(fmt::format("{}: DPO on {} pairs", run_name(arm, seed), pairs.size()), "steps");
  finish(Tuner(settings).dpo(pairs, {}, settings, hooks, *progress));
}

}  // namespace counterpoint::persuasion
