#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/files.h"
#include "tests/commands/run_command.h"
#include "tests/protoclip/evaluate/small_model.h"

namespace counterpoint::commands::protoclip {
namespace {

TEST(Export, TakesANewFolderOnly) {
  const test::ScratchDir dir;
  test::write_small_model(dir / "run/model");
  test::write_small_model(dir / "other/model", 1);
  const auto exported = [&](const char* to) {
    return test::run_command({"export", "--model", (dir / "run").string(), "--output", (dir / to).string()},
                             {declare_export});
  };
  EXPECT_EQ(exported("new").exit_code, 0);
  const auto weights = [&](const char* model) { return read_file(dir / model / "open_clip_model.safetensors"); };
  EXPECT_EQ(weights("new"), weights("run/model"));
  const std::string before = weights("other/model");
  for (const char* taken : {"other/model", "run/model", "other"}) {
    const test::CommandResult result = exported(taken);
    EXPECT_EQ(result.exit_code, 1) << taken;
    test::expect_contains(result.error, "holds something already");
  }
  EXPECT_EQ(weights("other/model"), before);
}

}  // namespace
}  // namespace counterpoint::commands::protoclip
