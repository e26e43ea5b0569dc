#include "counterpoint/protoclip/nearest.h"

#include <algorithm>
#include <limits>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/torch/at_parallel.h"

// The loop over a tile's products is compiled for each instruction set; the loader takes the widest that the CPU has.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define FOR_EACH_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_CPU
#endif

namespace counterpoint::protoclip {
namespace {

constexpr std::int64_t kLanes = 16;            // running minima a row: independent of each other, so they vectorise
constexpr std::int64_t kBlock = 256;           // columns after which the minima are compared with the best so far
constexpr std::int64_t kTileFloats = 1 << 17;  // products of one tile: 512 KB, half of a usual L2 cache

struct Best {
  float score = std::numeric_limits<float>::infinity();
  std::int64_t column = 0;
};

/// 16 floats anywhere in memory; one register where the CPU has such.
using Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(alignof(float)), may_alias)) = float;

const Lanes& lanes_at(const float* floats) { return *reinterpret_cast<const Lanes*>(floats); }

/// The smallest half[j] - dot[j] of a block of columns.
FOR_EACH_CPU float block_minimum(const float* half, const float* dot, std::int64_t columns) {
  Lanes lowest = Lanes{} + std::numeric_limits<float>::infinity();
  std::int64_t j = 0;
  for (; j + kLanes <= columns; j += kLanes) {
    const Lanes score = lanes_at(half + j) - lanes_at(dot + j);
    lowest = score < lowest ? score : lowest;
  }
  float minimum = lowest[0];
  for (std::int64_t lane = 1; lane < kLanes; ++lane) minimum = std::min(minimum, lowest[lane]);
  for (; j < columns; ++j) minimum = std::min(minimum, half[j] - dot[j]);
  return minimum;
}

/// The whole row; only blocks that beat the best so far remember where they stood.
Best best_of_row(const float* half, const float* dot, std::int64_t k) {
  Best best;
  std::int64_t block = 0;
  for (std::int64_t begin = 0; begin < k; begin += kBlock) {
    const float score = block_minimum(half + begin, dot + begin, std::min(kBlock, k - begin));
    if (!(score < best.score)) continue;
    best.score = score;
    block = begin;
  }
  const std::int64_t end = std::min(block + kBlock, k);
  for (best.column = block; best.column + 1 < end; ++best.column)
    if (half[best.column] - dot[best.column] == best.score) break;
  return best;
}

/// Tiles have the same borders for any number of threads, and so the same bits.
void on_cpu(const torch::Tensor& x, const torch::Tensor& centroids, const torch::Tensor& half_norms, Nearest& into) {
  const std::int64_t n = x.size(0), k = centroids.size(0);
  const std::int64_t rows = std::clamp<std::int64_t>(kTileFloats / k, 16, 512);
  const torch::Tensor turned = centroids.t();
  const float* half = half_norms.const_data_ptr<float>();
  auto* labels = into.labels.mutable_data_ptr<std::int64_t>();
  auto* score = into.score.mutable_data_ptr<float>();
  at::parallel_for(0, (n + rows - 1) / rows, 1, [&](std::int64_t first, std::int64_t last) {
    const torch::NoGradGuard no_grad;
    torch::Tensor products = torch::empty({rows, k}, x.options());
    for (std::int64_t row = first * rows; row < std::min(n, last * rows); row += rows) {
      const std::int64_t count = std::min(rows, n - row);
      torch::Tensor tile = products.narrow(0, 0, count);
      at::mm_out(tile, x.narrow(0, row, count), turned);
      const float* dot = tile.const_data_ptr<float>();
      for (std::int64_t i = 0; i < count; ++i) {
        const Best best = best_of_row(half, dot + i * k, k);
        labels[row + i] = best.column;
        score[row + i] = best.score;
      }
    }
  });
}

void on_device(const torch::Tensor& x, const torch::Tensor& centroids, const torch::Tensor& half_norms, Nearest& into) {
  const std::int64_t rows = std::clamp<std::int64_t>((1 << 26) / centroids.size(0), 256, 1 << 16);
  for (std::int64_t row = 0; row < x.size(0); row += rows) {
    const std::int64_t count = std::min(rows, x.size(0) - row);
    const auto [score, label] = (half_norms - x.narrow(0, row, count).mm(centroids.t())).min(1);
    into.score.narrow(0, row, count).copy_(score);
    into.labels.narrow(0, row, count).copy_(label);
  }
}

}  // namespace

torch::Tensor squared_norms(const torch::Tensor& x) { return at::linalg_vector_norm(x, 2, {1}).square_(); }

Nearest nearest_centroids(const torch::Tensor& x, const torch::Tensor& centroids) {
  COUNTERPOINT_ASSERT(x.is_contiguous() && centroids.is_contiguous() && x.size(1) == centroids.size(1));
  const torch::NoGradGuard no_grad;
  Nearest result{torch::empty({x.size(0)}, x.options().dtype(torch::kInt64)), torch::empty({x.size(0)}, x.options())};
  const torch::Tensor half_norms = squared_norms(centroids).mul_(0.5);
  if (x.is_cpu())
    on_cpu(x, centroids, half_norms, result);
  else
    on_device(x, centroids, half_norms, result);
  return result;
}

}  // namespace counterpoint::protoclip
