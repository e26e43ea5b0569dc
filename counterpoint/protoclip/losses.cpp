#include "counterpoint/protoclip/losses.h"

#include <cmath>
#include <limits>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {

torch::Tensor scale_of(const torch::Tensor& log_scale) { return log_scale.exp(); }

void clamp_log_scale_(torch::Tensor log_scale) {
  const torch::NoGradGuard no_grad;
  log_scale.clamp_(0, std::log(100.0));
}

double initial_log_scale() { return std::log(1 / 0.07); }

torch::Tensor unit_rows(const torch::Tensor& x) { return torch::nn::functional::normalize(x); }

torch::Tensor clip_loss(const torch::Tensor& z_image, const torch::Tensor& z_text, const torch::Tensor& log_scale) {
  const torch::Tensor logits = scale_of(log_scale) * z_image.mm(z_text.t());
  // -log p of the own partner, in rows (image to text) and in columns (text to image).
  return -0.5 * (logits.log_softmax(1).diagonal().mean() + logits.log_softmax(0).diagonal().mean());
}

torch::Tensor side_loss(const torch::Tensor& h, const PrototypeSide& side, const torch::Tensor& labels,
                        const torch::Tensor& log_scale) {
  const torch::Tensor absent = side.present.logical_not();
  const torch::Tensor logits = scale_of(log_scale) * h.mm(side.students.to(h.scalar_type()).t());
  const torch::Tensor log_p = logits.masked_fill(absent, -std::numeric_limits<double>::infinity()).log_softmax(1);
  if (side.temperature <= 0) return -log_p.gather(1, labels.unsqueeze(1)).mean();
  const torch::Tensor targets = target_rows(side, labels).to(h.scalar_type());
  return -(targets * log_p.masked_fill(absent, 0)).sum(1).mean();  // 0 * -inf would be NaN
}

BatchFeatures joined(const std::vector<BatchFeatures>& parts) {
  const auto rows_of = [&](torch::Tensor BatchFeatures::*member) {
    std::vector<torch::Tensor> rows;
    for (const BatchFeatures& part : parts)
      if ((part.*member).defined()) rows.push_back(part.*member);
    return rows.empty() ? torch::Tensor() : torch::cat(rows);
  };
  return {rows_of(&BatchFeatures::z_image), rows_of(&BatchFeatures::z_text), rows_of(&BatchFeatures::h_image),
          rows_of(&BatchFeatures::h_text), rows_of(&BatchFeatures::positions)};
}

torch::Tensor detached(const torch::Tensor& tensor) { return tensor.defined() ? tensor.detach() : tensor; }

BatchFeatures detached(const BatchFeatures& f) {
  return {detached(f.z_image), detached(f.z_text), detached(f.h_image), detached(f.h_text), f.positions};
}

namespace {

torch::Tensor both(const BatchFeatures& batch, const PrototypeSide& image, const PrototypeSide& text,
                   const torch::Tensor& log_scale) {
  const torch::Tensor image_labels = image.labels.index_select(0, batch.positions);
  const torch::Tensor text_labels = text.labels.index_select(0, batch.positions);
  return 0.5 * (side_loss(batch.h_image, image, image_labels, log_scale) +
                side_loss(batch.h_text, text, text_labels, log_scale));
}

}  // namespace

torch::Tensor prototype_loss(const BatchFeatures& batch, const Prototypes& prototypes, const torch::Tensor& log_scale) {
  COUNTERPOINT_ASSERT(prototypes.image && prototypes.text);
  return both(batch, *prototypes.image, *prototypes.text, log_scale);
}

torch::Tensor teacher_loss(const BatchFeatures& batch, const Prototypes& prototypes, const torch::Tensor& log_scale) {
  COUNTERPOINT_ASSERT(prototypes.teacher_image && prototypes.teacher_text);
  return both(batch, *prototypes.teacher_image, *prototypes.teacher_text, log_scale);
}

std::vector<train::Metric> LossTerms::metrics() const {
  std::vector<train::Metric> out{{"loss", total.item<double>()}};
  if (clip.defined()) out.push_back({"loss/clip", clip.item<double>()});
  if (prototype.defined()) out.push_back({"loss/prototype", prototype.item<double>()});
  if (teacher.defined()) out.push_back({"loss/teacher", teacher.item<double>()});
  return out;
}

LossTerms total_loss(const BatchFeatures& batch, const Prototypes* prototypes, const LogScales& scales,
                     const LossWeights& weights) {
  LossTerms terms;
  const auto add = [&](double weight, const torch::Tensor& term) {
    terms.total = terms.total.defined() ? terms.total + weight * term : weight * term;
    return term;
  };
  if (weights.clip > 0) terms.clip = add(weights.clip, clip_loss(batch.z_image, batch.z_text, scales.clip));
  if (prototypes && weights.prototype > 0)
    terms.prototype = add(weights.prototype, prototype_loss(batch, *prototypes, scales.prototype));
  if (prototypes && prototypes->teacher_clusters && weights.teacher > 0)
    terms.teacher = add(weights.teacher, teacher_loss(batch, *prototypes, scales.prototype));
  if (!terms.total.defined()) fail("loss: no term is left at this step; give one of the weights a number above 0");
  return terms;
}

}  // namespace counterpoint::protoclip
