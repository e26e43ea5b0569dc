#include "counterpoint/protoclip/kmeans.h"

#include <algorithm>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/grouped_mean.h"
#include "counterpoint/protoclip/kmeans_start.h"
#include "counterpoint/protoclip/nearest.h"

namespace counterpoint::protoclip {
namespace {

struct Rows {
  torch::Tensor x;      // [N, d] float32, contiguous
  torch::Tensor norms;  // [N]
};

Rows checked_rows(const torch::Tensor& x) {
  if (x.dim() != 2 || x.size(1) == 0) fail("K-means: a matrix [N, d] was expected, {} dimensions were given", x.dim());
  Rows rows{x.detach().to(torch::kFloat32).contiguous(), {}};
  rows.norms = squared_norms(rows.x);
  const torch::Tensor bad = torch::isfinite(rows.norms).logical_not();
  if (bad.any().item<bool>())
    fail("K-means: row {} of {} holds a number that is not finite (or is too large to be squared)",
         bad.nonzero()[0][0].item<std::int64_t>(), x.size(0));
  return rows;
}

void check_options(const torch::Tensor& x, const KMeansOptions& options) {
  const std::vector<std::string> known = kmeans_starts();
  const std::int64_t n = x.size(0);
  if (options.k < 1) fail("K-means: k = {}; 1 or more was expected", options.k);
  if (n < options.k) fail("K-means: {} rows can't make k = {} clusters; lower k or give more rows", n, options.k);
  if (options.iterations < 1 || options.redos < 1)
    fail("K-means: {} iterations and {} redos; 1 or more of each was expected", options.iterations, options.redos);
  if (std::find(known.begin(), known.end(), options.start) == known.end())
    fail("K-means: unknown start '{}'{}", options.start, suggestion(options.start, known));
  const torch::Tensor& warm = options.warm_start;
  if (warm.defined() && (warm.dim() != 2 || warm.size(0) != options.k || warm.size(1) != x.size(1)))
    fail("K-means: the warm start must be [{}, {}]", options.k, x.size(1));
}

torch::Tensor start_of(const Rows& rows, const KMeansOptions& options, std::int64_t redo) {
  if (redo == 0 && options.warm_start.defined()) return checked_rows(options.warm_start).x.to(rows.x.device());
  RandomStream random(stream_seed(options.seed, {"kmeans", std::to_string(redo)}));
  return options.start == "random" ? random_start(rows.x, options.k, random)
                                   : plus_plus_start(rows.x, rows.norms, options.k, random);
}

struct Assignment {
  torch::Tensor labels;     // [N] int64: the nearest centroid of each row
  torch::Tensor distances;  // [N] float32, squared
};

Assignment assign(const Rows& rows, const torch::Tensor& centroids) {
  const Nearest nearest = nearest_centroids(rows.x, centroids);
  return {nearest.labels, nearest.score.mul(2).add_(rows.norms).clamp_min_(0)};
}

double total(const torch::Tensor& distances) { return distances.sum(torch::kFloat64).item<double>(); }

/// Gives each empty cluster the row that is farthest from its centroid. Returns how many were given one.
std::int64_t reseed(Assignment& now, std::int64_t k) {
  torch::Tensor sizes = torch::bincount(now.labels, {}, k).cpu();
  const torch::Tensor empty = (sizes == 0).nonzero().flatten();
  if (empty.numel() == 0) return 0;
  torch::Tensor labels = now.labels.cpu();
  const torch::Tensor distances = now.distances.cpu();
  auto* label = labels.mutable_data_ptr<std::int64_t>();
  auto* size = sizes.mutable_data_ptr<std::int64_t>();
  const auto* open = empty.const_data_ptr<std::int64_t>();
  const float* far = distances.const_data_ptr<float>();
  const torch::Tensor order = distances.argsort(/*stable=*/true, /*dim=*/0, /*descending=*/true);
  const auto* row = order.const_data_ptr<std::int64_t>();
  std::int64_t given = 0;
  for (std::int64_t i = 0; i < order.size(0) && given < empty.numel() && far[row[i]] > 0; ++i) {
    if (size[label[row[i]]] < 2) continue;
    --size[label[row[i]]];
    label[row[i]] = open[given++];
  }
  now.labels = labels.to(now.labels.device());
  return given;
}

torch::Tensor updated(const Rows& rows, const torch::Tensor& labels, const torch::Tensor& old) {
  const GroupedMean groups = grouped_mean(rows.x, labels, old.size(0));
  // A cluster that stays empty (there was no row to give) keeps its centroid.
  return torch::where((groups.counts > 0).unsqueeze(1), groups.means, old);
}

KMeansResult run(const Rows& rows, const KMeansOptions& options, std::int64_t redo) {
  KMeansResult result;
  result.centroids = start_of(rows, options, redo);
  Assignment now = assign(rows, result.centroids);
  for (std::int64_t iteration = 0; iteration < options.iterations; ++iteration) {
    result.objectives.push_back(total(now.distances));
    const std::int64_t given = reseed(now, options.k);
    result.reseeded += given;
    result.centroids = updated(rows, now.labels, result.centroids);
    Assignment next = assign(rows, result.centroids);
    const bool still = given == 0 && torch::equal(next.labels, now.labels);
    now = std::move(next);
    if (still) break;
  }
  result.labels = now.labels;
  result.sizes = torch::bincount(now.labels, {}, options.k);
  result.objective = total(now.distances);
  return result;
}

}  // namespace

KMeansResult kmeans(const torch::Tensor& x, const KMeansOptions& options) {
  const torch::NoGradGuard no_grad;
  const Rows rows = checked_rows(x);
  check_options(rows.x, options);
  KMeansResult best = run(rows, options, 0);
  for (std::int64_t redo = 1; redo < options.redos; ++redo) {
    KMeansResult next = run(rows, options, redo);
    if (next.objective < best.objective) best = std::move(next);
  }
  return best;
}

std::vector<std::string> kmeans_starts() { return {"k-means++", "random"}; }

}  // namespace counterpoint::protoclip
