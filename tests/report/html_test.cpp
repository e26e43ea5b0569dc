#include "counterpoint/report/html.h"

#include "counterpoint/report/page.h"
#include "tests/support/support.h"

namespace counterpoint::report {
namespace {

using test::expect_contains;

TEST(Html, MarkupCharactersBecomeEntities) {
  EXPECT_EQ(escape_html("<a href=\"x\" title='y'> & é"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt; &amp; é");
}

TEST(Html, DamagedTextAndControlCharactersAreReplaced) {
  EXPECT_EQ(escape_html("a\xFF"), "a\uFFFD");
  EXPECT_EQ(escape_html("a\x01\x1B\tb\n"), "a\uFFFD\uFFFD\tb\n");
  EXPECT_EQ(escape_html(std::string_view("\0", 1)), "\uFFFD");
  EXPECT_EQ(escape_html("\u0085"), "\uFFFD");
}

TEST(Html, JsonCannotEndItsBlock) {
  const data::Json value{{"</script><!--", "<script> & \u2028 \u2029 \" \\"}};
  const std::string written = json_for_page(value);
  for (const char* part : {"<", ">", "&", "\u2028", "\u2029"}) EXPECT_EQ(written.find(part), std::string::npos) << part;
  EXPECT_EQ(data::Json::parse(written), value);
}

TEST(Html, TableMarksHeadsNumbersAndBest) {
  HtmlTable table("A & B", {text_cell("name"), number_cell("n")});
  HtmlCell best = number_cell("<2>");
  best.strong = true;
  table.add_row({text_cell("x"), best});
  const std::string html = table.html();
  expect_contains(html, "aria-label=\"A &amp; B\"");
  expect_contains(html, "<tr><th scope=col>name</th><th scope=col class=\"number\">n</th></tr>");
  expect_contains(html, "<tr><th scope=row>x</th><td class=\"number\"><strong>&lt;2&gt;</strong></td></tr>");
}

TEST(Page, PolicyHashIsThatOfTheStandard) {
  // The example of Content Security Policy Level 3, section 2.3.1, is made of the text "alert('Hello, world.');".
  EXPECT_EQ(policy_hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
}

TEST(Page, LinksToItsSectionsWhereThereAreSeveral) {
  Page page{.title = "<T>", .sections = {{"one", "One & all", "<p>1</p>"}}};
  EXPECT_EQ(render(page).find("<nav"), std::string::npos);
  page.sections.push_back({"two", "Two", "<p>2</p>"});
  const std::string html = render(page);
  expect_contains(html, "<title>&lt;T&gt;</title>");
  expect_contains(html, "<a href=\"#one\">One &amp; all</a>");
  expect_contains(html, "<h2 id=\"two-title\">Two</h2>");
}

TEST(Page, AllowsPicturesOfItsOwnOnlyWhereItHasSome) {
  Page page{.title = "Photos"};
  EXPECT_EQ(render(page).find("img-src"), std::string::npos);
  page.pictures = true;
  expect_contains(render(page), "; img-src data:; base-uri 'none'");
}

}  // namespace
}  // namespace counterpoint::report
