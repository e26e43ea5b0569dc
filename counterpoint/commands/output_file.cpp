#include "counterpoint/commands/output_file.h"

#include "counterpoint/core/error.h"

namespace counterpoint::commands {
namespace fs = std::filesystem;

bool holds_bytes(const fs::path& output) { return fs::is_regular_file(output) && fs::file_size(output) > 0; }

void refuse_foreign(const fs::path& output, const std::string& ours) {
  fail("{} is there already, and no {}; choose another --output", output.string(), ours);
}

void refuse_input(const fs::path& output, const fs::path& input, const std::string& option) {
  if (fs::exists(output) && fs::equivalent(output, input))
    fail("{} is the {}, which is not written over; choose another --output", output.string(), option);
}

}  // namespace counterpoint::commands
