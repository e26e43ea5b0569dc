// Numbers as a reader wants them: few digits, a real minus sign, per cent where they are shares.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace counterpoint::report {

/// A measured figure: what was found, how sure it is, and what each repetition gave.
struct Estimate {
  double mean = 0;
  std::optional<double> low, high;  ///< ends of its interval; both or none
  std::vector<double> repeats;      ///< one value a seed; may be empty
};

/// How the numbers of one kind are written.
struct NumberStyle {
  bool percent = false;  ///< 0.731 as "73.1"; its axis and column say "%"
  int decimals = 1;      ///< behind the point, of what is written
};

std::string format_number(double value, const NumberStyle& style);
/// With its sign, "+0.2" or "−21.7"; what rounds to nothing has none.
std::string format_difference(double value, const NumberStyle& style);
/// "[68.1, 78.0]"; "" without an interval.
std::string format_interval(const Estimate& estimate, const NumberStyle& style);

/// Three significant digits or so for numbers whose size nobody knows before: "0.693", "12.4", "1,830", "5e-4".
std::string format_freely(double value);

/// "1 tree", "1,200 trees".
std::string counted(long long count, const std::string& one, const std::string& many);

}  // namespace counterpoint::report
