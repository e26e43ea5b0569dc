#include "counterpoint/commands/pbt/train_folder.h"

#include <fmt/ranges.h>

#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/run_folder.h"
#include "counterpoint/train/checkpoint.h"

namespace counterpoint::commands {
namespace {

namespace fs = std::filesystem;
using data::Json;

void check_same(const fs::path& file, const std::string& command, const Json& settings) {
  const Json config = data::read_json(file);
  const bool ours = config.is_object() && config.contains("settings") && config.value("command", "") == command;
  if (!ours) fail("{} is not that of '{}'; choose another folder", file.string(), command);
  // A run that failed before its first checkpoint holds nothing that other settings would spoil.
  if (!train::latest_checkpoint(file.parent_path()).folder) return;
  Json there = config["settings"];
  // Earlier versions kept no print of the model's files: nothing tells whether they are others.
  if (!there.contains("model_print")) there["model_print"] = settings.at("model_print");
  const std::vector<std::string> differ = persuasion::differences(there, settings);
  if (!differ.empty())
    fail("{} holds a run with other settings: {}. Go on with the same settings or choose another folder",
         file.parent_path().string(), fmt::join(differ, "; "));
}

}  // namespace

TrainFolder::TrainFolder(const fs::path& folder, const std::string& command, const Json& settings, const Json& run)
    : folder_(folder) {
  make_dirs(folder);
  const fs::path file = folder / "config.json";
  if (fs::exists(file))
    check_same(file, command, settings);
  else if (holds_other_files(folder, [](const std::string& name) { return name == run_lock; }))
    fail("{} holds other files and no config.json of '{}'; choose a new or empty folder", folder.string(), command);
  lock_ = std::make_unique<LineAppender>(folder / run_lock);  // before another run's config.json is written over
  const Json config{{"command", command}, {"version", version_text()}, {"settings", settings}, {"run", run}};
  write_file_atomic(file, config.dump(2) + "\n");
}

std::optional<train::FitResult> TrainFolder::finished() const {
  const fs::path file = folder_ / "summary.json";
  if (!fs::exists(file)) return std::nullopt;
  const Json json = data::read_json(file);
  const data::Fields fields(json, file.string());
  train::FitResult result{.steps = fields.whole("steps"), .total_steps = fields.whole("total_steps")};
  result.stopped_early = json.value("stopped_early", false);
  if (json.contains("best_step")) {
    result.best_step = fields.whole("best_step");
    result.best_value = fields.number("best_value");
  }
  return result;
}

void TrainFolder::finish(const train::FitResult& result) const {
  Json json{{"steps", result.steps}, {"total_steps", result.total_steps}, {"stopped_early", result.stopped_early}};
  if (result.best_step) {
    json["best_step"] = *result.best_step;
    json["best_value"] = *result.best_value;
  }
  write_file_atomic(folder_ / "summary.json", json.dump(2) + "\n");
}

}  // namespace counterpoint::commands
