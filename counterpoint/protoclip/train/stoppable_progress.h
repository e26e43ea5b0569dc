// How long work that knows nothing of Ctrl-C hears it: by telling how far it is.
#pragma once
#include <functional>
#include <utility>

#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/progress.h"

namespace counterpoint::protoclip {

/// Passes on what it is told to another sink, which outlives it, and throws Interrupted where `stop` says so.
class StoppableProgress final : public ProgressSink {
 public:
  StoppableProgress(ProgressSink& to, std::function<bool()> stop) : to_(to), stop_(std::move(stop)) {}

  void update(std::int64_t done, std::int64_t total, const std::string& detail) override {
    to_.update(done, total, detail);
    if (stop_ && stop_()) throw Interrupted{};
  }
  void finish() override { to_.finish(); }

 private:
  ProgressSink& to_;
  std::function<bool()> stop_;
};

}  // namespace counterpoint::protoclip
