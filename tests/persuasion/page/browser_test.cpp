// The page as a browser draws it.
#include "tests/support/browser.h"

#include "counterpoint/core/files.h"
#include "tests/persuasion/page/study_fixture.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

const std::string hostile =
    "</script><script>document.title='hacked'</script><img src=http://outside.invalid/x.png onerror="
    "\"document.title='hacked'\"><!--<script>' \" & \u2028";

/// The study with hostile text wherever text of models or users can stand.
persuasion::StudyPage hostile_study() {
  persuasion::StudyPage page = made_up_study();
  persuasion::Tree& tree = page.trees.front().tree;
  tree.question.question = tree.question.id = "What? " + hostile;
  tree.question.answers.push_back(hostile);
  tree.agents[0].name = tree.agents[0].model = hostile;
  for (persuasion::Node& node : tree.nodes) node.text = node.answer = node.role = hostile;
  for (persuasion::Pair& pair : page.trees.front().pairs)
    pair.chosen = pair.rejected = pair.agent = pair.prompt[0].content = hostile;
  page.arms[0].arm = page.misinformation[0].arm = page.curves[0].arm = page.claims[0].text = hostile;
  page.before_after[0].arm = page.debate[0].arm = page.metrics[0].label = page.subtitle = hostile;
  persuasion::ReplyCase& reply = page.replies.front();
  reply.question = reply.kind = reply.accepted[0] = reply.prompt[0].content = hostile;
  reply.replies[0].arm = reply.replies[0].text = reply.replies[0].answer = hostile;
  page.settings = {{hostile, hostile}};
  return page;
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class InBrowser : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT(browser_, "Chromium or Chrome"); }
  std::filesystem::path written(const persuasion::StudyPage& page) const {
    write_file_atomic(dir_ / "report.html", persuasion::study_page(page));
    return dir_ / "report.html";
  }

  std::optional<std::string> browser_ = chromium();
  ScratchDir dir_;
};

TEST_F(InBrowser, TheFixtureNoticesRequestsAndErrors) {
  write_file_atomic(dir_ / "bad.html", "<img src=http://outside.invalid/x.png><script>throw Error('boom')</script>");
  const Drawn drawn = draw_in(*browser_, dir_ / "bad.html", dir_.path());
  EXPECT_TRUE(drawn.asked_outside);
  expect_contains(drawn.console, "boom");
}

TEST_F(InBrowser, TableChartsTreeAndRepliesAreDrawn) {
  const Drawn drawn = draw_in(*browser_, written(made_up_study()), dir_.path());
  expect_contains(drawn.dom, "<span class=\"mean\"><strong>71.2</strong></span>");  // PBT has the best overall
  expect_contains(drawn.dom, "[66.2, 76.2]");
  expect_contains(drawn.dom, "aria-label=\"rewards/margins, by step\"");
  EXPECT_EQ(count(drawn.dom, "role=\"link\""), 7u) << "one spot for each node of Figure 2";
  for (int node = 0; node < 7; ++node) expect_contains(drawn.dom, fmt::format("#{}</p>", node));
  expect_contains(drawn.dom, "I say Paris (6).");
  expect_contains(drawn.dom, "resist: chosen");
  expect_contains(drawn.dom, "accept: #4 over #5, B at turn 3");
  expect_contains(drawn.dom, "I still say Canberra.");
  EXPECT_FALSE(drawn.asked_outside);
  EXPECT_EQ(drawn.console, "");
}

TEST_F(InBrowser, HostileTextStaysText) {
  const Drawn drawn = draw_in(*browser_, written(hostile_study()), dir_.path());
  expect_contains(drawn.dom, "<title>A study that nobody ran</title>");
  EXPECT_EQ(drawn.dom.find("<img"), std::string::npos);
  const std::string as_text = "&lt;img src=http://outside.invalid/x.png onerror=";
  expect_contains(drawn.dom, "<p class=\"said\">&lt;/script&gt;&lt;script&gt;document.title='hacked'");
  EXPECT_GT(count(drawn.dom, as_text), 40u) << "it is shown, wherever it stands";
  EXPECT_FALSE(drawn.asked_outside);
  EXPECT_EQ(drawn.console, "");
}

TEST_F(InBrowser, AnAddressLeadsToItsTree) {
  persuasion::StudyPage page = made_up_study();
  const persuasion::Tree second = tree_of("q2", "Which city, then?", {"-1 A Lyon", "0 B Nice"});
  page.trees.push_back({second, {}});
  const std::filesystem::path file = written(page);
  EXPECT_EQ(draw_in(*browser_, file, dir_.path()).dom.find("<h3>Which city, then?</h3>"), std::string::npos);
  const Drawn drawn = draw_in(*browser_, file, dir_.path(), "#tree/2");
  expect_contains(drawn.dom, "<h3>Which city, then?</h3>");
  expect_contains(drawn.dom, "No pair can be mined from this tree.");
}

