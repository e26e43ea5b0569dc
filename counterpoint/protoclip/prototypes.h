// All that one episode fixes: clusters of each modality, what the students are scored against, and the soft targets.
//
// A table of targets [K, K] is not kept (K = 20,000 would take 1.6 GB a modality): a batch's rows are computed from the
// centroids, which costs what the student's own scores cost.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/protoclip/kmeans.h"
#include "counterpoint/protoclip/named_tensors.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::protoclip {

struct PrototypeSettings {
  std::int64_t k = 20000;
  std::int64_t iterations = 20;
  std::int64_t redos = 3;
  std::string start = "k-means++";
  std::uint64_t seed = 0;            ///< of this episode's clustering
  double target_temperature = 0.01;  ///< tau_y; <= 0: one-hot targets
  double teacher_temperature = -1;   ///< the same for the teacher's targets; the released code has hard labels
  bool back_translation = true;      ///< off: a student is scored against the opposite modality's centroids
  bool normalise = false;            ///< all centroids to length 1, students' and targets'
  bool modalities = true;            ///< off: the teacher's clusters alone
};

/// One student's prototypes and targets, e.g. the images': scored against `students`, taught by the text's clusters.
struct PrototypeSide {
  torch::Tensor students;  ///< [K, d_h]
  torch::Tensor teachers;  ///< [K, d]: centroids of the modality that teaches; soft targets are made of these
  torch::Tensor present;   ///< [K] bool: clusters that hold a sample; the others are masked in both softmaxes
  torch::Tensor labels;    ///< [M] int64: the teaching modality's cluster of each sample of the episode
  double temperature = 0;  ///< tau_y of the targets; <= 0: one-hot
};

struct Prototypes {
  std::optional<KMeansResult> image_clusters, text_clusters, teacher_clusters;
  std::optional<PrototypeSide> image, text;  ///< L_img (taught by the text's clusters) and L_txt (by the images')
  std::optional<PrototypeSide> teacher_image, teacher_text;  ///< L_ext
};

/// Clusters h_image and h_text [M, d_h] (rows L2-normalised by the caller) where the settings say so and teacher
/// [M, d_ext] where it is given; row i of all is one sample. `previous`: the last episode's prototypes as a warm start.
/// A sample's own target is always present: labels and centroids come from the same rows. Error: a teacher without back
/// translation (its space has another dimension), sizes that differ, what kmeans refuses.
Prototypes build_prototypes(const torch::Tensor& h_image, const torch::Tensor& h_text, const torch::Tensor& teacher,
                            const PrototypeSettings& settings, const Prototypes* previous = nullptr);

/// Rows y_k = softmax over the present prototypes of C c_k / tau_y, for the clusters `labels` [B] -> [B, K].
torch::Tensor target_rows(const PrototypeSide& side, const torch::Tensor& labels);

/// Everything as named tensors for a checkpoint, and back.
NamedTensors prototype_tensors(const Prototypes& prototypes);
Prototypes restore_prototypes(const NamedTensors& tensors);

/// Health of one set of clusters and of the targets made of it.
struct ClusterWatch {
  std::int64_t smallest = 0, largest = 0;  ///< sizes, of clusters that hold a sample
  double median = 0;
  std::int64_t empty = 0, reseeded = 0;
  double inertia = 0;         ///< mean squared distance of a sample to its centroid
  double centroid_norm = 0;   ///< mean length over present centroids; near 1 with tau_y 0.01: the rows are one cone
  double own_weight = 0;      ///< mean over samples of the weight that its soft target leaves on its own prototype
  double target_entropy = 0;  ///< mean over samples, nats
};

struct PrototypeWatch {
  std::optional<ClusterWatch> image, text, teacher;  ///< of the clusters that there are
};

PrototypeWatch watch_prototypes(const Prototypes& prototypes);

/// "prototypes/image/own_weight" and the like, for metrics.jsonl and the event file.
std::vector<train::Metric> watch_metrics(const PrototypeWatch& watch);

}  // namespace counterpoint::protoclip
