#include "counterpoint/commands/version.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/table.h"
#include "counterpoint/version_info.h"

namespace counterpoint::commands {

std::string version_text() {
  return fmt::format("{} (commit {}, libtorch {}, {}, kernels {})", COUNTERPOINT_VERSION, COUNTERPOINT_COMMIT,
                     COUNTERPOINT_LIBTORCH, COUNTERPOINT_BUILD_TYPE, nn::kernels().name);
}

std::string version_commit() { return COUNTERPOINT_COMMIT; }

}  // namespace counterpoint::commands
