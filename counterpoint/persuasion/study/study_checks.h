// What a study needs of its models and questions, looked at before anything is taught or grown.
#pragma once
#include <vector>

#include "counterpoint/persuasion/question.h"
#include "counterpoint/persuasion/study/study_config.h"
#include "counterpoint/persuasion/tree_config.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::persuasion {

/// The agent's model, without its weights being read. Error: as weights::open_model and read_adapter; where it is to be
/// trained, LoRA's targets that are not in it.
weights::ModelFiles open_agent(const StudyConfig& config, const StudyAgent& agent);

/// The model that reads answers (trees.answer_model), likewise. Error: as weights::open_model.
weights::ModelFiles open_answer_model(const StudyConfig& config);

/// Error: that of open_agent for either agent; that of open_answer_model where one is named.
void check_study_models(const StudyConfig& config);

/// The study's tree config. Error: as load_tree_config; where the partner is to mislead, a role that it has not.
TreeConfig checked_tree(const StudyConfig& config);

/// Error: answers are read from choices, or an evaluation argues for a wrong choice, and a question has none; Farm's
/// file is not there or is damaged.
void check_study_questions(const StudyConfig& config, const std::vector<Question>& questions);

/// Error: the trees gave no pairs to train on, or none to hold out where 'balanced' is run or the best epoch is chosen.
/// `pairs`: the folder of train.jsonl, valid.jsonl, test.jsonl.
void check_study_pairs(const StudyConfig& config, const std::filesystem::path& pairs);

/// Whether an evaluation lets the partner speak: where debate is held, and where no choice and no text of Farm's speaks
/// against the model.
bool partner_speaks(const std::string& evaluation, const StudyConfig& config, const std::vector<Question>& questions);

}  // namespace counterpoint::persuasion
