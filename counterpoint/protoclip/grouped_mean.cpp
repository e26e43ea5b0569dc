#include "counterpoint/protoclip/grouped_mean.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/torch/at_parallel.h"

namespace counterpoint::protoclip {
namespace {

/// The groups [first, last) of one thread: it looks at all labels, and adds the rows that are its own. A table of its
/// groups' sums stays in its cache while the rows stream by.
void add_rows(const float* rows, const std::int64_t* labels, std::int64_t n, std::int64_t d, std::int64_t first,
              std::int64_t last, float* sums, std::int64_t* counts) {
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t label = labels[i];
    if (label < first || label >= last) continue;
    const float* row = rows + i * d;
    float* sum = sums + label * d;
    for (std::int64_t j = 0; j < d; ++j) sum[j] += row[j];
    ++counts[label];
  }
}

void add_on_cpu(const torch::Tensor& x, const torch::Tensor& labels, GroupedMean& into) {
  const std::int64_t k = into.counts.size(0);
  const std::int64_t share = (k + at::get_num_threads() - 1) / at::get_num_threads();
  const float* rows = x.const_data_ptr<float>();
  const auto* label = labels.const_data_ptr<std::int64_t>();
  auto* sums = into.means.mutable_data_ptr<float>();
  auto* counts = into.counts.mutable_data_ptr<std::int64_t>();
  at::parallel_for(0, k, share, [&](std::int64_t first, std::int64_t last) {
    add_rows(rows, label, x.size(0), x.size(1), first, last, sums, counts);
  });
}

void check(const torch::Tensor& x, const torch::Tensor& labels, std::int64_t k) {
  if (x.dim() != 2 || labels.dim() != 1 || x.size(0) != labels.size(0))
    fail("grouped means: {} rows of features and {} labels; one label a row was expected", x.size(0), labels.numel());
  if (labels.numel() == 0) return;
  const auto [low, high] = torch::aminmax(labels);
  if (low.item<std::int64_t>() < 0 || high.item<std::int64_t>() >= k)
    fail("grouped means: labels from {} to {} were given; 0 to {} was expected", low.item<std::int64_t>(),
         high.item<std::int64_t>(), k - 1);
}

}  // namespace

GroupedMean grouped_mean(const torch::Tensor& x, const torch::Tensor& labels, std::int64_t k) {
  check(x, labels, k);
  const torch::NoGradGuard no_grad;
  const torch::Tensor rows = x.detach().to(torch::kFloat32).contiguous();
  const torch::Tensor group = labels.to(torch::kInt64).contiguous();
  GroupedMean result{torch::zeros({k, rows.size(1)}, rows.options()), torch::zeros({k}, group.options())};
  if (rows.is_cpu()) {
    add_on_cpu(rows, group, result);
  } else {
    result.means.index_add_(0, group, rows);
    result.counts.index_add_(0, group, torch::ones_like(group));
  }
  result.means.div_(result.counts.clamp_min(1).unsqueeze(1));
  return result;
}

}  // namespace counterpoint::protoclip
