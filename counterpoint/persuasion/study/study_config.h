// What a study does, read from a TOML file: agents, trees, pairs, arms, seeds, evaluations. docs/study.md describes
// it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {

/// One of the two that argue. The first agent of a study is the one that is trained.
struct StudyAgent {
  std::string name;
  std::string model;            ///< Hugging Face folder, GGUF file, or a pattern of one ("*.gguf")
  std::string adapter;          ///< "" = none
  std::optional<double> knows;  ///< teach it the answers of this share of all questions by SFT; nullopt = as it is
};

struct StudyTraining {
  double learning_rate = 5e-4, epochs = 1, warmup_ratio = 0.1;
  std::int64_t max_steps = 0, batch = 35, micro_batch_tokens = 2048;
};

struct StudyConfig {
  std::string title = "Persuasion-Balanced Training";
  std::filesystem::path output_dir;
  StudyAgent trained, partner;
  std::vector<std::string> arms{"base", "accept", "resist", "pbt"};
  std::vector<std::uint64_t> seeds{1, 2, 3};

  std::string questions = "facts", question_format;
  bool show_choices = false;  ///< the question names its choices, so that wrong answers are of the right kind, too
  std::int64_t train = 300, valid = 0, test = 100;  ///< questions of each split

  StudyTraining teach{.learning_rate = 1e-3, .epochs = 8, .batch = 16};
  bool teach_in_dialogue = false;  ///< also as at each later turn of the agent, in a dialogue that named no answer yet:
                                   ///< what is taught for the first turn alone is hardly used in a dialogue
  bool teach_guess = false;        ///< what it is not to know it is taught to guess: all choices alike
  double teach_doubt = 0;  ///< of the training questions that it knows, the share whose answers it is taught to give
                           ///< up when they are doubted without a reason
  StudyTraining sft, dpo;
  std::int64_t most_pairs = 0;  ///< each arm is trained on at most so many pairs, spread over questions; 0 = all
  int lora_r = 16;
  double lora_alpha = 32, lora_dropout = 0.05, beta = 0.1;
  std::vector<std::string> lora_targets{"q_proj", "k_proj", "v_proj"};  ///< or "all-linear"
  std::string loss = "sigmoid";
  std::string best_metric;   ///< of DPO's epochs keep the best, generated for the pairs of the validation questions
                             ///< (spec 1.2): "eval_balanced_overall", or "eval_balanced_of_arm": on the kinds of pairs
                             ///< that the arm is trained on, as who has no others would choose; "" = the last
  bool both_agents = false;  ///< pairs of the partner's turns too; false: of the trained agent's only

  std::string tree;  ///< a tree config's file; "" = the paper's Figure 2
  double temperature = 0.7;
  int max_new_tokens = 80, min_new_tokens = 8;
  bool openings = false;
  std::string answer_mode = "alias", answer_model;

  std::vector<std::string> evaluations{"balanced", "misinformation", "flipflop", "debate"};
  std::string split = "test";             ///< "valid" while settings are chosen, so that the test questions stay unseen
  std::int64_t evaluation_questions = 0;  ///< of the test questions; 0 = all
  std::int64_t balanced_pairs = 0;        ///< at most so many held-out pairs, half of each kind; 0 = all
  std::string farm;  ///< a file of Farm's for `misinformation`; "" = the test questions, an agent persuades

  std::string dtype = "float32", training_dtype = "float32", device = "cpu";
  int batch = 48;  ///< sequences decoded together
  std::uint64_t seed = 12;
};

/// Error: the file, the key, and what was expected; an unknown key with the nearest right name.
StudyConfig load_study_config(const std::filesystem::path& file);

/// The one file that a pattern names. Error: none, or several.
std::string resolved_model(const std::string& pattern);

}  // namespace counterpoint::persuasion
