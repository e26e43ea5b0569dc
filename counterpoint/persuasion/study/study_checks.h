// What a study needs of its questions, looked at before anything is taught or grown.
#pragma once
#include <vector>

#include "counterpoint/persuasion/question.h"
#include "counterpoint/persuasion/study/study_config.h"

namespace counterpoint::persuasion {

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
