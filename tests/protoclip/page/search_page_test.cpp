#include "counterpoint/protoclip/page/search_page.h"

#include "counterpoint/core/files.h"
#include "counterpoint/data/image/image.h"
#include "tests/support/browser.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using test::expect_contains;

std::string thumbnail(std::uint8_t shade) {
  image::Image picture = image::blank(40, 30, "test");
  std::fill(picture.rgb.begin(), picture.rgb.end(), shade);
  return image::thumbnail_address(picture, 32);
}

SearchPage answers(const std::string& text) {
  return {.query = text,
          .found = {{{thumbnail(40), text}, "a/1", 0.31}, {{thumbnail(200), text}, text, 0.3}, {{"", text}, "c", -0.2}},
          .subtitle = text};
}

class SearchPageInBrowser : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT(browser_, "Chromium or Chrome"); }
  std::filesystem::path written(const SearchPage& page) const {
    write_file_atomic(dir_ / "found.html", search_page(page));
    return dir_ / "found.html";
  }

  std::optional<std::string> browser_ = test::chromium();
  test::ScratchDir dir_;
};

TEST_F(SearchPageInBrowser, ThumbnailsAreDrawnOnAPhoneToo) {
  const test::Drawn drawn = test::drive_in(*browser_, written(answers("a dog in the snow")), dir_.path(), 390, R"(
      say('drawn', [...page.images].filter((i) => i.complete && i.naturalWidth === 32).length);
      say('first', page.querySelector('.found li').innerText.replace(/\s+/g, ' '));
      say('missing', page.querySelectorAll('.missing').length);
      say('overflow', Math.max(0, page.documentElement.scrollWidth - page.documentElement.clientWidth));
    )");
  for (const char* said : {"drawn=2;", "first=a dog in the snow 1. a/1 · cosine 0.310;", "missing=1;", "overflow=0;"})
    expect_contains(drawn.dom, said);
  EXPECT_EQ(drawn.console, "");
  EXPECT_FALSE(drawn.asked_outside);
}

TEST_F(SearchPageInBrowser, HostileCaptionsRunNothing) {
  SearchPage page = answers(
      "\"></script><script>document.title='hacked'</script><img src=http://outside.invalid/x.png "
      "onerror=\"document.title='hacked'\">");
  page.found[2].picture.address = "http://outside.invalid/y.png";
  const test::Drawn drawn = test::draw_in(*browser_, written(page), dir_.path());
  EXPECT_EQ(drawn.dom.find("<title>hacked"), std::string::npos);
  EXPECT_EQ(drawn.dom.find("<script>document"), std::string::npos);
  EXPECT_FALSE(drawn.asked_outside);
}

}  // namespace
}  // namespace counterpoint::protoclip
