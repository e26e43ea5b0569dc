// Prototypes as a checkpoint's tensors.
#include "counterpoint/protoclip/prototypes.h"

namespace counterpoint::protoclip {
namespace {

constexpr std::string_view kWhat = "prototypes of the checkpoint";

torch::Tensor number(double value) { return torch::tensor(value, torch::kFloat64); }

void put(NamedTensors& out, const std::string& name, const KMeansResult& clusters) {
  out.emplace_back(name + "/centroids", clusters.centroids);
  out.emplace_back(name + "/labels", clusters.labels);
  out.emplace_back(name + "/sizes", clusters.sizes);
  out.emplace_back(name + "/objective", number(clusters.objective));
  out.emplace_back(name + "/reseeded", torch::tensor(clusters.reseeded, torch::kInt64));
}

KMeansResult clusters_of(const NamedTensors& in, const std::string& name) {
  const auto get = [&](const char* part) { return named(in, name + part, kWhat); };
  KMeansResult clusters;
  clusters.centroids = get("/centroids");
  clusters.labels = get("/labels");
  clusters.sizes = get("/sizes");
  clusters.objective = get("/objective").item<double>();
  clusters.reseeded = get("/reseeded").item<std::int64_t>();
  return clusters;
}

void put(NamedTensors& out, const std::string& name, const PrototypeSide& side) {
  out.emplace_back(name + "/students", side.students);
  out.emplace_back(name + "/teachers", side.teachers);
  out.emplace_back(name + "/present", side.present.to(torch::kUInt8));
  out.emplace_back(name + "/labels", side.labels);
  out.emplace_back(name + "/temperature", number(side.temperature));
}

PrototypeSide side_of(const NamedTensors& in, const std::string& name) {
  const auto get = [&](const char* part) { return named(in, name + part, kWhat); };
  return {get("/students"), get("/teachers"), get("/present").to(torch::kBool), get("/labels"),
          get("/temperature").item<double>()};
}

}  // namespace

NamedTensors prototype_tensors(const Prototypes& prototypes) {
  NamedTensors out;
  if (prototypes.image_clusters) {
    put(out, "image_clusters", *prototypes.image_clusters);
    put(out, "text_clusters", *prototypes.text_clusters);
    put(out, "image", *prototypes.image);
    put(out, "text", *prototypes.text);
  }
  if (prototypes.teacher_clusters) {
    put(out, "teacher_clusters", *prototypes.teacher_clusters);
    put(out, "teacher_image", *prototypes.teacher_image);
    put(out, "teacher_text", *prototypes.teacher_text);
  }
  return out;
}

Prototypes restore_prototypes(const NamedTensors& tensors) {
  Prototypes result;
  if (has_tensor(tensors, "image_clusters/centroids")) {
    result.image_clusters = clusters_of(tensors, "image_clusters");
    result.text_clusters = clusters_of(tensors, "text_clusters");
    result.image = side_of(tensors, "image");
    result.text = side_of(tensors, "text");
  }
  if (has_tensor(tensors, "teacher_clusters/centroids")) {
    result.teacher_clusters = clusters_of(tensors, "teacher_clusters");
    result.teacher_image = side_of(tensors, "teacher_image");
    result.teacher_text = side_of(tensors, "teacher_text");
  }
  return result;
}

}  // namespace counterpoint::protoclip
