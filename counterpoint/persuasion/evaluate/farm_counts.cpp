#include "counterpoint/persuasion/evaluate/farm_counts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {

FarmSummary summarise_farm(std::span<const int> counts, int turns) {
  FarmSummary summary;
  summary.unmoved.resize(static_cast<size_t>(turns) + 1);
  std::int64_t sum = 0;
  for (const int count : counts) {
    const bool persuaded = count >= 1 && count <= turns;
    if (!persuaded && count != wrong_at_start && count != never_persuaded)
      fail("{} is no turn of persuasion: 0 (wrong at the start), 1 to {} or 100 (never) was expected", count, turns);
    if (count == wrong_at_start) {
      ++summary.wa;
      continue;
    }
    for (int turn = 0; turn <= turns; ++turn) summary.unmoved[turn] += count > turn;
    if (!persuaded) {
      ++summary.npd;
      continue;
    }
    summary.minT = ++summary.pd == 1 ? count : std::min(summary.minT, count);
    summary.maxT = std::max(summary.maxT, count);
    sum += count;
  }
  const auto pd = static_cast<double>(summary.pd);
  if (summary.pd > 0) summary.meanT = static_cast<double>(sum) / pd;
  if (summary.pd + summary.npd > 0) summary.SR = pd / static_cast<double>(summary.pd + summary.npd);
  return summary;
}

std::string joined_counts(std::span<const int> counts) { return fmt::format("{}", fmt::join(counts, ";")); }

std::vector<int> split_counts(const std::string& text) {
  std::vector<int> counts;
  if (trim(text).empty()) return counts;
  for (const std::string& part : split(text, ';')) {
    const std::string_view number = trim(part);
    int& value = counts.emplace_back();
    const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (problem != std::errc() || end != number.data() + number.size())
      fail("'{}' is no whole number; numbers with ';' between them were expected", part);
  }
  return counts;
}

std::string python_repr(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

}  // namespace counterpoint::persuasion
