// The files that a study ends with.
#pragma once
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::persuasion {

/// results.json, claims.json and report.html in the study's folder. `made_by` is the page's last line.
void write_study(const StudyConfig& config, const StudyOutcome& outcome, const std::string& made_by);

/// The page, from the folder's files.
StudyPage page_of_study(const StudyConfig& config, const StudyOutcome& outcome);

/// The metrics of the arms' table, those that the study has.
std::vector<StudyMetric> table_metrics(const StudyResults& results);

/// How an arm is called where people read it: "PBT".
std::string shown_arm(const std::string& arm);

/// The arms' table and the claims, for the terminal.
std::string study_tables(const StudyConfig& config, const StudyOutcome& outcome, const report::Terminal& terminal);

}  // namespace counterpoint::persuasion
