// Whose a run's folder is: a run writes into a folder of its own only.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace counterpoint {

/// The file of a folder that the process at work in it holds, as a LineAppender.
inline constexpr const char* run_lock = "lock";

/// Whether the folder holds anything that a run which was killed at once cannot have left: files besides an unfinished
/// config.json and those that `early` knows by name, finished or not. A folder that is not there holds nothing.
bool holds_other_files(const std::filesystem::path& folder, const std::function<bool(const std::string& name)>& early);

}  // namespace counterpoint
