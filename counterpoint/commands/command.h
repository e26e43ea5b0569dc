// A sub-command of a program: its options and what it does. One file per sub-command, in the program's folder.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace counterpoint::commands {

/// Declares one sub-command on `program`; its callback does the work and reports failure by throwing.
using Declare = void (*)(CLI::App& program);

/// Parses, runs, and turns what was thrown into an exit code: 0 done, 1 failed, 2 usage, 130 interrupted.
int run_program(int argc, char** argv, const std::string& name, const std::string& summary,
                const std::vector<Declare>& commands);

}  // namespace counterpoint::commands
