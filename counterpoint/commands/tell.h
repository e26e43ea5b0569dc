// A line for who watches a command, beside what it prints as its result.
#pragma once
#include <cstdio>
#include <string>

namespace counterpoint::commands {

/// On standard error.
inline void tell(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

}  // namespace counterpoint::commands
