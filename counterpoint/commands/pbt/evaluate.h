// The sub-commands of pbt evaluate, one file each.
#pragma once
#include <CLI/CLI.hpp>

namespace counterpoint::commands {

void declare_misinformation(CLI::App& evaluate);
void declare_flipflop(CLI::App& evaluate);
void declare_balanced(CLI::App& evaluate);
void declare_debate(CLI::App& evaluate);
void declare_acceptance(CLI::App& evaluate);
void declare_seeds(CLI::App& evaluate);
void declare_show_output(CLI::App& evaluate);

}  // namespace counterpoint::commands
