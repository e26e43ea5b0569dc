#include "counterpoint/protoclip/train/stoppable_progress.h"

#include <gtest/gtest.h>

namespace counterpoint::protoclip {
namespace {

class Counting : public ProgressSink {
 public:
  void update(std::int64_t done, std::int64_t /*total*/, const std::string& /*detail*/) override { last = done; }
  void finish() override { finished = true; }
  std::int64_t last = 0;
  bool finished = false;
};

TEST(StoppableProgress, PassesOnAndStopsWhenAsked) {
  Counting to;
  bool stop = false;
  StoppableProgress progress(to, [&] { return stop; });
  progress.update(1, 3, "");
  stop = true;
  EXPECT_THROW(progress.update(2, 3, ""), Interrupted);
  EXPECT_EQ(to.last, 2);
  progress.finish();
  EXPECT_TRUE(to.finished);
  StoppableProgress never(to, nullptr);
  never.update(3, 3, "");
  EXPECT_EQ(to.last, 3);
}

}  // namespace
}  // namespace counterpoint::protoclip
