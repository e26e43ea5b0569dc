// How options look in --help.
#pragma once
#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace counterpoint::commands {

/// "N=8" instead of the validator's own words, so that an option and what it is for stand on one line. After
/// capture_default_str().
inline CLI::Option* shown_as(CLI::Option* option, const std::string& what) {
  const std::string value = option->get_default_str();
  return option->option_text(value.empty() ? what : what + "=" + value);
}

/// Checks of numbers whose messages name the bound; CLI11's own write out the largest double.
inline CLI::Validator number_check(bool (*fits)(double), const char* expected) {
  return {[fits, expected](std::string& text) {
            double value = 0;
            const bool good = CLI::detail::lexical_cast(text, value) && std::isfinite(value) && fits(value);
            return good ? std::string() : text + ": " + expected + " was expected";
          },
          ""};
}
inline CLI::Validator above_zero() {
  return number_check([](double value) { return value > 0; }, "a number above 0");
}
inline CLI::Validator zero_or_more() {
  return number_check([](double value) { return value >= 0; }, "0 or more");
}

}  // namespace counterpoint::commands
