// Files that --output must not write over.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace counterpoint::commands {

/// Whether there is something in a file of that name; not of a pipe or device.
bool holds_bytes(const std::filesystem::path& output);

/// Error: `output` is there and no `ours` ("output of 'pbt ask'"): it is somebody's work. `named_by`: the option that
/// names `output`.
[[noreturn]] void refuse_foreign(const std::filesystem::path& output, const std::string& ours,
                                 const std::string& named_by = "--output");

/// Error: `output` holds something that `read`, which throws an Error for it, does not take for `ours`.
void check_replaceable(const std::filesystem::path& output, const std::string& ours, const std::function<void()>& read,
                       const std::string& named_by = "--output");

/// Error: `output` is the file that `option` names.
void refuse_input(const std::filesystem::path& output, const std::filesystem::path& input, const std::string& option);

}  // namespace counterpoint::commands
