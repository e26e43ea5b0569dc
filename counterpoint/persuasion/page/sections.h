// The parts of the page, each from a part of StudyPage. Markup; "" where the page has nothing for it.
#pragma once
#include "counterpoint/persuasion/page/arms.h"
#include "counterpoint/persuasion/page/study_page.h"

namespace counterpoint::persuasion {

std::string claims_html(const StudyPage& page);
std::string arms_html(const StudyPage& page, const ArmOrder& order);
std::string misinformation_html(const StudyPage& page, const ArmOrder& order);
std::string before_after_html(const StudyPage& page, const ArmOrder& order);
std::string debate_html(const StudyPage& page, const ArmOrder& order);
std::string curves_html(const StudyPage& page, const ArmOrder& order);
std::string pairs_html(const StudyPage& page);
std::string settings_html(const StudyPage& page);
/// The place that the page's script fills; says what is missing where scripts do not run.
std::string browser_html(const std::string& id, const std::string& what);

/// What the page's script (study.js) reads.
data::Json trees_for_page(const std::vector<TreeSample>& trees);
data::Json pairs_for_page(const std::vector<Pair>& pairs);
data::Json replies_for_page(const std::vector<ReplyCase>& replies, const ArmOrder& order);

}  // namespace counterpoint::persuasion
