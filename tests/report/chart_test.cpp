#include <cmath>
#include <regex>

#include "counterpoint/report/bar_chart.h"
#include "counterpoint/report/interval_chart.h"
#include "counterpoint/report/line_chart.h"
#include "counterpoint/report/scatter_chart.h"
#include "tests/support/support.h"

namespace counterpoint::report {
namespace {

using test::expect_contains;

TEST(Number, SensibleDigits) {
  EXPECT_EQ(format_number(0.7312, {true, 1}), "73.1");
  EXPECT_EQ(format_number(-0.7312, {false, 2}), "−0.73");
  EXPECT_EQ(format_number(-0.0001, {true, 1}), "0.0");  // no minus nought
  EXPECT_EQ(format_difference(0.0023, {true, 1}), "+0.2");
  EXPECT_EQ(format_difference(-0.217, {true, 1}), "−21.7");
  EXPECT_EQ(format_difference(0.0001, {true, 1}), "0.0");
  EXPECT_EQ(format_interval({.mean = 0.5, .low = 0.4, .high = 0.6}, {true, 1}), "[40.0, 60.0]");
  EXPECT_EQ(format_interval({.mean = 0.5}, {true, 1}), "");
}

TEST(Number, FreelyByTheirSize) {
  EXPECT_EQ(format_freely(0), "0");
  EXPECT_EQ(format_freely(0.69314), "0.693");
  EXPECT_EQ(format_freely(-12.42), "−12.4");
  EXPECT_EQ(format_freely(1830.4), "1,830");
  EXPECT_EQ(format_freely(5e-4), "5e-4");
  EXPECT_EQ(format_freely(-1.24e-12), "−1.2e-12");
  EXPECT_EQ(counted(1, "reply", "replies"), "1 reply");
  EXPECT_EQ(counted(1200, "reply", "replies"), "1,200 replies");
}

std::vector<std::string> labels(const Axis& axis, bool percent = false) {
  std::vector<std::string> out;
  for (const double tick : axis.ticks()) out.push_back(axis.label(tick, percent));
  return out;
}

using Labels = std::vector<std::string>;

TEST(Axis, RoundTicksAroundTheData) {
  EXPECT_EQ(labels(Axis({.low = 0.13, .high = 0.71}, 0, 100), true), (Labels{"0", "20", "40", "60", "80"}));
  EXPECT_EQ(labels(Axis({.low = -1.2, .high = 2.1}, 0, 100)), (Labels{"−2", "−1", "0", "1", "2", "3"}));
  EXPECT_EQ(labels(Axis({.low = 0.601, .high = 0.705}, 0, 100)), (Labels{"0.60", "0.65", "0.70", "0.75"}));
  EXPECT_EQ(labels(Axis({.low = 1, .high = 4, .whole = true, .tight = true}, 0, 100)), (Labels{"1", "2", "3", "4"}));
  EXPECT_EQ(labels(Axis({.low = 1, .high = 2, .whole = true, .tight = true}, 0, 100)), (Labels{"1", "2"}));
  EXPECT_EQ(labels(Axis({.low = 1, .high = 1200, .whole = true, .tight = true}, 0, 100)), (Labels{"500", "1,000"}));
}

TEST(Axis, RoundingsOfOneValueAreOneValue) {
  EXPECT_EQ(labels(Axis({.low = 1 - 1e-16, .high = 1}, 0, 100)), labels(Axis({.low = 1, .high = 1}, 0, 100)));
  EXPECT_LT(Axis({.low = 1e15, .high = 1e15 + 1, .whole = true}, 0, 100).ticks().size(), 10u);
  EXPECT_LT(Axis({.low = 1, .high = 1 + 1e-11}, 0, 100).ticks().size(), 10u);
}

TEST(Axis, PlacesValues) {
  const Axis axis({.low = 0, .high = 10}, 200, 0);
  EXPECT_DOUBLE_EQ(axis.place(0), 200);
  EXPECT_DOUBLE_EQ(axis.place(5), 100);
  const Axis point({.low = 3, .high = 3}, 0, 100);
  EXPECT_TRUE(std::isfinite(point.place(3)));
  EXPECT_GT(point.place(3), 0);
  EXPECT_LT(point.place(3), 100);
}

/// The base lines of the texts of a class.
std::vector<double> heights(const std::string& svg, const std::string& of_class) {
  std::vector<double> out;
  const std::regex text("<text x=\"[^\"]*\" y=\"([^\"]*)\" text-anchor=\"[a-z]*\" class=\"" + of_class);
  for (std::sregex_iterator at(svg.begin(), svg.end(), text), end; at != end; ++at) out.push_back(std::stod((*at)[1]));
  return out;
}

TEST(LineChart, NamesDoNotCoverEachOther) {
  LineChart chart{.title = "T", .x_label = "step", .series = {}};
  for (int i = 0; i < 5; ++i) chart.series.push_back({"line", i, {{1, 0.5}, {2, 1 + 0.001 * i}}});
  std::vector<double> at = heights(draw(chart), "label");
  std::sort(at.begin(), at.end());
  ASSERT_EQ(at.size(), 5u);
  for (size_t i = 1; i < at.size(); ++i) EXPECT_GE(at[i] - at[i - 1], 12.9);
}

TEST(LineChart, DrawsEachPointItsIntervalAndItsGaps) {
  LineChart chart{.title = "T", .x_label = "turn", .style = {.percent = true, .decimals = 1}, .series = {}};
  chart.series.push_back({"<arm>", 1, {{1, 0.2, 0.1, 0.3}, {2, std::nan("")}, {3, 0.4, 0.3, 0.5}}});
  const std::string html = draw(chart);
  expect_contains(html, "<title>&lt;arm&gt;, turn 1.00: 20.0 [10.0, 30.0]</title>");
  EXPECT_EQ(heights(html, "label s1").size(), 1u);
  const std::regex bar("class=\"bar s1\""), broken("d=\"M[0-9. ]+M[0-9. ]+\" class=\"line s1\"");
  EXPECT_EQ(std::distance(std::sregex_iterator(html.begin(), html.end(), bar), {}), 2);
  EXPECT_TRUE(std::regex_search(html, broken)) << html;
}

TEST(Charts, NothingToDrawIsNothing) {
  LineChart line{.title = "T", .x_label = "x", .series = {{"a", 0, {{1, std::nan("")}}}}};
  EXPECT_EQ(draw(line), "");
  EXPECT_EQ(draw(IntervalChart{.title = "T"}), "");
  EXPECT_EQ(draw(BarChart{.title = "T"}), "");
}

TEST(IntervalChart, RowsGroupsAndLinks) {
  const IntervalChart chart{.title = "T",
                            .x_label = "%",
                            .style = {.percent = true, .decimals = 1},
                            .groups = {{"base",
                                        0,
                                        "−10.0 points",
                                        {{"before", {.mean = 0.6, .low = 0.5, .high = 0.7}, Mark::hollow_circle},
                                         {"after", {.mean = 0.5}, Mark::circle, true}}}}};
  const std::string html = draw(chart);
  for (const char* part : {">base</text>", ">−10.0 points</text>", ">before</text>", ">60.0</text>",
                           "class=\"link s0\"", "class=\"hollow s0\"", "base, before: 60.0 [50.0, 70.0]"})
    expect_contains(html, part);
}

TEST(BarChart, LengthsAreInProportion) {
  const std::string html = draw(BarChart{.title = "T", .bars = {{"a", 50, 100, 1}, {"b", 100, 0, 2}}});
  expect_contains(html, ">50 of 100</text>");
  std::vector<double> widths;
  const std::regex rect("<rect [^>]*width=\"([^\"]*)\"");
  for (std::sregex_iterator at(html.begin(), html.end(), rect), end; at != end; ++at)
    widths.push_back(std::stod((*at)[1]));
  ASSERT_EQ(widths.size(), 3u);  // the pale bar, and two
  EXPECT_NEAR(widths[0], widths[2], 0.11);
  EXPECT_NEAR(widths[1] * 2, widths[0], 0.11);
}

TEST(ScatterChart, KeepsTheShapeAndLinksPairs) {
  const double nan = std::nan("");
  const ScatterChart chart{.title = "Map",
                           .note = "",
                           .groups = {{"pictures", 1, {{0, 0, "a <b>"}, {10, 0, ""}, {nan, 1, ""}}},
                                      {"captions", 2, {{0, 5, ""}, {10, 5, ""}, {3, 3, ""}}}},
                           .linked = true};
  const std::string html = draw(chart);
  // Two pairs are linked, the third has no place; the links are upright, since both axes share one scale.
  const std::regex link("<line x1=\"([^\"]*)\" y1=\"([^\"]*)\" x2=\"([^\"]*)\" y2=\"([^\"]*)\" class=\"grid\"");
  std::vector<double> across, high;
  for (auto at = std::sregex_iterator(html.begin(), html.end(), link); at != std::sregex_iterator(); ++at) {
    EXPECT_EQ((*at)[1], (*at)[3]);
    across.push_back(std::stod((*at)[1]));
    high.push_back(std::stod((*at)[2]) - std::stod((*at)[4]));
  }
  ASSERT_EQ(across.size(), 2u);
  EXPECT_NEAR(2 * high[0], across[1] - across[0], 0.2);
  expect_contains(html, "a &lt;b&gt;");
  EXPECT_EQ(draw(ScatterChart{.title = "Nothing", .note = "", .groups = {{"a", 0, {{nan, 0, ""}}}}}), "");
}

}  // namespace
}  // namespace counterpoint::report
