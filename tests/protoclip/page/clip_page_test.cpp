#include "counterpoint/protoclip/page/clip_page.h"

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "tests/support/browser.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using test::expect_contains;

/// One grey pixel.
const char* const kPixel =
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

std::vector<ResultRow> results() {
  std::vector<ResultRow> rows;
  for (const std::int64_t seed : {0, 1, 2}) {
    const auto step = static_cast<double>(seed);
    rows.push_back({"clip", seed, "probe", 0.48 + 0.01 * step});
    rows.push_back({"protoclip", seed, "probe", 0.50 + 0.03 * step});
    rows.push_back({"clip", seed, "ami", 0.11});
    rows.push_back({"protoclip", seed, "ami", seed == 1 ? 0.10 : 0.15});
  }
  return rows;
}

ClipPage page() {
  ClipPage page{.title = "Emoji", .subtitle = "CLIP beside ProtoCLIP", .base = "clip", .results = results()};
  page.curves = {{"clip", 0, "loss", {{0, 4.6}, {10, 3.1}}}, {"protoclip", 0, "loss", {{0, 9.2}, {10, 7.0}}}};
  page.galleries = {{"Clusters of pictures",
                     "The nearest to each prototype.",
                     {{3, 14, {{kPixel, "a red heart"}, {"", "a broken heart"}}, {"a drawing of a heart"}}}}};
  page.maps = {{"Before training", {{0, 0}, {1, 0}}, {{0, 1}, {1, 1}}, {"heart", "star"}, 0.8},
               {"After training", {{0, 0}, {1, 0}}, {{0.1, 0.1}, {1, 0.1}}, {"heart", "star"}, 0.3}};
  page.retrieval = {{"clip", {{"a red heart", {{kPixel, "a red heart"}}, 1, 0}}, {}},
                    {"protoclip", {}, {{"a star", {{kPixel, "a red heart"}}, 17, -1}}}};
  page.settings = {{"k", "80"}};
  page.footer = "made by a test";
  return page;
}

TEST(Results, MeanSpreadAndPairedGains) {
  const auto probe = over_seeds(results(), "protoclip", "probe");
  ASSERT_TRUE(probe);
  EXPECT_NEAR(probe->mean, 0.53, 1e-12);
  EXPECT_NEAR(*probe->high - probe->mean, 0.03, 1e-12);  // the deviation of .50, .53, .56
  const auto gain = paired_gain(results(), "protoclip", "clip", "probe");
  ASSERT_TRUE(gain);
  EXPECT_NEAR(gain->estimate.mean, 0.04, 1e-12);
  EXPECT_EQ(gain->positive, 3);
  EXPECT_EQ(paired_gain(results(), "protoclip", "clip", "ami")->positive, 2);
  EXPECT_FALSE(over_seeds(results(), "protoclip", "gap"));
  EXPECT_FALSE(paired_gain(results(), "protoclip", "other", "ami"));
}

TEST(Results, FileHoldsEachRow) {
  const test::ScratchDir dir;
  write_results(dir / "results.json", results());
  const data::Json rows = data::read_json(dir / "results.json");
  ASSERT_EQ(rows.size(), results().size());
  EXPECT_EQ(rows[5]["arm"], results()[5].arm);
  EXPECT_EQ(rows[5]["value"], results()[5].value);
}

TEST(ClipPage, HasASectionForWhatIsThereAndNoneForWhatIsNot) {
  const std::string whole = clip_page(page());
  for (const char* id : {"arms", "gains", "curves", "prototypes", "map", "retrieval", "settings"})
    expect_contains(whole, fmt::format("<section id=\"{}\"", id));
  expect_contains(whole, "+4.0");
  expect_contains(whole, "3 of 3 seeds above");
  const std::string run = clip_page({.title = "One run", .curves = page().curves});
  EXPECT_EQ(run.find("id=\"gains\""), std::string::npos);
  EXPECT_EQ(run.find("id=\"prototypes\""), std::string::npos);
}

TEST(ClipPage, ArmsFindSideBySide) {
  const std::string whole = clip_page(page());
  expect_contains(whole, "Found by clip");
  expect_contains(whole, "Missed by protoclip");
  const std::string run = clip_page({.retrieval = {{"", page().retrieval[0].good, {}}}});
  expect_contains(run, ">Found</h3>");
}

TEST(ClipPage, CurvesOfClustersAreFoldedAway) {
  ClipPage shown = page();
  EXPECT_EQ(clip_page(shown).find("Clusters, episode by episode"), std::string::npos);
  shown.curves.push_back({"protoclip", 0, "prototypes/text/empty", {{0, 3}, {10, 0}}});
  const std::string whole = clip_page(shown);
  const size_t fold = whole.find("Clusters, episode by episode");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_GT(whole.find("prototypes/text/empty"), fold);
}

class ClipPageInBrowser : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT(browser_, "Chromium or Chrome"); }
  std::filesystem::path written(const ClipPage& shown) const {
    write_file_atomic(dir_ / "report.html", clip_page(shown));
    return dir_ / "report.html";
  }

  std::optional<std::string> browser_ = test::chromium();
  test::ScratchDir dir_;
};

TEST_F(ClipPageInBrowser, PicturesAreDrawnAndNothingIsAskedOutside) {
  const test::Drawn drawn = test::drive_in(*browser_, written(page()), dir_.path(), 390, R"(
      say('drawn', [...page.images].filter((i) => i.complete && i.naturalWidth > 0).length);
      say('own', page.querySelectorAll('img.own').length);
      say('links', page.querySelectorAll('.scatter line').length);
      say('overflow', Math.max(0, page.documentElement.scrollWidth - page.documentElement.clientWidth));
    )");
  for (const char* said : {"drawn=3;", "own=1;", "links=4;", "overflow=0;"}) expect_contains(drawn.dom, said);
  EXPECT_FALSE(drawn.asked_outside);
}

TEST_F(ClipPageInBrowser, HostileCaptionsRunNothing) {
  const std::string hostile =
      "\"></script><script>document.title='hacked'</script><img src=http://outside.invalid/x.png "
      "onerror=\"document.title='hacked'\">";
  ClipPage shown = page();
  shown.title = shown.subtitle = shown.footer = shown.results[0].arm = shown.curves[0].arm = hostile;
  PrototypeCard& card = shown.galleries[0].cards[0];
  shown.galleries[0].title = shown.galleries[0].note = card.captions[0] = card.pictures[0].caption = hostile;
  card.pictures[1].address = "http://outside.invalid/y.png";
  shown.maps[0].title = shown.maps[0].words[0] = shown.retrieval[0].good[0].caption = hostile;
  shown.retrieval[0].arm = shown.curves[0].metric = hostile;
  shown.settings = {{hostile, hostile}};
  const test::Drawn drawn = test::draw_in(*browser_, written(shown), dir_.path());
  EXPECT_EQ(drawn.dom.find("<title>hacked"), std::string::npos);
  EXPECT_FALSE(drawn.asked_outside);
}

}  // namespace
}  // namespace counterpoint::protoclip
