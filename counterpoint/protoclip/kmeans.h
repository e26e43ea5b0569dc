// K-means (Lloyd's algorithm) over all rows, for thousands of clusters.
//
// The distances to K centroids are never stored: a tile of rows is multiplied with all centroids, and each row keeps
// its smallest |c|^2/2 - x.c. No row is left out: there is no subsampling, whatever N/K is.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace counterpoint::protoclip {

/// k-means++ and random.
std::vector<std::string> kmeans_starts();

struct KMeansOptions {
  std::int64_t k = 0;
  std::int64_t iterations = 20;     ///< at most; a run that no longer moves a row ends sooner
  std::int64_t redos = 3;           ///< whole runs from other starts; the lowest objective is kept (faiss: nredo)
  std::string start = "k-means++";  ///< or "random": K different rows
  std::uint64_t seed = 0;
  torch::Tensor warm_start;  ///< [K, d]: the first run starts here; further redos as `start` says
};

struct KMeansResult {
  torch::Tensor centroids;         ///< [K, d] float32
  torch::Tensor labels;            ///< [N] int64: the nearest of `centroids`, of two equally near the first
  torch::Tensor sizes;             ///< [K] int64; 0 is possible where x has fewer than K different rows
  double objective = 0;            ///< sum of squared distances to the own centroid
  std::vector<double> objectives;  ///< of the kept run, before each update of the centroids
  std::int64_t reseeded = 0;       ///< empty clusters that were given a row, over the kept run
};

/// x [N, d] of any float type (computed in float32, on x's device). An empty cluster is given the row farthest from its
/// centroid, never the only row of a cluster, so that the objective falls. On the CPU the same bits for the same seed,
/// for any number of threads. Error: x that is not a matrix, N < K, K < 1, a row that is not finite (named), an unknown
/// start, a warm start of another shape.
KMeansResult kmeans(const torch::Tensor& x, const KMeansOptions& options);

}  // namespace counterpoint::protoclip
