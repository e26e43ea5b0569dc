// The paper's headline claims (spec 1.5) as statements about intervals: nobody judges by hand. Where the paper names no
// margin, or one of its three models' only, the margin is ours (docs/fidelity.md).
#pragma once
#include <string>
#include <vector>

#include "counterpoint/persuasion/page/study_page.h"
#include "counterpoint/persuasion/study/study_results.h"

namespace counterpoint::persuasion {

/// A claim says that a figure is above a threshold. It holds where the whole 95 % interval is above, does not hold
/// where all of it is below, and is not decided at this size otherwise.
struct ClaimResult {
  std::string text;
  Verdict verdict = Verdict::not_decided;
  std::string detail;  ///< "+12.4 points, 95 % from +3.1 to +21.0; claimed: above 10"
};

/// All of them; those for which the study lacks an arm or an evaluation are not decided, and say so.
std::vector<ClaimResult> judge_claims(const StudyResults& results);

const char* name_of(Verdict verdict);  ///< "holds", "does not hold", "not decided at this size"

}  // namespace counterpoint::persuasion
