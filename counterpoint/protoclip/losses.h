// ProtoCLIP's loss terms (equations of section 2.1 of the paper's method) as functions of tensors.
#pragma once
#include <torch/torch.h>

#include <vector>

#include "counterpoint/protoclip/prototypes.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::protoclip {

/// exp of a learned log scale (a scalar parameter, ln(1/0.07) at the start).
torch::Tensor scale_of(const torch::Tensor& log_scale);
/// Puts the parameter back into [0, ln 100], without a gradient: call it after each optimizer step. (Clamping inside
/// the loss would stop the gradient of a scale that has left the range, which then never returns.)
void clamp_log_scale_(torch::Tensor log_scale);
/// The start of both scales: ln(1/0.07).
double initial_log_scale();

/// Each row to length 1.
torch::Tensor unit_rows(const torch::Tensor& x);

/// L_CLIP = 1/2 [CE(s Z_I Z_T', diag) + CE(s Z_T Z_I', diag)] of unit rows z_image, z_text [B, d].
torch::Tensor clip_loss(const torch::Tensor& z_image, const torch::Tensor& z_text, const torch::Tensor& log_scale);

/// -mean_i sum_k y_{label_i, k} log softmax_k(s C h_i) over the present prototypes: one direction, for unit rows
/// h [B, d_h] and the teaching clusters labels [B].
torch::Tensor side_loss(const torch::Tensor& h, const PrototypeSide& side, const torch::Tensor& labels,
                        const torch::Tensor& log_scale);

/// A micro-batch's or a batch's features: unit rows, `positions` within the episode.
struct BatchFeatures {
  torch::Tensor z_image, z_text;  ///< [B, d_z]
  torch::Tensor h_image, h_text;  ///< [B, d_h]; undefined where there are no heads
  torch::Tensor positions;        ///< [B] int64
};
/// The rows of micro-batches one after another; what is undefined in all of them stays so.
BatchFeatures joined(const std::vector<BatchFeatures>& parts);
/// Without a graph; what is undefined stays so.
torch::Tensor detached(const torch::Tensor& tensor);
BatchFeatures detached(const BatchFeatures& features);

/// L_Proto = 1/2 (L_img + L_txt).
torch::Tensor prototype_loss(const BatchFeatures& batch, const Prototypes& prototypes, const torch::Tensor& log_scale);
/// L_ext = 1/2 (both students against the teacher's clusters). Hard labels unless the sides have a temperature.
torch::Tensor teacher_loss(const BatchFeatures& batch, const Prototypes& prototypes, const torch::Tensor& log_scale);

struct LossWeights {
  double clip = 1, prototype = 1, teacher = 1;
};

struct LogScales {
  torch::Tensor clip, prototype;  ///< two learned scalars
};

struct LossTerms {
  torch::Tensor total;
  torch::Tensor clip, prototype, teacher;      ///< undefined: not a term of this step
  std::vector<train::Metric> metrics() const;  ///< "loss", "loss/clip", ..
};

/// w_clip L_CLIP + w_proto L_Proto + w_ext L_ext. A term of weight 0 is left out; without prototypes (warm-up, LiT
/// tail) only CLIP's is there.
LossTerms total_loss(const BatchFeatures& batch, const Prototypes* prototypes, const LogScales& scales,
                     const LossWeights& weights);

}  // namespace counterpoint::protoclip
