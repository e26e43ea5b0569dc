// The page of a folder that pbt wrote: what is there is shown.
#pragma once
#include <filesystem>

#include "counterpoint/persuasion/page/study_page.h"

namespace counterpoint::persuasion {

/// Every number of a training run's metrics.jsonl by its name, in the order in which they are met; null, which stands
/// for a number that is not finite, breaks the line. Error: a damaged line, by file and line.
std::vector<TrainingCurve> read_curves(const std::filesystem::path& run_folder, const std::string& arm);

struct FolderPageSettings {
  std::filesystem::path folder;
  size_t trees = 30;  ///< at most so many are shown
  size_t pairs = 60;  ///< at most so many are shown, in a page without trees
};

/// Reads the folder and the folders directly in it: trees.jsonl (pbt generate), summary.json with train.jsonl,
/// valid.jsonl and test.jsonl (pbt mine), metrics.jsonl (a training run: objects with "step" and numbers) and
/// config.json. Several training runs are told apart by their folders' names. Error: no such folder; none of these
/// files; a damaged one, by file and line.
StudyPage page_of_folder(const FolderPageSettings& settings);

}  // namespace counterpoint::persuasion
