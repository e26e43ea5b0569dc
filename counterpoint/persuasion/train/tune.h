// Training as one call: a model, rows, settings in; an adapter in a run folder out. What `pbt train` and a study use.
#pragma once
#include "counterpoint/persuasion/train/preference_rows.h"
#include "counterpoint/persuasion/train/reference.h"
#include "counterpoint/train/fit.h"

namespace counterpoint::persuasion {

struct TuneSettings {
  std::filesystem::path model;    ///< Hugging Face folder or GGUF file
  std::string chat_format;        ///< a name, or empty: by the model's own template
  std::filesystem::path adapter;  ///< what training starts from; empty = a fresh adapter with trainer.lora
  nn::TrainerOptions trainer;     ///< its lora is the adapter's own where `adapter` is given, but for the dropout
  nn::AdamWOptions adamw;
  train::FitSettings fit;
};

struct DpoSettings : TuneSettings {
  PreferenceLossSettings loss;
  std::string reference = "sft";  ///< see Reference
  bool share_prefix = true;       ///< chosen and rejected compute their prompt once
  /// As TRL does by default: without dropout the policy is exactly its reference before the first step.
  bool disable_dropout = true;
};

/// The model's tokenizer and chat format are open before any row is read.
class Tuner {
 public:
  /// Error: as weights::open_model and weights::read_adapter.
  explicit Tuner(TuneSettings settings);

  const RowEncoder& encoder() const { return encoder_; }

  /// `valid` may be empty: then nothing is measured unless hooks.evaluate is set, which adds its metrics.
  train::FitResult sft(const std::vector<nn::TrainRow>& rows, const std::vector<nn::TrainRow>& valid,
                       train::FitHooks hooks, ProgressSink& progress);
  /// `reference_progress`: of the reference's log-probabilities, before the first step; nullptr: not told.
  train::FitResult dpo(const std::vector<nn::TrainRow>& pairs, const std::vector<nn::TrainRow>& valid,
                       const DpoSettings& settings, train::FitHooks hooks, ProgressSink& progress,
                       ProgressSink* reference_progress = nullptr);

 private:
  std::unique_ptr<nn::LoraTrainer> open_trainer(bool dropout) const;

  TuneSettings settings_;
  weights::ModelFiles model_;
  std::optional<weights::Adapter> start_;
  RowEncoder encoder_;
};

}  // namespace counterpoint::persuasion
