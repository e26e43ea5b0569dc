#include "counterpoint/protoclip/evaluate/gap.h"

#include "counterpoint/core/error.h"
#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

/// Of unit rows: |sum|^2 holds every cosine once in each direction, and each row with itself.
double self_cosine(const Tensor& unit) {
  const auto n = static_cast<double>(unit.size(0));
  return (unit.sum(0).square().sum().item<double>() - unit.square().sum().item<double>()) / (n * (n - 1));
}

double deviation(const Tensor& unit) { return unit.std(0, /*unbiased=*/false).mean().item<double>(); }

}  // namespace

ModalityGap modality_gap(const Tensor& images, const Tensor& texts) {
  COUNTERPOINT_ASSERT(images.size(0) == texts.size(0) && images.size(0) >= 2);
  const Tensor i = unit_rows(images.to(torch::kFloat64));
  const Tensor t = unit_rows(texts.to(torch::kFloat64));
  return {.gap = (i.mean(0) - t.mean(0)).norm().item<double>(),
          .self_cosine_image = self_cosine(i),
          .self_cosine_text = self_cosine(t),
          .feature_std_image = deviation(i),
          .feature_std_text = deviation(t)};
}

}  // namespace counterpoint::protoclip
