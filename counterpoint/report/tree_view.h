// A tree drawn in a terminal: branch lines on the left, wrapped text beside them.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/report/styled.h"

namespace counterpoint::report {

struct Branch {
  Styled head;  ///< beside the branch's line
  Styled body;  ///< below it, may be long
  std::vector<Branch> children;
};

/// Each line ended by a newline. However deep the tree, text keeps at least 24 columns.
std::string draw_tree(const Branch& root, const Terminal& terminal);

}  // namespace counterpoint::report
