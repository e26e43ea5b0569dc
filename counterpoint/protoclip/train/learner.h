// What is trained: the towers, the heads, the scales, and their optimizer in groups.
#pragma once
#include <memory>
#include <optional>

#include "counterpoint/nn/clip/clip_model.h"
#include "counterpoint/nn/clip/fused_adamw.h"
#include "counterpoint/nn/clip/projection_head.h"
#include "counterpoint/protoclip/losses.h"
#include "counterpoint/protoclip/named_tensors.h"
#include "counterpoint/protoclip/train/batch_input.h"
#include "counterpoint/protoclip/train/train_settings.h"

namespace counterpoint::protoclip {

class Learner {
 public:
  /// Random or pretrained weights; heads only where the settings cluster. A model that starts at random gets a text
  /// tower of `vocabulary` tokens. Error: a pretrained one has fewer.
  Learner(const TrainSettings& settings, std::int64_t vocabulary);

  /// Where the weights are; what goes in may be elsewhere.
  torch::Device device() const { return device_; }

  /// Unit features of both modalities, on the device; h only where there are heads.
  BatchFeatures features(const BatchInput& input);

  /// One step of accumulation and AdamW on this batch. `prototypes` null: CLIP's loss alone.
  LossTerms step(const BatchInput& batch, const Prototypes* prototypes, double learning_rate);
  /// The unit features h of the last step [B, d_h], for the bank.
  const BatchFeatures& seen() const { return seen_; }

  /// The image tower and its head stand still from now on, their batch norms too (LiT).
  void lock_image();
  void train(bool on);

  nn::ClipModel& model() { return model_; }
  const nn::ClipConfig& config() const { return model_->config(); }
  const LogScales& scales() const { return scales_; }
  bool has_heads() const { return !image_head_.is_empty(); }

  /// All that a checkpoint needs besides the model: heads, the second scale, AdamW's state.
  NamedTensors state() const;
  void restore(const NamedTensors& state);

 private:
  struct Group {
    nn::FusedAdamW adamw;
    bool image = false;  ///< of the image tower or its head
    std::vector<torch::Tensor> parameters;
  };
  void add_groups();
  std::vector<torch::Tensor> parameters() const;
  BatchInput on_device(const BatchInput& input) const;
  LossTerms accumulate(const BatchInput& batch, const Prototypes* prototypes);
  void set_norm_momentum(double momentum);
  void clip();

  TrainSettings settings_;
  torch::Device device_;
  nn::ClipModel model_{nullptr};
  nn::ProjectionHead image_head_{nullptr}, text_head_{nullptr};
  LogScales scales_;
  std::vector<Group> groups_;
  bool image_locked_ = false;
  BatchFeatures seen_;
};

}  // namespace counterpoint::protoclip
