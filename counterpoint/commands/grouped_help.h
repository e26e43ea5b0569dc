// --help for commands with many options: in groups, the everyday ones first, the rest with --help-all.
#pragma once
#include <CLI/CLI.hpp>

namespace counterpoint::commands {

/// For options of a group that only --help-all shows.
std::string rare(const std::string& group);

/// Groups stand under each other without blank lines, and options with long names on one line with what they are for.
/// Adds --help-all. To be called after all options of the command are declared.
void group_help(CLI::App& command);

}  // namespace counterpoint::commands
