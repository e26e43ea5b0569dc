#include "counterpoint/report/number.h"

#include <fmt/format.h>

#include <cmath>

#include "counterpoint/report/terminal.h"

namespace counterpoint::report {
namespace {

constexpr const char* minus = "\u2212";

std::string digits(double size, const NumberStyle& style) {
  return fmt::format("{:.{}f}", size * (style.percent ? 100 : 1), style.decimals);
}

/// 0.00052 as "5.2e-4", 0.0005 as "5e-4".
std::string powers_of_ten(double size) {
  const std::string written = fmt::format("{:.1e}", size);
  const size_t e = written.find('e');
  std::string digits_part = written.substr(0, e);
  if (digits_part.ends_with(".0")) digits_part.resize(digits_part.size() - 2);
  return fmt::format("{}e{}", digits_part, std::stoi(written.substr(e + 1)));
}

bool is_zero(const std::string& written) { return written.find_first_not_of("0.") == std::string::npos; }

}  // namespace

std::string format_number(double value, const NumberStyle& style) {
  const std::string written = digits(std::abs(value), style);
  return (value < 0 && !is_zero(written) ? minus : "") + written;
}

std::string format_difference(double value, const NumberStyle& style) {
  const std::string written = digits(std::abs(value), style);
  if (is_zero(written)) return written;
  return (value < 0 ? minus : "+") + written;
}

std::string format_interval(const Estimate& estimate, const NumberStyle& style) {
  if (!estimate.low || !estimate.high) return "";
  return fmt::format("[{}, {}]", format_number(*estimate.low, style), format_number(*estimate.high, style));
}

std::string format_freely(double value) {
  const double size = std::abs(value);
  const std::string sign = value < 0 ? minus : "";
  if (size == 0) return "0";
  if (size < 1e-3) return sign + powers_of_ten(size);
  if (size >= 1000) return sign + thousands(std::llround(size));
  const int whole_digits = size < 1 ? 0 : static_cast<int>(std::log10(size)) + 1;
  return sign + fmt::format("{:.{}f}", size, 3 - whole_digits);
}

std::string counted(long long count, const std::string& one, const std::string& many) {
  return thousands(count) + " " + (count == 1 ? one : many);
}

}  // namespace counterpoint::report
