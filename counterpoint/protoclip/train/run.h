// One run in the making: what run.cpp, episode_features.cpp and saving.cpp share.
#pragma once
#include "counterpoint/data/image_text/loader.h"
#include "counterpoint/protoclip/episodes.h"
#include "counterpoint/protoclip/feature_bank.h"
#include "counterpoint/protoclip/train/clip_checkpoint.h"
#include "counterpoint/protoclip/train/pass_rate.h"
#include "counterpoint/protoclip/train/run_rates.h"
#include "counterpoint/protoclip/train/trainer.h"
#include "counterpoint/train/metrics.h"

namespace counterpoint::protoclip {

class Run {
 public:
  Run(const std::filesystem::path& folder, const TrainSettings& settings, const TrainData& data,
      const TrainHooks& hooks, ProgressSink& progress);

  TrainResult go();

 private:
  // run.cpp; Interrupted goes through all of it up to train_all
  bool train_all();  ///< false: interrupted, and saved
  void keep_decoded();
  void train_episode();
  void stop_if_asked() const;
  void train_batch(const image_text::LoadedBatch& loaded);
  void log_step(const LossTerms& terms, double rate, std::int64_t pairs);
  void close_episode();
  std::vector<train::Metric> evaluation(std::int64_t episode);
  void log_evaluation(const std::vector<train::Metric>& metrics);
  bool save_due() const;
  bool clusters_now() const;
  std::int64_t main_episodes() const { return settings_.lit_start >= 0 ? settings_.lit_start : settings_.episodes; }
  bool in_tail() const { return episode_ >= main_episodes(); }
  image_text::LoaderSettings loader_settings() const;
  BatchInput input_of(const image_text::LoadedBatch& loaded, const std::vector<std::int64_t>& batch) const;
  image_text::Visit visit_of(std::int64_t position) const;
  std::vector<std::vector<image_text::Visit>> visits(const std::vector<std::vector<std::int64_t>>& batches) const;

  // episode_features.cpp
  /// h of an episode's positions, on the CPU.
  struct EpisodeFeatures {
    torch::Tensor image, text;  ///< [M, d_h]
    torch::Tensor seen;         ///< [M] bool: whether the picture could be read
  };
  void cluster();
  PrototypeSettings prototype_settings() const;
  Prototypes prototypes_of(const EpisodeFeatures& features, const torch::Tensor& kept) const;
  void warn_of_flat_targets(const PrototypeWatch& watch) const;
  EpisodeFeatures episode_features();
  EpisodeFeatures forward(const std::vector<std::int64_t>& positions);
  torch::Tensor teacher_rows() const;
  void write_gallery(const EpisodeFeatures& features, const torch::Tensor& kept) const;

  // saving.cpp
  void save();
  void resume();
  void forget() const;
  void finish();
  data::Json map_points();
  void write_map(const char* when);

  const std::filesystem::path folder_;
  TrainSettings settings_;
  const TrainData& data_;
  const TrainHooks& hooks_;
  ProgressSink& progress_;
  std::shared_ptr<const image_text::PairSet> pairs_;
  image_text::BadPictures bad_;
  EpisodePlan plan_;
  RunRates rates_;
  Learner learner_;
  std::optional<FeatureBank> bank_;
  std::optional<Prototypes> prototypes_;
  std::optional<train::MetricLog> log_;

  std::int64_t episode_ = 0, batch_ = 0, step_ = 0;  ///< the next batch of the running episode; steps done
  std::int64_t saved_step_ = 0;                      ///< of the newest checkpoint
  std::vector<std::int64_t> samples_;                ///< of the running episode
  std::vector<std::vector<std::int64_t>> batches_;   ///< of the running episode, as positions
  double seconds_ = 0;
  PassRate rate_;
};

}  // namespace counterpoint::protoclip
