// Small tokenizers with what the published ones do not use: added tokens that swallow spaces or want word borders,
// NFKC, NFD, replacing by pattern, Metaspace always, missing bytes, ignore_merges (golden/text/make_small_golden.py).
#include "tests/text/golden_strings.h"

namespace counterpoint::test {
namespace {

class SmallTokenizer : public testing::TestWithParam<const char*> {};

TEST_P(SmallTokenizer, IdsAndTextsAreTheReferences) {
  const std::string name = std::string("small_") + GetParam();
  const auto tokenizer = text::load_tokenizer(golden("text/" + name + ".tokenizer.json"));
  auto strings = page_strings();
  const auto reference = nlohmann::json::parse(read_file(golden("text/" + name + ".json")));
  for (const auto& extra : reference["extra"]) strings.push_back(extra.get<std::string>());
  expect_reference(*tokenizer, name, strings);
}

INSTANTIATE_TEST_SUITE_P(All, SmallTokenizer, testing::Values("byte_level", "metaspace", "splits"));

}  // namespace
}  // namespace counterpoint::test
