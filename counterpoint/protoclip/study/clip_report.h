// report.html of a run and of a study: from the files that runs leave to one page.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "counterpoint/protoclip/evaluate/figure.h"
#include "counterpoint/protoclip/page/clip_page.h"
#include "counterpoint/protoclip/study/clip_study_config.h"

namespace counterpoint::protoclip {

/// output_dir/runs/ARM-SEED.
std::filesystem::path run_folder(const ClipStudyConfig& config, const std::string& arm, std::uint64_t seed);

/// As results.json and pages tell it: shares are 0 to 1, but mean recall is in per cent, as papers do.
ResultRow row_of(const std::string& arm, std::uint64_t seed, const Figure& figure);

/// The arms' table, gains, curves; of the first seed, base's maps and retrieval beside those of the first other arm
/// that has prototypes, and that one's prototypes.
std::string study_report(const ClipStudyConfig& config, const std::vector<ResultRow>& results,
                         const image_text::PairSet& train, const image_text::PairSet& test);

/// The page of one run; `test` may be null.
std::string run_report(const std::filesystem::path& run_folder, const image_text::PairSet& train,
                       const image_text::PairSet* test);

}  // namespace counterpoint::protoclip
