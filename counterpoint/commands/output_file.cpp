#include "counterpoint/commands/output_file.h"

#include "counterpoint/core/error.h"

namespace counterpoint::commands {
namespace fs = std::filesystem;

bool holds_bytes(const fs::path& output) { return fs::is_regular_file(output) && fs::file_size(output) > 0; }

void refuse_foreign(const fs::path& output, const std::string& ours, const std::string& named_by) {
  fail("{} is there already, and no {}; choose another {}", output.string(), ours, named_by);
}

void check_replaceable(const fs::path& output, const std::string& ours, const std::function<void()>& read,
                       const std::string& named_by) {
  if (!holds_bytes(output)) return;
  try {
    read();
  } catch (const Error&) {
    refuse_foreign(output, ours, named_by);
  }
}

void refuse_input(const fs::path& output, const fs::path& input, const std::string& option) {
  std::error_code missing;  // then they are two
  if (fs::equivalent(output, input, missing))
    fail("{} is the {}, which is not written over; choose another --output", output.string(), option);
}

}  // namespace counterpoint::commands
