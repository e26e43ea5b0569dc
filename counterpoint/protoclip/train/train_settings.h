// All that shapes a run of CLIP or ProtoCLIP. Names and, where nothing else is said, defaults are open_clip's and the
// released ProtoCLIP's (spec 2.2).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/clip/clip_config.h"
#include "counterpoint/nn/clip/fused_adamw.h"
#include "counterpoint/protoclip/losses.h"
#include "counterpoint/protoclip/prototypes.h"

namespace counterpoint::protoclip {

/// The paper's K, of episodes of 200,000: K-means costs K times the samples.
inline constexpr std::int64_t most_default_clusters = 20000;

struct TrainSettings {
  std::string model = "tiny-resnet";  ///< a name of nn::clip_model_names(), or a JSON file
  std::filesystem::path pretrained;   ///< open_clip folder whose weights the run starts from; "" = random
  std::uint64_t seed = 0;

  std::int64_t episodes = 32;     ///< an episode is one pass over its samples
  std::int64_t episode_size = 0;  ///< M; 0 = all samples
  bool with_replacement = false;  ///< the released draw of samples
  std::int64_t batch = 64;        ///< pairs of one optimizer step; all are each other's negatives
  std::int64_t micro_batch = 0;   ///< pairs computed at once; 0 = the batch
  double learning_rate = 5e-4, beta1 = 0.9, weight_decay = 0.5;
  std::optional<double> beta2, epsilon;  ///< nothing: what adamw_of says for the model
  std::int64_t warmup = -1;              ///< steps; -1 = a twentieth of the run
  double grad_clip = 10;                 ///< norm; 0 = off
  std::string precision = "fp32";        ///< or "amp_bf16": autocast of the towers and heads
  bool augment = true;                   ///< the paper's augmentations; false: random resized crop .9 to 1 only
  int workers = 2;                       ///< loader threads
  std::string device = "cpu";  ///< or "cuda", "cuda:N": towers, losses and clusters; features are kept on the CPU
  double max_bad_fraction = 0.01;
  std::string cache = "off";  ///< decoded pictures: "off", "memory", or a folder

  LossWeights weights{.teacher = 0};         ///< CLIP alone: prototype = teacher = 0
  PrototypeSettings prototypes{.k = 0};      ///< k = 0: a tenth of the episode, at most 20,000; its seed is filled in
  std::string teacher_rows = "caption";      ///< of the drawn caption, or "picture": the mean over its captions
  bool warm_start = false;                   ///< K-means starts from the last episode's centroids
  std::string episode_features = "forward";  ///< or "reuse": features recorded during training
  std::int64_t projection_dim = 128, projection_hidden = 2048;
  std::int64_t infonce_warmup = 1;  ///< episodes with CLIP's loss alone
  std::int64_t lit_start = -1;      ///< episode from which on the image tower stands still; -1 = none

  std::int64_t save_frequency = 1;  ///< checkpoint after so many episodes
  int keep = 1;                     ///< checkpoints that stay; 0 = all
  std::int64_t logging_steps = 10;
  std::string version;  ///< of the program, for config.json; a run may go on under another

  /// Whether prototypes or a teacher are in the loss: then there are heads.
  bool clusters() const { return weights.prototype > 0 || weights.teacher > 0; }
};

/// What shapes a run besides its seed, under the options' names: visit("lr", settings.learning_rate), ...
template <class Settings, class Visit>
void visit_settings(Settings& s, Visit&& visit) {
  visit("model", s.model);
  visit("pretrained", s.pretrained);
  visit("epochs", s.episodes);
  visit("episode_size", s.episode_size);
  visit("with_replacement", s.with_replacement);
  visit("batch_size", s.batch);
  visit("micro_batch_size", s.micro_batch);
  visit("lr", s.learning_rate);
  visit("beta1", s.beta1);
  visit("beta2", s.beta2);
  visit("eps", s.epsilon);
  visit("wd", s.weight_decay);
  visit("warmup", s.warmup);
  visit("grad_clip_norm", s.grad_clip);
  visit("precision", s.precision);
  visit("augment", s.augment);
  visit("w_clip", s.weights.clip);
  visit("w_proto", s.weights.prototype);
  visit("w_ext", s.weights.teacher);
  visit("k", s.prototypes.k);
  visit("kmeans_iterations", s.prototypes.iterations);
  visit("kmeans_redos", s.prototypes.redos);
  visit("kmeans_start", s.prototypes.start);
  visit("target_temperature", s.prototypes.target_temperature);
  visit("teacher_temperature", s.prototypes.teacher_temperature);
  visit("teacher_rows", s.teacher_rows);
  visit("back_translation", s.prototypes.back_translation);
  visit("normalise_prototypes", s.prototypes.normalise);
  visit("warm_start_kmeans", s.warm_start);
  visit("episode_features", s.episode_features);
  visit("projection_dim", s.projection_dim);
  visit("projection_hidden_dim", s.projection_hidden);
  visit("infonce_warmup", s.infonce_warmup);
  visit("lit_start", s.lit_start);
}

/// The model that a run trains. Error: none of that name, no such file or folder.
nn::ClipConfig model_of(const TrainSettings& settings);

/// AdamW with the settings' numbers. Where they leave beta2 and epsilon open: open_clip's, 0.999 and 1e-8 for ResNets,
/// 0.98 and 1e-6 for vision transformers.
nn::AdamWSettings adamw_of(const TrainSettings& settings, const nn::ClipConfig& model);

/// What a run must share with the one that it resumes, with what adamw_of says.
data::Json settings_json(const TrainSettings& settings);

/// Error: what cannot work with so many samples, each with its reason and the option to change; a model that is not
/// there.
void check_settings(const TrainSettings& settings, std::int64_t samples, bool has_teacher);

}  // namespace counterpoint::protoclip
