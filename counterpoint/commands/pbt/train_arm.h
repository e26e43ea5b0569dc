// pbt train --arm: both stages on the pairs of one of the paper's arms.
#pragma once
#include <CLI/CLI.hpp>

namespace counterpoint::commands {

/// Options and work of `train` itself, where none of its sub-commands is given.
void declare_arm(CLI::App& train);

}  // namespace counterpoint::commands
