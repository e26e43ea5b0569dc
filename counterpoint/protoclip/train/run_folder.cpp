#include "counterpoint/protoclip/train/run_folder.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/file_print.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/train/clip_checkpoint.h"

namespace counterpoint::protoclip {
namespace {

namespace fs = std::filesystem;
using data::Json;

constexpr const char *config_file = "config.json", *command = "protoclip train";

bool is_ours(const fs::path& config) {
  const Json json = data::read_json(config);
  return json.is_object() && json.contains("command") && json.at("command") == command;
}

bool comes_before_config(const std::string& name) {
  return name == run_lock || name.starts_with(vocabulary_prefix) || name.starts_with(teacher_prefix);
}

/// "NAME FINGERPRINT" of a model to start from, however its path is written; "" for none.
std::string known_as(const fs::path& pretrained) {
  if (pretrained.empty()) return "";
  return fmt::format("{} {:016x}", fs::canonical(pretrained).filename().string(),
                     file_print(find_model(pretrained) / "open_clip_model.safetensors"));
}

/// Whether what stands in a config.json is the model `now`: the same weights, whatever their folder is called by now.
/// Earlier versions wrote the path alone.
bool same_model(const std::string& then, const std::string& now, const fs::path& pretrained) {
  const auto print = [](const std::string& known) { return known.substr(known.rfind(' ') + 1); };
  std::error_code missing;  // then they are two
  return print(then) == print(now) || fs::equivalent(then, pretrained, missing);
}

bool same_setting(const std::string& key, const Json& then, const RunConfig& now) {
  const Json& value = now.settings.at(key);
  if (key == "pretrained" && then.is_string())
    return same_model(then.get<std::string>(), value.get<std::string>(), now.pretrained);
  return then == value;
}

/// A run that failed before its first checkpoint holds nothing that other settings would spoil.
bool has_run(const fs::path& folder) {
  return fs::exists(folder / summary_file) || latest_clip_checkpoint(folder).folder.has_value();
}

}  // namespace

void check_run_folder(const fs::path& folder) {
  const fs::path config = folder / config_file;
  if (fs::exists(config) ? !is_ours(config) : holds_other_files(folder, comes_before_config))
    fail("{} holds other files and no config.json of '{}'; choose a new or empty folder", folder.string(), command);
}

RunConfig run_config(const TrainSettings& settings, const TrainData& data) {
  Json json = settings_json(settings);
  json["pretrained"] = known_as(settings.pretrained);
  json["data"] = fmt::format("{:016x}", data.pairs->fingerprint());
  json["vocabulary"] = fmt::format("{:016x}", data.tokenizer.fingerprint());
  json["teacher"] =
      data.teacher ? fmt::format("{} {:016x}", data.teacher->source, data.teacher->rows_fingerprint()) : "";
  return {settings.version, std::move(json), settings.pretrained};
}

void check_same_run(const fs::path& folder, const RunConfig& now) {
  check_run_folder(folder);
  const fs::path file = folder / config_file;
  if (!fs::exists(file) || !has_run(folder)) return;
  const Json config = data::read_json(file), then = config.value("settings", Json::object());
  for (const auto& [key, value] : now.settings.items()) {
    if (then.contains(key) && same_setting(key, then.at(key), now)) continue;
    if (key == "data" && !config.contains("version"))
      fail(
          "{} holds a run of an earlier version, which told data apart by their captions alone; delete it or choose "
          "another folder",
          folder.string());
    fail("{} holds a run with another {}: {}, now {}. Go on with the same settings or choose another folder",
         folder.string(), key, then.contains(key) ? then.at(key).dump() : "none", value.dump());
  }
}

std::optional<TrainResult> finished_run(const fs::path& folder) {
  const fs::path file = folder / summary_file;
  if (!fs::exists(file) || !fs::exists(folder / "model")) return std::nullopt;
  const Json json = data::read_json(file);
  const data::Fields fields(json, file.string());
  return TrainResult{.steps = fields.whole("steps"),
                     .episodes = fields.whole("episodes"),
                     .seconds = fields.number("seconds"),
                     .bad_pictures = fields.whole("bad_pictures")};
}

void begin_run(const fs::path& folder, const RunConfig& config) {
  const Json json{{"command", command}, {"version", config.version}, {"settings", config.settings}};
  write_file_atomic(folder / config_file, json.dump(2) + "\n");
}

}  // namespace counterpoint::protoclip
