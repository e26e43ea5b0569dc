// K-means on a file of features, and Prototypical Back Translation beside a loop over clusters. One JSON line each.
// usage: kmeans_bench FEATURES.safetensors --k 2000 --iterations 20 --redos 1 --start random --threads 2
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <vector>

#include "counterpoint/protoclip/back_translation.h"
#include "counterpoint/protoclip/kmeans.h"
#include "counterpoint/weights/safetensors.h"

namespace {

using counterpoint::protoclip::KMeansOptions;
using counterpoint::protoclip::KMeansResult;

double seconds_of(const auto& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

torch::Tensor read_rows(const std::string& file) {
  const auto source = counterpoint::weights::open_safetensors(file);
  const auto view = source->view("rows");
  torch::Tensor rows = torch::empty(view.shape, torch::kFloat32);
  std::memcpy(rows.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  return rows;
}

/// As the released code does it: one look at all labels for each cluster.
torch::Tensor cluster_by_cluster(const torch::Tensor& h, const torch::Tensor& labels, std::int64_t k) {
  torch::Tensor centroids = torch::zeros({k, h.size(1)});
  for (std::int64_t cluster = 0; cluster < k; ++cluster) {
    const torch::Tensor members = torch::where(labels == cluster)[0];
    if (members.size(0) > 0) centroids[cluster] = h.index_select(0, members).mean(0);
  }
  return centroids;
}

void tell_kmeans(const torch::Tensor& rows, const KMeansOptions& options, int threads) {
  KMeansResult result;
  const double seconds = seconds_of([&] { result = counterpoint::protoclip::kmeans(rows, options); });
  fmt::print(R"({{"engine": "counterpoint", "n": {}, "d": {}, "k": {}, "start": "{}", "redos": {}, "iterations": {}, )"
             R"("threads": {}, "seconds": {:.3f}, "objective": {:.3f}, "empty": {}, "reseeded": {}}})"
             "\n",
             rows.size(0), rows.size(1), options.k, options.start, options.redos, result.objectives.size(), threads,
             seconds, result.objective, (result.sizes == 0).sum().item<std::int64_t>(), result.reseeded);
}

void tell_back_translation(const torch::Tensor& rows, std::int64_t k) {
  const torch::Tensor labels = torch::randint(k, {rows.size(0)}, torch::kInt64);
  torch::Tensor slow, fast;
  const double loop = seconds_of([&] { slow = cluster_by_cluster(rows, labels, k); });
  double pass = 1e9;
  for (int repeat = 0; repeat < 5; ++repeat)
    pass =
        std::min(pass, seconds_of([&] { fast = counterpoint::protoclip::back_translate(rows, labels, k).centroids; }));
  fmt::print(
      R"({{"back_translation": true, "m": {}, "k": {}, "loop_seconds": {:.4f}, "pass_seconds": {:.5f}, "ratio": {:.1f}, )"
      R"("largest_difference": {:.1e}}})"
      "\n",
      rows.size(0), k, loop, pass, loop / pass, (slow - fast).abs().max().item<double>());
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("K-means and back translation, timed");
  std::string file;
  KMeansOptions options;
  options.k = 2000;
  options.redos = 1;
  options.start = "random";
  int threads = 2;
  bool back_translation = false;
  app.add_option("features", file)->required();
  app.add_option("--k", options.k);
  app.add_option("--iterations", options.iterations);
  app.add_option("--redos", options.redos);
  app.add_option("--start", options.start);
  app.add_option("--seed", options.seed);
  app.add_option("--threads", threads);
  app.add_flag("--back-translation", back_translation);
  CLI11_PARSE(app, argc, argv);
  at::set_num_threads(threads);
  const torch::Tensor rows = read_rows(file);
  if (back_translation)
    tell_back_translation(rows, options.k);
  else
    tell_kmeans(rows, options, threads);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
