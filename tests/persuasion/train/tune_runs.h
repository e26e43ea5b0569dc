// Small runs of training through Tuner (the models of tests/golden/train/trl), and what they leave behind.
#pragma once
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/persuasion/train/sft_rows.h"
#include "counterpoint/persuasion/train/tune.h"
#include "counterpoint/train/checkpoint.h"
#include "tests/support/support.h"

namespace counterpoint::test {

inline std::filesystem::path tiny_model() { return golden("train/trl/qwen2"); }

/// Steps of three of the eight rows, dropout on, a rate that moves the model.
inline persuasion::TuneSettings tune_settings(const std::filesystem::path& run_folder) {
  persuasion::TuneSettings settings;
  settings.model = tiny_model();
  settings.trainer.lora.r = 4;
  settings.trainer.lora.alpha = 8;
  settings.trainer.lora.dropout = 0.2;
  settings.adamw.weight_decay = 0.01;
  settings.fit.run_folder = run_folder;
  settings.fit.batches = {.batch_rows = 3, .epochs = 3};
  settings.fit.schedule.learning_rate = 2e-2;
  settings.fit.schedule.warmup_ratio = 0.1;
  return settings;
}

inline persuasion::DpoSettings dpo_settings(const std::filesystem::path& run_folder) {
  persuasion::DpoSettings settings;
  static_cast<persuasion::TuneSettings&>(settings) = tune_settings(run_folder);
  return settings;
}

/// The adapter that training made before: not zero.
inline std::filesystem::path trained_adapter() { return tiny_model() / "adapter"; }

inline std::vector<nn::TrainRow> sft_rows(const persuasion::RowEncoder& encoder, const char* form = "completions") {
  return persuasion::load_sft_rows(golden(fmt::format("train/trl/{}.jsonl", form)).string(), encoder).rows;
}

inline std::vector<nn::TrainRow> pair_rows(const persuasion::RowEncoder& encoder) {
  std::vector<nn::TrainRow> rows;
  for (auto& row : persuasion::load_preference_rows(golden("train/trl/pairs.jsonl"), encoder).rows)
    rows.push_back(std::move(row.tokens));
  return rows;
}

inline train::FitResult run_sft(const persuasion::TuneSettings& settings, const train::FitHooks& hooks = {},
                                bool validated = false) {
  persuasion::Tuner tuner(settings);
  ProgressSink silent;
  const auto valid = validated ? sft_rows(tuner.encoder(), "conversations") : std::vector<nn::TrainRow>{};
  return tuner.sft(sft_rows(tuner.encoder()), valid, hooks, silent);
}

inline train::FitResult run_dpo(const persuasion::DpoSettings& settings, const train::FitHooks& hooks = {}) {
  persuasion::Tuner tuner(settings);
  ProgressSink silent;
  return tuner.dpo(pair_rows(tuner.encoder()), {}, settings, hooks, silent);
}

/// Wishes the run to stop once `steps` of its steps are done.
inline train::FitHooks stopping_after(int steps) {
  const auto looks = std::make_shared<int>(0);
  return {.evaluate = nullptr, .on_step = nullptr, .note = nullptr, .stop = [=] { return ++*looks >= steps; }};
}

inline std::vector<data::Json> metrics_of(const std::filesystem::path& run_folder) {
  std::vector<data::Json> rows;
  data::read_jsonl(run_folder / "metrics.jsonl",
                   [&](const data::Json& row, const data::RowPlace&) { rows.push_back(row); });
  return rows;
}

inline std::vector<double> metric_of(const std::filesystem::path& run_folder, const std::string& name) {
  std::vector<double> values;
  for (const data::Json& row : metrics_of(run_folder))
    if (row.contains(name)) values.push_back(row[name]);
  return values;
}

/// The bytes of the tensors that the run ended with.
inline std::string adapter_bytes(const std::filesystem::path& folder) {
  return read_file(folder / "adapter_model.safetensors");
}

inline void expect_same_values(const weights::Adapter& a, const weights::Adapter& b) {
  ASSERT_EQ(a.parts.size(), b.parts.size());
  for (const auto& [name, part] : a.parts) {
    EXPECT_EQ(part.a, b.parts.at(name).a) << name;
    EXPECT_EQ(part.b, b.parts.at(name).b) << name;
  }
}

}  // namespace counterpoint::test
