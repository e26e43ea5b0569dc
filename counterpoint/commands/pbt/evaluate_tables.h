// The tables of evaluations on the terminal.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::commands {

void print_figures(const std::vector<persuasion::Figure>& figures);

/// `there`: the file that was compared with.
void print_comparison(const std::string& there, const persuasion::Comparison& comparison);

}  // namespace counterpoint::commands
