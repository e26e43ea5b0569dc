// How options look in --help.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace counterpoint::commands {

/// "N=8" instead of the validator's own words, so that an option and what it is for stand on one line. After
/// capture_default_str().
inline CLI::Option* shown_as(CLI::Option* option, const std::string& what) {
  const std::string value = option->get_default_str();
  return option->option_text(value.empty() ? what : what + "=" + value);
}

}  // namespace counterpoint::commands
