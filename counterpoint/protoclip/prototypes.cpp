#include "counterpoint/protoclip/prototypes.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/back_translation.h"

namespace counterpoint::protoclip {
namespace {

KMeansResult cluster(const torch::Tensor& x, const PrototypeSettings& settings, const char* whose,
                     const KMeansResult* previous) {
  KMeansOptions options;
  options.k = settings.k;
  options.iterations = settings.iterations;
  options.redos = settings.redos;
  options.start = settings.start;
  options.seed = stream_seed(settings.seed, {"prototypes", whose});
  if (previous) options.warm_start = previous->centroids;
  return kmeans(x, options);
}

torch::Tensor finished(const torch::Tensor& centroids, bool normalise) {
  return normalise ? torch::nn::functional::normalize(centroids) : centroids;
}

/// The student whose features are h, taught by another modality's (or the teacher's) clusters.
PrototypeSide taught_by(const KMeansResult& clusters, const torch::Tensor& h, const PrototypeSettings& settings,
                        double temperature) {
  PrototypeSide side;
  side.teachers = finished(clusters.centroids, settings.normalise);
  side.present = clusters.sizes > 0;
  side.labels = clusters.labels;
  side.temperature = temperature;
  side.students = settings.back_translation
                      ? back_translate(h, clusters.labels, settings.k, settings.normalise).centroids
                      : side.teachers;
  return side;
}

void check(const torch::Tensor& h_image, const torch::Tensor& h_text, const torch::Tensor& teacher,
           const PrototypeSettings& settings) {
  if (h_image.dim() != 2 || h_image.sizes() != h_text.sizes())
    fail("prototypes: image and text features must both be [M, d], row i of each from sample i");
  COUNTERPOINT_ASSERT(settings.modalities || teacher.defined());
  if (!teacher.defined()) return;
  if (!settings.back_translation)
    fail("prototypes: an external teacher needs back translation: its space has another dimension than the heads'");
  if (teacher.dim() != 2 || teacher.size(0) != h_image.size(0))
    fail("prototypes: {} rows of the external teacher for {} samples", teacher.size(0), h_image.size(0));
}

/// Where the last episode had such clusters.
const KMeansResult* of_last(const Prototypes* previous, std::optional<KMeansResult> Prototypes::*clusters) {
  return previous && (previous->*clusters) ? &*(previous->*clusters) : nullptr;
}

}  // namespace

Prototypes build_prototypes(const torch::Tensor& h_image, const torch::Tensor& h_text, const torch::Tensor& teacher,
                            const PrototypeSettings& settings, const Prototypes* previous) {
  check(h_image, h_text, teacher, settings);
  const torch::NoGradGuard no_grad;
  Prototypes result;
  if (settings.modalities) {
    result.image_clusters = cluster(h_image, settings, "image", of_last(previous, &Prototypes::image_clusters));
    result.text_clusters = cluster(h_text, settings, "text", of_last(previous, &Prototypes::text_clusters));
    result.image = taught_by(*result.text_clusters, h_image, settings, settings.target_temperature);
    result.text = taught_by(*result.image_clusters, h_text, settings, settings.target_temperature);
  }
  if (teacher.defined()) {
    result.teacher_clusters = cluster(teacher, settings, "teacher", of_last(previous, &Prototypes::teacher_clusters));
    result.teacher_image = taught_by(*result.teacher_clusters, h_image, settings, settings.teacher_temperature);
    result.teacher_text = taught_by(*result.teacher_clusters, h_text, settings, settings.teacher_temperature);
  }
  return result;
}

torch::Tensor target_rows(const PrototypeSide& side, const torch::Tensor& labels) {
  const torch::NoGradGuard no_grad;
  if (side.temperature <= 0) return torch::one_hot(labels, side.teachers.size(0)).to(side.teachers.scalar_type());
  const torch::Tensor scores = side.teachers.index_select(0, labels).mm(side.teachers.t()).div_(side.temperature);
  return scores.masked_fill_(side.present.logical_not(), -std::numeric_limits<double>::infinity()).softmax(1);
}

}  // namespace counterpoint::protoclip
