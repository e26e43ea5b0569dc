#include "counterpoint/core/error.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "counterpoint/core/strings.h"

namespace counterpoint {

std::string nearest_name(std::string_view wrong, std::span<const std::string> known) {
  std::string best;
  size_t best_distance = std::max<size_t>(1, wrong.size() / 3) + 1;
  for (const std::string& name : known) {
    const size_t distance = edit_distance(wrong, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  if (!best.empty() || wrong.size() < 3) return best;
  const auto begins = [&](const std::string& name) { return name.starts_with(wrong); };
  const auto found = std::find_if(known.begin(), known.end(), begins);
  return found != known.end() && std::count_if(known.begin(), known.end(), begins) == 1 ? *found : "";
}

std::string suggestion(std::string_view wrong, std::span<const std::string> known) {
  const std::string nearest = nearest_name(wrong, known);
  if (!nearest.empty()) return fmt::format(" (did you mean '{}'?)", nearest);
  if (known.empty()) return "";
  return fmt::format(" (known: {})", fmt::join(known, ", "));
}

namespace detail {
void assertion_failed(const char* condition, const char* file, int line) {
  throw std::logic_error(fmt::format("internal error, please report: {}:{}: {} does not hold", file, line, condition));
}
}  // namespace detail

}  // namespace counterpoint
