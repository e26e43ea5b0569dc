#include "counterpoint/protoclip/study/clip_study_config.h"

#include "counterpoint/core/error.h"
#include "counterpoint/data/toml.h"

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

/// Each [arms.NAME] starts from [train].
std::vector<StudyArm> read_arms(const data::Json& arms, const StudyArm& common, const std::string& where) {
  std::vector<StudyArm> out;
  for (const auto& [name, keys] : arms.items()) {
    StudyArm arm = common;
    arm.name = name;
    train_keys(arm.train, arm.teacher).read(keys, where + ": arms." + name);
    out.push_back(std::move(arm));
  }
  if (out.empty()) fail("{}: no arm; [arms.NAME] tables say what is compared", where);
  return out;
}

}  // namespace

data::KeyTable train_keys(TrainSettings& s, std::string& teacher) {
  data::KeyTable keys;
  keys.bind("model", s.model)
      .bind("pretrained", s.pretrained)
      .bind("epochs", s.episodes)
      .bind("episode_size", s.episode_size)
      .bind("with_replacement", s.with_replacement)
      .bind("batch_size", s.batch)
      .bind("micro_batch_size", s.micro_batch)
      .bind("lr", s.learning_rate)
      .bind("beta1", s.beta1)
      .bind("beta2", s.beta2)
      .bind("eps", s.epsilon)
      .bind("wd", s.weight_decay)
      .bind("warmup", s.warmup)
      .bind("grad_clip_norm", s.grad_clip)
      .bind("precision", s.precision)
      .bind("augment", s.augment)
      .bind("workers", s.workers)
      .bind("cache", s.cache);
  keys.bind("w_clip", s.weights.clip)
      .bind("w_proto", s.weights.prototype)
      .bind("w_ext", s.weights.teacher)
      .bind("external_teacher", teacher)
      .bind("k", s.prototypes.k)
      .bind("kmeans_iterations", s.prototypes.iterations)
      .bind("kmeans_redos", s.prototypes.redos)
      .bind("kmeans_start", s.prototypes.start)
      .bind("target_temperature", s.prototypes.target_temperature)
      .bind("teacher_temperature", s.prototypes.teacher_temperature)
      .bind("back_translation", s.prototypes.back_translation)
      .bind("normalise_prototypes", s.prototypes.normalise)
      .bind("warm_start_kmeans", s.warm_start)
      .bind("episode_features", s.episode_features)
      .bind("projection_dim", s.projection_dim)
      .bind("projection_hidden_dim", s.projection_hidden)
      .bind("infonce_warmup", s.infonce_warmup)
      .bind("lit_start", s.lit_start);
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
  data::KeyTable evaluate;
  evaluate.bind("run", config.evaluations).bind("keywords", config.keywords).bind("templates", config.templates);
  data::KeyTable root;
  root.bind("title", config.title)
      .bind("output_dir", config.output_dir)
      .bind("base", config.base)
      .bind("seeds", config.seeds)
      .bind("train_data", set_keys(config.train))
      .bind("test_data", set_keys(config.test))
      .bind("text", text)
      .bind("evaluate", evaluate)
      .bind("train", train_keys(common.train, common.teacher));
  root.read(json, file.string());
  if (config.output_dir.empty()) fail("{}: 'output_dir' is missing", file.string());
  config.arms = read_arms(arms, common, file.string());
  if (config.base.empty()) config.base = config.arms.front().name;
  return config;
}

}  // namespace counterpoint::protoclip
