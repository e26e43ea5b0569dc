#include "counterpoint/protoclip/cached_loss.h"

#include <array>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

using Field = torch::Tensor BatchFeatures::*;
constexpr std::array<Field, 4> kFeatures{&BatchFeatures::z_image, &BatchFeatures::z_text, &BatchFeatures::h_image,
                                         &BatchFeatures::h_text};

}  // namespace

CachedLoss::CachedLoss(const std::vector<BatchFeatures>& parts, const Prototypes* prototypes, const LogScales& scales,
                       const LossWeights& weights)
    : gradients_(parts.size()) {
  COUNTERPOINT_ASSERT(!parts.empty());
  BatchFeatures whole = detached(joined(parts));
  for (const Field field : kFeatures)
    if ((whole.*field).defined()) (whole.*field).requires_grad_();
  const LossTerms terms = total_loss(whole, prototypes, scales, weights);
  terms.total.backward();
  terms_ = {detached(terms.total), detached(terms.clip), detached(terms.prototype), detached(terms.teacher)};
  for (const Field field : kFeatures) {
    const torch::Tensor& gradient = (whole.*field).defined() ? (whole.*field).grad() : whole.*field;
    if (!gradient.defined()) continue;
    std::int64_t row = 0;
    for (size_t part = 0; part < parts.size(); ++part) {
      const std::int64_t count = (parts[part].*field).size(0);
      gradients_[part].*field = gradient.narrow(0, row, count);
      row += count;
    }
  }
}

torch::Tensor CachedLoss::feed(std::size_t part, const BatchFeatures& features) const {
  torch::Tensor sum;
  for (const Field field : kFeatures) {
    const torch::Tensor& gradient = gradients_.at(part).*field;
    if (!gradient.defined()) continue;
    const torch::Tensor term = (features.*field * gradient).sum();
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

}  // namespace counterpoint::protoclip
