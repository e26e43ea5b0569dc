#include "counterpoint/protoclip/kmeans_start.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "counterpoint/protoclip/nearest.h"

namespace counterpoint::protoclip {
namespace {

torch::Tensor rows_of(const torch::Tensor& x, const std::vector<std::int64_t>& rows) {
  return x.index_select(0, torch::tensor(rows, torch::kInt64).to(x.device()));
}

/// Squared distances to the nearest chosen row, and draws in proportion to them.
class DistanceDraw {
 public:
  DistanceDraw(const torch::Tensor& x, const torch::Tensor& norms)
      : x_(x), norms_(norms), distances_(torch::full_like(norms, std::numeric_limits<float>::infinity())) {}

  void add(const std::vector<std::int64_t>& rows) {
    const Nearest nearest = nearest_centroids(x_, rows_of(x_, rows));
    distances_ = torch::minimum(distances_, (norms_ + 2 * nearest.score).clamp_min_(0));
    const auto chosen = torch::tensor(rows, torch::kInt64).to(x_.device());
    distances_.index_fill_(0, chosen, 0);  // not left to rounding: a chosen row is never drawn again
    on_cpu_ = distances_.cpu();
    const float* distance = on_cpu_.const_data_ptr<float>();
    sums_.resize(static_cast<size_t>(x_.size(0)));
    double sum = 0;
    for (size_t i = 0; i < sums_.size(); ++i) sums_[i] = sum += static_cast<double>(distance[i]);
  }

  bool exhausted() const { return !(sums_.back() > 0); }
  double distance(std::int64_t row) const { return static_cast<double>(on_cpu_.const_data_ptr<float>()[row]); }

  std::int64_t draw(RandomStream& random) const {
    const double at = random.uniform() * sums_.back();
    return std::upper_bound(sums_.begin(), sums_.end(), at) - sums_.begin();
  }

 private:
  torch::Tensor x_, norms_, distances_, on_cpu_;
  std::vector<double> sums_;  // running sums of the distances
};

/// The candidates that rejection leaves.
std::vector<std::int64_t> accept(const torch::Tensor& x, const DistanceDraw& draw,
                                 const std::vector<std::int64_t>& candidates, size_t wanted, RandomStream& random) {
  const torch::Tensor rows = rows_of(x, candidates).to(torch::kFloat64).cpu();
  const torch::Tensor apart = torch::cdist(rows, rows).square_();
  const auto between = apart.accessor<double, 2>();
  std::vector<std::int64_t> accepted, places;
  for (std::int64_t i = 0; i < rows.size(0) && accepted.size() < wanted; ++i) {
    const std::int64_t row = candidates[static_cast<size_t>(i)];
    double left = draw.distance(row);
    for (const std::int64_t other : places)
      left = candidates[static_cast<size_t>(other)] == row ? 0 : std::min(left, between[i][other]);
    if (!(random.uniform() * draw.distance(row) < left)) continue;
    accepted.push_back(row);
    places.push_back(i);
  }
  return accepted;
}

/// Fewer different rows than k: any rows that are not chosen yet, so that there are k.
void fill_up(std::vector<std::int64_t>& chosen, std::int64_t n, size_t k) {
  std::vector<bool> used(static_cast<size_t>(n));
  for (const std::int64_t row : chosen) used[static_cast<size_t>(row)] = true;
  for (std::int64_t row = 0; row < n && chosen.size() < k; ++row)
    if (!used[static_cast<size_t>(row)]) chosen.push_back(row);
}

}  // namespace

torch::Tensor random_start(const torch::Tensor& x, std::int64_t k, RandomStream& random) {
  std::vector<std::int64_t> rows(static_cast<size_t>(x.size(0)));
  std::iota(rows.begin(), rows.end(), 0);
  for (size_t i = 0; i < static_cast<size_t>(k); ++i) std::swap(rows[i], rows[i + random.below(rows.size() - i)]);
  rows.resize(static_cast<size_t>(k));
  return rows_of(x, rows);
}

torch::Tensor plus_plus_start(const torch::Tensor& x, const torch::Tensor& norms, std::int64_t k,
                              RandomStream& random) {
  const auto wanted = static_cast<size_t>(k);
  std::vector<std::int64_t> chosen{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(x.size(0))))};
  DistanceDraw draw(x, norms);
  draw.add(chosen);
  while (chosen.size() < wanted && !draw.exhausted()) {
    const size_t batch = std::clamp<size_t>(chosen.size() / 2, 1, 256);
    std::vector<std::int64_t> candidates(batch);
    for (std::int64_t& candidate : candidates) candidate = draw.draw(random);
    const auto accepted = accept(x, draw, candidates, wanted - chosen.size(), random);
    if (accepted.empty()) continue;
    chosen.insert(chosen.end(), accepted.begin(), accepted.end());
    draw.add(accepted);
  }
  fill_up(chosen, x.size(0), wanted);
  return rows_of(x, chosen);
}

}  // namespace counterpoint::protoclip
