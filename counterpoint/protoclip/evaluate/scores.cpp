#include "counterpoint/protoclip/evaluate/scores.h"

#include <limits>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {

torch::Tensor places_of(const torch::Tensor& scores, const torch::Tensor& own) {
  const torch::Tensor column = own.unsqueeze(1), score = scores.gather(1, column);
  const torch::Tensor earlier = torch::arange(scores.size(1), torch::kInt64).unsqueeze(0) < column;
  return ((scores > score) | ((scores == score) & earlier)).sum(1);
}

torch::Tensor top_hits(const torch::Tensor& scores, const torch::Tensor& classes, std::int64_t k) {
  return (places_of(scores, classes.clamp_min(0)) < k) & (classes >= 0);
}

double average_precision(const torch::Tensor& scores, const torch::Tensor& truth) {
  COUNTERPOINT_ASSERT(scores.numel() == truth.numel());
  const auto [sorted, order] = scores.to(torch::kFloat64).sort(/*dim=*/0, /*descending=*/true);
  const torch::Tensor found = truth.to(torch::kFloat64).index_select(0, order).cumsum(0);
  const auto score = sorted.accessor<double, 1>(), hits = found.accessor<double, 1>();
  const std::int64_t n = score.size(0);
  double area = 0, before = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (i + 1 < n && score[i + 1] == score[i]) continue;
    area += (hits[i] - before) * hits[i] / static_cast<double>(i + 1);
    before = hits[i];
  }
  return before > 0 ? area / before : std::numeric_limits<double>::quiet_NaN();
}

double mean_average_precision(const torch::Tensor& scores, const torch::Tensor& truth) {
  double sum = 0;
  std::int64_t classes = 0;
  for (std::int64_t c = 0; c < truth.size(1); ++c) {
    if (!truth.select(1, c).any().item<bool>()) continue;
    sum += average_precision(scores.select(1, c), truth.select(1, c));
    ++classes;
  }
  return classes > 0 ? sum / static_cast<double>(classes) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace counterpoint::protoclip
