// The page's markup: which parts it has, in which order, and what it lets run.
#include "counterpoint/persuasion/page/study_page.h"

#include <regex>

#include "counterpoint/report/page.h"
#include "tests/persuasion/page/study_fixture.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::expect_contains;
using test::made_up_study;

std::vector<std::string> section_ids(const std::string& html) {
  std::vector<std::string> ids;
  const std::regex section("<section id=\"([a-z-]+)\"");
  for (std::sregex_iterator at(html.begin(), html.end(), section), end; at != end; ++at) ids.push_back((*at)[1]);
  return ids;
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

using Ids = std::vector<std::string>;

TEST(StudyPage, ShowsWhatIsThere) {
  EXPECT_EQ(section_ids(study_page({})), Ids{});
  EXPECT_EQ(section_ids(study_page(made_up_study())), (Ids{"claims", "arms", "misinformation", "are-you-sure", "debate",
                                                           "training", "pairs", "trees", "replies"}));
  StudyPage run;
  run.curves = {{.arm = "", .metric = "loss", .points = {{1, 0.69}, {2, 0.5}}}};
  EXPECT_EQ(section_ids(study_page(run)), Ids{"training"});
  EXPECT_EQ(study_page(run).find("Dashed lines"), std::string::npos);
  run.curves.push_back({.arm = "", .metric = "eval_loss", .points = {{1, 0.7}, {2, 0.6}}});
  expect_contains(study_page(run), "Dashed lines are validation.");
}

TEST(StudyPage, ArmsStandInTheirOrderWithTheirColour) {
  const std::string html = study_page(made_up_study());
  const std::string table = between(html, "<section id=\"arms\"", "</section>");
  const std::string arms[] = {"s0\">base", "s1\">accept", "s2\">resist", "s3\">PBT"};
  size_t last = 0;
  for (const std::string& arm : arms) {
    const size_t at = table.find("<span class=\"arm " + arm);
    ASSERT_NE(at, std::string::npos) << arm;
    EXPECT_GT(at, last) << arm;
    last = at;
  }
  StudyPage alone;
  alone.metrics = {{"m", "M", ""}};
  alone.arms = {{"PBT", {{"m", {.mean = 0.5}}}}, {"another", {{"m", {.mean = 0.4}}}}};
  const std::string without_base = study_page(alone);
  expect_contains(without_base, "<span class=\"arm s3\">PBT");
  expect_contains(without_base, "<span class=\"arm s4\">another");
}

TEST(StudyPage, TheBestOfAColumnIsTheLowestWhereLowerIsBetter) {
  const std::string html = study_page(made_up_study());
  expect_contains(html, "<strong>8.1</strong>");  // misinformation: resist
  expect_contains(html, "<strong>71.2</strong>");
  expect_contains(html, "<strong>0.655</strong>");
  EXPECT_EQ(html.find("<strong>70.2</strong>"), std::string::npos);
}

TEST(StudyPage, VerdictsInWords) {
  const std::string html = between(study_page(made_up_study()), "<section id=\"claims\"", "</section>");
  for (const char* words : {"</span> holds", "</span> does not hold", "</span> not decided at this size"})
    expect_contains(html, words);
}

TEST(StudyPage, OnlyItsOwnStyleAndScriptMayRun) {
  const std::string html = study_page(made_up_study());
  const std::string style = between(html, "<style>", "</style>"), script = between(html, "<script>", "</script>");
  expect_contains(html, "content=\"default-src 'none'; style-src '" + report::policy_hash(style) + "'; script-src '" +
                            report::policy_hash(script) + "'; base-uri 'none'; form-action 'none'\"");
  EXPECT_EQ(std::count(style.begin(), style.end(), '{'), std::count(style.begin(), style.end(), '}'));
  EXPECT_EQ(html.find("style=\""), std::string::npos) << "a style attribute, which the policy refuses";
  EXPECT_FALSE(std::regex_search(html, std::regex("<[^>]* on[a-z]+="))) << "an inline handler";
}

TEST(StudyPage, NoAddressOutside) {
  const std::string html = study_page(made_up_study());
  for (const char* part : {"http://", "https://", "url(", "@import", " src=", "<link"})
    EXPECT_EQ(html.find(part), std::string::npos) << part;
}

TEST(StudyPage, MissingAndDamagedFiguresAreLeftOut) {
  StudyPage page = made_up_study();
  page.arms[0].values["overall"].mean = std::nan("");  // PBT: so another is the best
  page.arms[0].values.erase("pos_neg");
  page.misinformation[1].by_turn.resize(2);
  page.curves[0].points[4].second = std::nan("");
  const std::string html = study_page(page);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  expect_contains(html, "<strong>57.2</strong>");  // base
}

TEST(StudyPage, LongCurvesAreThinned) {
  StudyPage page;
  page.curves = {{.arm = "", .metric = "loss", .points = {}}};
  for (int step = 1; step <= 100'000; ++step) page.curves[0].points.emplace_back(step, step % 2 ? 1.0 : 3.0);
  const std::string html = study_page(page);
  EXPECT_LT(html.size(), 60'000u);
  expect_contains(html, "means of neighbouring steps, at most 200 points");
}

}  // namespace
}  // namespace counterpoint::persuasion
