// What can go wrong with prototypes shows here first.
#include "counterpoint/protoclip/prototypes.h"

namespace counterpoint::protoclip {
namespace {

constexpr std::int64_t kRowsAtOnce = 256;  // of the [K, K] targets

/// Mean over samples of own weight and of entropy: each cluster's row counts as often as it has samples.
void watch_targets(const PrototypeSide& side, const torch::Tensor& sizes, ClusterWatch& watch) {
  const torch::Tensor present = side.present.nonzero().flatten();
  const torch::Tensor share = sizes.to(torch::kFloat64) / sizes.sum();
  for (std::int64_t at = 0; at < present.size(0); at += kRowsAtOnce) {
    const torch::Tensor labels = present.narrow(0, at, std::min(kRowsAtOnce, present.size(0) - at));
    const torch::Tensor rows = target_rows(side, labels).to(torch::kFloat64);
    const torch::Tensor weight = share.index_select(0, labels);
    const torch::Tensor own = rows.gather(1, labels.unsqueeze(1)).squeeze(1);
    watch.own_weight += own.dot(weight).item<double>();
    watch.target_entropy -= torch::xlogy(rows, rows).sum(1).dot(weight).item<double>();
  }
}

/// `taught`: a side whose targets are made of these clusters.
ClusterWatch watch_of(const KMeansResult& clusters, const PrototypeSide& taught) {
  const torch::Tensor filled = clusters.sizes.masked_select(clusters.sizes > 0).to(torch::kFloat64);
  ClusterWatch watch;
  watch.smallest = filled.min().item<std::int64_t>();
  watch.largest = filled.max().item<std::int64_t>();
  watch.median = filled.quantile(0.5).item<double>();
  watch.empty = clusters.sizes.size(0) - filled.size(0);
  watch.reseeded = clusters.reseeded;
  watch.inertia = clusters.objective / static_cast<double>(clusters.labels.size(0));
  const torch::Tensor norms = at::linalg_vector_norm(clusters.centroids, 2, {1});
  watch.centroid_norm = norms.masked_select(clusters.sizes > 0).mean().item<double>();
  watch_targets(taught, clusters.sizes, watch);
  return watch;
}

void put(std::vector<train::Metric>& out, const std::string& whose, const ClusterWatch& watch) {
  const auto add = [&](const char* name, double value) { out.push_back({"prototypes/" + whose + "/" + name, value}); };
  add("smallest", static_cast<double>(watch.smallest));
  add("median", watch.median);
  add("largest", static_cast<double>(watch.largest));
  add("empty", static_cast<double>(watch.empty));
  add("reseeded", static_cast<double>(watch.reseeded));
  add("inertia", watch.inertia);
  add("centroid_norm", watch.centroid_norm);
  add("own_weight", watch.own_weight);
  add("target_entropy", watch.target_entropy);
}

}  // namespace

PrototypeWatch watch_prototypes(const Prototypes& prototypes) {
  const torch::NoGradGuard no_grad;
  PrototypeWatch watch;
  // The images' clusters teach the text.
  if (prototypes.image_clusters) watch.image = watch_of(*prototypes.image_clusters, *prototypes.text);
  if (prototypes.text_clusters) watch.text = watch_of(*prototypes.text_clusters, *prototypes.image);
  if (prototypes.teacher_clusters) watch.teacher = watch_of(*prototypes.teacher_clusters, *prototypes.teacher_image);
  return watch;
}

std::vector<train::Metric> watch_metrics(const PrototypeWatch& watch) {
  std::vector<train::Metric> out;
  if (watch.image) put(out, "image", *watch.image);
  if (watch.text) put(out, "text", *watch.text);
  if (watch.teacher) put(out, "teacher", *watch.teacher);
  return out;
}

}  // namespace counterpoint::protoclip
