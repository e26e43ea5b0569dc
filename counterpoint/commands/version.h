// What this build is.
#pragma once
#include <string>

namespace counterpoint::commands {

/// "0.1.0 (commit 1a2b3c4, libtorch 2.13.0, Release, kernels avx512)"
std::string version_text();

/// The commit alone, for files that say what wrote them; "unknown" outside a git checkout.
std::string version_commit();

}  // namespace counterpoint::commands