TEST_F(InBrowser, SearchKeysAndFoldingWork) {
  persuasion::StudyPage page = made_up_study();
  page.trees.push_back({tree_of("q2", "Which city, then?", {"-1 A Lyon", "0 B Nice"}), {}});
  const Drawn drawn = drive_in(*browser_, written(page), dir_.path(), 1000, R"(
    const root = page.getElementById('tree'), search = root.querySelector('input');
    search.value = 'CITY which'; search.dispatchEvent(new Event('input'));
    say('found', root.querySelector('.picker p').textContent);
    search.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}));
    say('chosen', root.querySelector('.view h3').textContent);
    search.value = ''; search.dispatchEvent(new Event('input'));
    root.querySelector('.steps button').click();
    say('back', root.querySelector('.view h3').textContent);
    const folds = root.querySelectorAll('.fold');
    folds[0].click();
    say('folded', folds[0].getAttribute('aria-expanded') + ' ' + folds[0].closest('li').querySelector('ol').hidden);
    root.querySelectorAll('.spot')[5].dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}));
    say('shown', page.activeElement.textContent.includes('I say Lyon (5).') + ' ' + folds[0].getAttribute('aria-expanded'));
  )");
  expect_contains(drawn.dom, "found=1 of 2 trees;");
  expect_contains(drawn.dom, "chosen=Which city, then?;");
  expect_contains(drawn.dom, "back=What is the capital of France?;");
  expect_contains(drawn.dom, "folded=false true;");
  expect_contains(drawn.dom, "shown=true true;");
  EXPECT_EQ(drawn.console, "");
}

TEST_F(InBrowser, NothingIsWiderThanAPhone) {
  for (const persuasion::StudyPage& page : {made_up_study(), hostile_study()}) {
    const Drawn drawn = drive_in(*browser_, written(page), dir_.path(), 390, R"(
      say('nodes', page.querySelectorAll('.spot').length);
      say('wide', [...page.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > 391 && !e.closest('.scroll')).map((e) => e.tagName + '.' + e.getAttribute('class')).slice(0, 8).join(' '));
      say('overflow', Math.max(0, page.documentElement.scrollWidth - page.documentElement.clientWidth));
    )");
    expect_contains(drawn.dom, "nodes=7;");
    expect_contains(drawn.dom, "wide=;");
    expect_contains(drawn.dom, "overflow=0;");
  }
}

/// WCAG's contrast of each text with what lies behind it; the rules for the dark hold in every frame if `dark`.
std::string contrast_script(bool dark) {
  return fmt::format("const dark = {};", dark) + R"(
    for (const sheet of page.styleSheets)
      for (const rule of sheet.cssRules)
        if (rule.media && rule.media.mediaText.includes('color-scheme: dark')) rule.media.mediaText = dark ? 'all' : 'not all';
    const view = page.defaultView;
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const part = (c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
    const behind = (e) => {
      for (; e; e = e.parentElement) {
        const colour = numbers(view.getComputedStyle(e).backgroundColor);
        if (colour.length < 4 || colour[3] > .5) return colour;
      }
      return [255, 255, 255];
    };
    const faint = new Set();
    let texts = 0;
    for (const e of page.querySelectorAll('body *')) {
      if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
      const style = view.getComputedStyle(e), svg = e.namespaceURI.endsWith('svg');
      if (style.visibility === 'hidden' || e.tagName === 'SCRIPT' || e.tagName === 'STYLE') continue;
      ++texts;
      const [a, b] = [light(numbers(svg ? style.fill : style.color)), light(behind(e))].sort((x, y) => y - x);
      if ((a + .05) / (b + .05) < 4.5) faint.add(`${e.tagName}.${e.getAttribute('class')} ${((a + .05) / (b + .05)).toFixed(1)}`);
    }
    say('texts', texts > 100);
    say('paper', light(numbers(view.getComputedStyle(page.body).backgroundColor)) < .2 ? 'dark' : 'light');
    say('faint', [...faint].join(' '));
  )";
}

TEST_F(InBrowser, TextIsLegibleInTheLightAndInTheDark) {
  for (const bool dark : {false, true}) {
    const Drawn drawn = drive_in(*browser_, written(made_up_study()), dir_.path(), 900, contrast_script(dark));
    expect_contains(drawn.dom, "texts=true;");
    expect_contains(drawn.dom, dark ? "paper=dark;" : "paper=light;");
    expect_contains(drawn.dom, "faint=;");
  }
}

}  // namespace
}  // namespace counterpoint::test
