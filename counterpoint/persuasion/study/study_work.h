// The stages of a study, one function each; study.cpp calls them in order.
#pragma once
#include <array>
#include <memory>
#include <set>

#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/growing_tree.h"
#include "counterpoint/persuasion/pair_selection.h"
#include "counterpoint/persuasion/study/seat.h"
#include "counterpoint/persuasion/study/stages.h"
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/persuasion/study/teaching.h"
#include "counterpoint/persuasion/train/tune.h"

namespace counterpoint::persuasion {

class StudyWork {
 public:
  /// References: `config` and `hooks` must outlive it.
  StudyWork(const StudyConfig& config, TreeConfig tree, const StudyHooks& hooks);

  // data_stages.cpp
  void split();
  void grow(Split split);
  void mine();
  // training_stages.cpp
  void teach(const StudyAgent& agent);
  void train_arm(const std::string& arm, std::uint64_t seed);
  // evaluation_stages.cpp
  void evaluate(const std::string& arm, std::uint64_t seed, const std::string& evaluation);

  Stages& stages() { return stages_; }

 private:
  std::vector<Question> questions(const std::string& file) const;
  generate::Sampling sampling(double temperature) const;
  /// The adapter that an agent speaks with: its own, or what taught it.
  std::filesystem::path adapter_of(const StudyAgent& agent) const;
  std::filesystem::path arm_adapter(const std::string& arm, std::uint64_t seed) const;
  Seat seat(const StudyAgent& agent, const std::filesystem::path& adapter,
            generate::ReplyRecord* record = nullptr) const;
  /// The model that reads answers, resolved; "": each reads its own.
  std::string answer_model() const;
  /// How answers are read, for the inputs of stages.
  data::Json answers_json() const;
  void run_tree_questions(Split split, const std::filesystem::path& folder);
  void mine_split(Split split, const std::filesystem::path& file);
  TuneSettings tune(const StudyAgent& agent, const std::filesystem::path& adapter, const StudyTraining& training,
                    std::uint64_t seed, const std::filesystem::path& run_folder) const;
  std::vector<nn::TrainRow> lessons_of(const StudyAgent& agent, const RowEncoder& encoder) const;
  std::vector<nn::TrainRow> arm_pairs(const std::string& arm, std::uint64_t seed, const RowEncoder& encoder) const;
  /// DPO of an arm on its pairs, from the SFT adapter in `folder`.
  void prefer(const std::string& arm, std::uint64_t seed, const std::vector<nn::TrainRow>& pairs,
              const std::filesystem::path& folder) const;
  train::FitHooks fit_hooks() const;
  /// With a measurement on the validation pairs, where the best epoch is chosen by it.
  train::FitHooks selecting_hooks(const std::filesystem::path& folder) const;
  std::string best_metric_of(const std::string& arm) const;
  generate::EngineOptions engine_of(const StudyAgent& agent) const;
  /// Of any evaluation: greedy, the tree's prompts, the study's seed.
  EvaluationSettings evaluation_settings() const;
  data::Json training_json(const StudyTraining& training) const;
  data::Json evaluation_json(const std::string& arm, std::uint64_t seed, const std::string& evaluation);
  data::Json settings_json(const std::string& arm, std::uint64_t seed, const std::string& evaluation) const;
  data::Json run_evaluation(const std::string& evaluation, Seat& trained, generate::ReplyRecord& record);

  const StudyConfig& config_;
  const TreeConfig tree_;
  const StudyHooks& hooks_;
  Stages stages_;
  std::map<std::string, std::string> prints_;  ///< stage to fingerprint
};

}  // namespace counterpoint::persuasion
