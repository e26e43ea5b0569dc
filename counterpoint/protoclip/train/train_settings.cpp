#include "counterpoint/protoclip/train/train_settings.h"

#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image_text/worker_threads.h"
#include "counterpoint/nn/torch/device.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/train/run_rates.h"

namespace counterpoint::protoclip {
namespace {

void one_of(const std::string& value, const char* option, const std::vector<std::string>& known) {
  for (const std::string& name : known)
    if (value == name) return;
  fail("{}: '{}'{}", option, value, suggestion(value, known));
}

void check_finite(const char* key, const std::optional<double>& value) {
  if (value && !std::isfinite(*value)) fail("{} is {}; a finite number was expected", key, *value);
}

/// NaN passes every comparison.
void check_numbers(const TrainSettings& s) {
  visit_settings(s, [](const char* key, const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, double> || std::is_same_v<Value, std::optional<double>>)
      check_finite(key, value);
  });
  for (const double beta : {s.beta1, s.beta2.value_or(0)})
    if (beta < 0 || beta >= 1) fail("--beta1 and --beta2 are shares below 1; {} was given", beta);
}

void at_least_one(const char* option, std::int64_t value) {
  if (value < 1) fail("{} {}: 1 or more was expected", option, value);
}

void check_clusters(const TrainSettings& s, std::int64_t episode, bool has_teacher) {
  if (s.weights.teacher > 0 && !has_teacher)
    fail("--w-ext {} needs an --external-teacher (tfidf, or a file of 'protoclip teacher')", s.weights.teacher);
  if (has_teacher && s.weights.teacher <= 0) fail("an --external-teacher is named, but --w-ext 0 leaves it out");
  if (has_teacher && !s.prototypes.back_translation)
    fail("an --external-teacher needs back translation: its space has another dimension than the features");
  if (s.prototypes.k < 0)
    fail("--k {}: a number of clusters was expected, or 0 for a tenth of the episode", s.prototypes.k);
  if (s.clusters()) {
    at_least_one("--kmeans-iterations", s.prototypes.iterations);
    at_least_one("--kmeans-redos", s.prototypes.redos);
    at_least_one("--projection-dim", s.projection_dim);
    at_least_one("--projection-hidden-dim", s.projection_hidden);
  }
  if (s.prototypes.k > episode) fail("--k {} clusters cannot be made of {} samples", s.prototypes.k, episode);
  if (s.weights.clip <= 0 && (s.infonce_warmup > 0 || s.lit_start >= 0))
    fail("--w-clip 0 leaves no loss for the warm-up and the tail; set --infonce-warmup 0 and no --lit-start");
  if (s.infonce_warmup >= s.episodes && s.clusters())
    fail("--infonce-warmup {} leaves none of the {} episodes for the prototypes", s.infonce_warmup, s.episodes);
}

}  // namespace

nn::ClipConfig model_of(const TrainSettings& settings) {
  return settings.pretrained.empty() ? nn::clip_config_of(settings.model) : model_config(settings.pretrained);
}

nn::AdamWSettings adamw_of(const TrainSettings& settings, const nn::ClipConfig& model) {
  const bool resnet = model.vision.is_resnet();
  return {.beta1 = settings.beta1,
          .beta2 = settings.beta2.value_or(resnet ? 0.999 : 0.98),
          .epsilon = settings.epsilon.value_or(resnet ? 1e-8 : 1e-6),
          .weight_decay = settings.weight_decay};
}

data::Json settings_json(const TrainSettings& settings) {
  const nn::AdamWSettings adamw = adamw_of(settings, model_of(settings));
  TrainSettings settled = settings;
  settled.beta2 = adamw.beta2;
  settled.epsilon = adamw.epsilon;
  data::Json json{{"seed", settled.seed}};
  visit_settings(settled, [&](const char* key, const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::filesystem::path>)
      json[key] = value.string();
    else if constexpr (std::is_same_v<Value, std::optional<double>>)
      json[key] = value.value();
    else
      json[key] = value;
  });
  return json;
}

void check_settings(const TrainSettings& s, std::int64_t samples, bool has_teacher) {
  check_numbers(s);
  one_of(s.precision, "--precision", {"fp32", "amp_bf16"});
  one_of(s.episode_features, "--episode-features", {"forward", "reuse"});
  one_of(s.prototypes.start, "--kmeans-start", kmeans_starts());
  one_of(s.teacher_rows, "--teacher-rows", {"caption", "picture"});
  nn::torch_device(s.device);
  image_text::check_workers(s.workers);
  at_least_one("--logging-steps", s.logging_steps);
  if (s.episodes < 1) fail("--epochs {}: at least one episode was expected", s.episodes);
  const std::int64_t episode = s.episode_size > 0 ? s.episode_size : samples;
  if (episode > samples && !s.with_replacement)
    fail("--episode-size {}: there are only {} samples (or draw with replacement)", episode, samples);
  if (s.lit_start >= s.episodes || (s.lit_start >= 0 && s.lit_start <= s.infonce_warmup))
    fail("--lit-start {} is not between the warm-up ({} episodes) and the end ({})", s.lit_start, s.infonce_warmup,
         s.episodes);
  if (s.batch < 2) fail("--batch-size {}: a pair needs others to be told from", s.batch);
  if (s.batch > episode)
    fail("--batch-size {} is more than the {} samples of an episode: nothing would be trained", s.batch, episode);
  if (s.micro_batch < 0 || s.micro_batch > s.batch)
    fail("--micro-batch-size {} is not within the batch", s.micro_batch);
  if (s.weights.clip < 0 || s.weights.prototype < 0 || s.weights.teacher < 0) fail("a loss weight is below 0");
  if (s.weights.clip + s.weights.prototype + s.weights.teacher <= 0) fail("all loss weights are 0");
  check_clusters(s, episode, has_teacher);
  model_of(s);
  RunRates(s, samples);  // its constructor looks at rate and warm-up
}

}  // namespace counterpoint::protoclip
