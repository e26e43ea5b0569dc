#include "counterpoint/core/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "counterpoint/core/strings.h"

namespace counterpoint {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

class ConsoleProgress final : public ProgressSink {
 public:
  ConsoleProgress(std::string what, std::string unit, double line_seconds)
      : what_(std::move(what)),
        unit_(std::move(unit)),
        terminal_(::isatty(STDERR_FILENO) == 1),
        interval_(terminal_ ? 0.1 : line_seconds) {}
  ~ConsoleProgress() override { end_line(); }

  void update(std::int64_t done, std::int64_t total, const std::string& detail) override {
    if (first_done_ < 0) first_done_ = done;
    last_ = describe(done, total, detail);
    if (seconds_since(shown_) < interval_ && shown_ != Clock::time_point{}) return;
    show();
  }

  void finish() override {
    if (!last_.empty()) show();
    end_line();
  }

 private:
  std::string describe(std::int64_t done, std::int64_t total, const std::string& detail) const {
    const double elapsed = seconds_since(start_);
    // Work found done by an earlier run is no measure of this run's rate.
    const double rate = elapsed > 0 ? static_cast<double>(done - first_done_) / elapsed : 0;
    std::string line =
        total > 0 ? fmt::format("{} {}/{} {}", what_, done, total, unit_) : fmt::format("{} {} {}", what_, done, unit_);
    if (rate > 0) line += rate >= 1 ? fmt::format(", {:.1f}/s", rate) : fmt::format(", {:.1f} s each", 1 / rate);
    if (!detail.empty()) line += ", " + detail;
    if (total > done && rate > 0) line += ", " + human_duration(static_cast<double>(total - done) / rate) + " left";
    if (total > 0 && done >= total) line += ", took " + human_duration(elapsed);
    return terminal_ && total > 0 ? bar(done, total) + " " + line : line;
  }

  static std::string bar(std::int64_t done, std::int64_t total) {
    constexpr std::int64_t width = 16;
    const std::int64_t full = std::clamp<std::int64_t>(done * width / total, 0, width);
    return "[" + std::string(static_cast<size_t>(full), '#') + std::string(static_cast<size_t>(width - full), '.') +
           "]";
  }

  void show() {
    shown_ = Clock::now();
    if (last_ == printed_) return;
    printed_ = last_;
    if (terminal_) {
      std::fprintf(stderr, "\r\033[K%s", last_.substr(0, terminal_width() - 1).c_str());
      open_line_ = true;
    } else {
      std::fprintf(stderr, "%s\n", last_.c_str());
    }
    std::fflush(stderr);
  }

  void end_line() {
    if (open_line_) std::fputc('\n', stderr);
    open_line_ = false;
  }

  std::string what_, unit_, last_, printed_;
  bool terminal_;
  double interval_;
  bool open_line_ = false;
  std::int64_t first_done_ = -1;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_{};
};

}  // namespace

std::unique_ptr<ProgressSink> console_progress(std::string what, std::string unit, double line_seconds) {
  return std::make_unique<ConsoleProgress>(std::move(what), std::move(unit), line_seconds);
}

}  // namespace counterpoint
