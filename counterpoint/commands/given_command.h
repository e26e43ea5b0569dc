// The command that a user gave, to be printed where it is to be given again.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace counterpoint::commands {

/// "pbt train sft --model 'my model' --max-steps 5": the parsed command with what was set, quoted for a shell.
std::string given_command(const CLI::App& command);

/// One word for a shell: in single quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace counterpoint::commands
