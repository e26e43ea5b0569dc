// Runs a program of sub-commands as its main() does, and catches what it writes.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "counterpoint/commands/pbt/commands.h"

namespace counterpoint::test {

struct CommandResult {
  int exit_code = 0;
  std::string out, error;
};

inline CommandResult run_command(std::vector<std::string> arguments, const std::vector<commands::Declare>& declared) {
  arguments.insert(arguments.begin(), "pbt");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  CommandResult result;
  result.exit_code = commands::run_program(static_cast<int>(argv.size()), argv.data(), "pbt", "A program.", declared);
  result.out = testing::internal::GetCapturedStdout();
  result.error = testing::internal::GetCapturedStderr();
  return result;
}

}  // namespace counterpoint::test
