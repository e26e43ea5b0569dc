// Values of a study's file that no stage could work with, told before the first of them has worked for an hour.
#pragma once
#include <string>

#include "counterpoint/persuasion/study/study_config.h"

namespace counterpoint::persuasion {

/// Error: `file`, the key, its value and what was expected.
void check_study_config(const StudyConfig& config, const std::string& file);

}  // namespace counterpoint::persuasion
