// One tree as a person looks at it: who said what, right or wrong, with scores and the pairs mined from it.
#pragma once
#include "counterpoint/persuasion/tree.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::persuasion {

std::string draw(const Tree& tree, const report::Terminal& terminal);

}  // namespace counterpoint::persuasion
