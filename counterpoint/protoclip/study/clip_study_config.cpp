#include "counterpoint/protoclip/study/clip_study_config.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/data/seeds.h"
#include "counterpoint/data/toml.h"
#include "counterpoint/protoclip/evaluate/zero_shot.h"

namespace counterpoint::protoclip {
namespace {

data::KeyTable set_keys(image_text::DataOptions& data) {
  data::KeyTable keys;
  keys.bind("data", data.data)
      .bind("type", data.type)
      .bind("csv_img_key", data.csv_image_key)
      .bind("csv_caption_key", data.csv_caption_key)
      .bind("csv_label_key", data.csv_label_key)
      .bind("csv_separator", data.csv_separator)
      .bind("synthetic_size", data.synthetic_size);
  return keys;
}

/// Each [arms.NAME] starts from [train]. A teacher that is named counts, as in `protoclip train`.
std::vector<StudyArm> read_arms(const data::Json& arms, const StudyArm& common, bool has_weight,
                                const std::string& where) {
  std::vector<StudyArm> out;
  for (const auto& [name, keys] : arms.items()) {
    StudyArm arm = common;
    arm.name = name;
    train_keys(arm.train, arm.teacher).read(keys, where + ": arms." + name);
    if (!arm.teacher.empty() && !has_weight && !keys.contains("w_ext")) arm.train.weights.teacher = 1;
    out.push_back(std::move(arm));
  }
  if (out.empty()) fail("{}: no arm; [arms.NAME] tables say what is compared", where);
  return out;
}

/// eval_frequency and one key an evaluation, as `protoclip train` has options.
data::KeyTable evaluate_keys(ClipStudyConfig& config) {
  data::KeyTable keys;
  keys.bind("run", config.evaluations)
      .bind("keywords", config.keywords)
      .bind("templates", config.templates)
      .bind("eval_frequency", config.frequencies.all);
  for (const std::string& name : evaluation_names()) keys.bind(name + "_frequency", config.frequencies.each[name]);
  return keys;
}

void check_frequencies(const EvaluationFrequencies& frequencies, const std::string& where) {
  const auto check = [&](const std::string& name, std::int64_t frequency) {
    if (frequency < 0) fail("{}: evaluate.{}_frequency is {}, 0 or more was expected", where, name, frequency);
  };
  check("eval", frequencies.all);
  for (const auto& [name, frequency] : frequencies.each) check(name, frequency.value_or(0));
}

void check_base(const ClipStudyConfig& config, const std::string& where) {
  std::vector<std::string> names;
  for (const StudyArm& arm : config.arms) names.push_back(arm.name);
  if (std::find(names.begin(), names.end(), config.base) == names.end())
    fail("{}: base '{}' is no arm{}", where, config.base, suggestion(config.base, names));
}

}  // namespace

data::KeyTable train_keys(TrainSettings& settings, std::string& teacher) {
  data::KeyTable keys;
  visit_settings(settings, [&](const char* key, auto& value) { keys.bind(key, value); });
  keys.bind("device", settings.device)
      .bind("workers", settings.workers)
      .bind("cache", settings.cache)
      .bind("max_bad_fraction", settings.max_bad_fraction)
      .bind("external_teacher", teacher);
  return keys;
}

ClipStudyConfig load_clip_study(const std::filesystem::path& file) {
  ClipStudyConfig config;
  StudyArm common;
  data::Json json = data::read_toml(file);
  const data::Json arms = json.value("arms", data::Json::object());
  json.erase("arms");
  data::KeyTable text;
  text.bind("vocabulary", config.vocabulary).bind("size", config.vocabulary_size);
  data::KeyTable root;
  root.bind("title", config.title)
      .bind("output_dir", config.output_dir)
      .bind("base", config.base)
      .bind("seeds", config.seeds)
      .bind("train_data", set_keys(config.train))
      .bind("test_data", set_keys(config.test))
      .bind("text", text)
      .bind("evaluate", evaluate_keys(config))
      .bind("train", train_keys(common.train, common.teacher));
  root.read(json, file.string());
  if (config.output_dir.empty()) fail("{}: 'output_dir' is missing", file.string());
  data::check_seeds(config.seeds, file.string());
  for (const std::string& line : config.templates) check_template(line, file.string());
  check_frequencies(config.frequencies, file.string());
  const bool has_weight = json.contains("train") && json["train"].contains("w_ext");
  config.arms = read_arms(arms, common, has_weight, file.string());
  if (config.base.empty()) config.base = config.arms.front().name;
  check_base(config, file.string());
  return config;
}

}  // namespace counterpoint::protoclip
