#include "counterpoint/persuasion/page/study_page.h"

#include <fmt/format.h>

#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/page.h"

namespace counterpoint::persuasion {

std::string_view study_style();      // study.css
std::string_view tree_map_script();  // tree_map.js
std::string_view study_script();     // study.js

namespace {

/// A section with a paragraph that says what is seen; left out where there is nothing to see.
void add_section(report::Page& page, const char* id, const char* title, const std::string& words,
                 const std::string& html) {
  if (!html.empty()) page.sections.push_back({id, title, report::note_html(words) + html});
}

std::string tree_words(const StudyPage& study) {
  std::string words =
      "Two agents answer, then argue; every reply can be answered in several roles. Siblings answer one and the same "
      "prompt, so a right and a wrong one make a pair.";
  if (study.all_trees && study.all_trees->trees > std::ssize(study.trees))
    words +=
        fmt::format(" Shown: {} of {} trees, those with the most pairs.", study.trees.size(), study.all_trees->trees);
  return words;
}

void add_figures(report::Page& page, const StudyPage& study, const ArmOrder& order) {
  add_section(page, "claims", "The paper’s claims, on this study", "", claims_html(study));
  add_section(page, "arms", "Arms", "", arms_html(study, order));
  add_section(page, "misinformation", "Misinformation, turn by turn",
              "A model that first knows the answer is argued with for several turns.",
              misinformation_html(study, order));
  add_section(page, "are-you-sure", "Are you sure?",
              "The model answers, is asked whether it is sure, and answers again. Asked again neutrally, it shows how "
              "much of the change is mere instability.",
              before_after_html(study, order));
  add_section(page, "debate", "Debate of two models", "", debate_html(study, order));
  add_section(page, "training", "Training", "", curves_html(study, order));
  add_section(page, "pairs", "Pairs and replies, counted", "", pairs_html(study));
}

void add_browsers(report::Page& page, const StudyPage& study, const ArmOrder& order) {
  if (!study.trees.empty()) {
    add_section(page, "trees", "Dialogue trees", tree_words(study), browser_html("tree", "Dialogue trees"));
    page.data.push_back({"trees-data", trees_for_page(study.trees)});
  }
  if (!study.pair_sample.empty()) {
    add_section(page, "pair-sample", "Pairs, one by one", "The same prompt, a chosen and a rejected reply.",
                browser_html("pair", "Pairs"));
    page.data.push_back({"pairs-data", pairs_for_page(study.pair_sample)});
  }
  if (!study.replies.empty()) {
    add_section(page, "replies", "Replies side by side", "One conversation, and what each arm says next.",
                browser_html("reply", "Replies"));
    page.data.push_back({"replies-data", replies_for_page(study.replies, order)});
  }
}

}  // namespace

std::string study_page(const StudyPage& study) {
  const ArmOrder order(study);
  report::Page page{.kicker = "Counterpoint · Persuasion-Balanced Training",
                    .title = study.title,
                    .subtitle = study.subtitle,
                    .sections = {},
                    .footer = study.footer,
                    .data = {},
                    .style = std::string(study_style()),
                    .script = std::string(tree_map_script()) + std::string(study_script())};
  add_figures(page, study, order);
  add_browsers(page, study, order);
  add_section(page, "settings", "Settings", "", settings_html(study));
  return report::render(page);
}

}  // namespace counterpoint::persuasion
