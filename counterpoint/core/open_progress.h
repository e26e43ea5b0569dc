// How long work asks for a place to report to.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "counterpoint/core/progress.h"

namespace counterpoint {

/// Asked for where there is something to tell, e.g. ("teacher", "captions").
using OpenProgress = std::function<std::unique_ptr<ProgressSink>(const std::string& what, const std::string& unit)>;

/// console_progress, in its usual rhythm.
inline std::unique_ptr<ProgressSink> open_console_progress(const std::string& what, const std::string& unit) {
  return console_progress(what, unit);
}

}  // namespace counterpoint
