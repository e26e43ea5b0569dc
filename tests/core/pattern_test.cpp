#include "counterpoint/core/pattern.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint {
namespace {

class Pattern : public testing::Test {
 protected:
  std::string in(const std::string& name) const { return (dir_ / name).string(); }
  std::string match(const std::string& pattern) const { return only_match(in(pattern), "teacher", "a BERT folder"); }

  test::ScratchDir dir_;
};

TEST_F(Pattern, OneMatchOrAPlainPath) {
  make_dirs(dir_ / "python3.11" / "model");
  EXPECT_EQ(match("python3*/model"), in("python3.11/model"));
  EXPECT_EQ(match("python3.11/model"), in("python3.11/model"));
}

TEST_F(Pattern, ANameWithBracketsIsItself) {
  make_dirs(dir_ / "model [v2]");
  EXPECT_EQ(match("model [v2]"), in("model [v2]"));
}

TEST_F(Pattern, NoMatchAndSeveralAreTold) {
  const std::string none = test::error_of([&] { match("python3*"); });
  test::expect_contains(none, "no teacher '" + in("python3*") + "': a BERT folder was expected");
  make_dirs(dir_ / "python3.11");
  make_dirs(dir_ / "python3.12");
  const std::string several = test::error_of([&] { match("python3*"); });
  test::expect_contains(several, "is 2 files: one was expected, the first is " + in("python3.11"));
}

}  // namespace
}  // namespace counterpoint
