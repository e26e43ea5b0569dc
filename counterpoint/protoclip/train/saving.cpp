// What a run leaves: checkpoints on the way, the model and what the report shows at the end.
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/teacher/reduce.h"
#include "counterpoint/protoclip/train/run.h"
#include "counterpoint/protoclip/train/run_folder.h"

namespace counterpoint::protoclip {
namespace {

/// Tensors of a part under the part's name.
void add(NamedTensors& all, const std::string& prefix, const NamedTensors& part) {
  for (const auto& [name, tensor] : part) all.emplace_back(prefix + name, tensor);
}

NamedTensors taken(const NamedTensors& all, const std::string& prefix) {
  NamedTensors part;
  for (const auto& [name, tensor] : all)
    if (name.starts_with(prefix)) part.emplace_back(name.substr(prefix.size()), tensor);
  return part;
}

}  // namespace

void Run::save() {
  ClipCheckpoint checkpoint{.step = step_, .state = {}, .tensors = {}};
  checkpoint.state = {
      {"episode", episode_}, {"batch", batch_}, {"seconds", seconds_}, {"bad_pictures", bad_.samples()}};
  add(checkpoint.tensors, "learner.", learner_.state());
  if (bank_) add(checkpoint.tensors, "bank.", bank_->tensors());
  if (prototypes_) add(checkpoint.tensors, "prototypes.", prototype_tensors(*prototypes_));
  write_clip_checkpoint(folder_, checkpoint, learner_.model(), data_.vocabulary);
  train::limit_checkpoints(folder_, settings_.keep);
  saved_step_ = step_;
}

/// What an earlier run left that this one has not made.
void Run::forget() const {
  for (const char* name : {"model", summary_file, "figures.json", "retrieval.json", "evaluation.json",
                           "prototypes.json", "map.json", "report.html"})
    std::filesystem::remove_all(folder_ / name);
}

void Run::resume() {
  const auto [found, notes] = latest_clip_checkpoint(folder_);
  for (const std::string& note : notes)
    if (hooks_.note) hooks_.note(note);
  if (!found) {
    forget();
    log_.emplace(folder_);
    return;
  }
  const ClipCheckpoint checkpoint = read_clip_checkpoint(*found, learner_.model());
  step_ = saved_step_ = checkpoint.step;
  episode_ = checkpoint.state.at("episode").get<std::int64_t>();
  batch_ = checkpoint.state.at("batch").get<std::int64_t>();
  seconds_ = checkpoint.state.at("seconds").get<double>();
  bad_.restore(checkpoint.state.value("bad_pictures", std::vector<std::int64_t>()));
  learner_.restore(taken(checkpoint.tensors, "learner."));
  if (bank_) bank_->restore(taken(checkpoint.tensors, "bank."));
  NamedTensors prototypes = taken(checkpoint.tensors, "prototypes.");
  for (auto& [name, tensor] : prototypes) tensor = tensor.to(learner_.device());
  if (!prototypes.empty()) prototypes_ = restore_prototypes(prototypes);
  log_.emplace(folder_, step_);
  if (hooks_.note && step_ > 0)
    hooks_.note(fmt::format("goes on from {}: {} steps are done", found->filename().string(), step_));
}

/// Up to 300 pairs on the first two principal components of their unit features, both modalities together.
data::Json Run::map_points() {
  const torch::NoGradGuard no_gradients;
  samples_.resize(std::min<std::size_t>(300, pairs_->size()));
  std::iota(samples_.begin(), samples_.end(), 0);
  const std::vector<std::vector<std::int64_t>> batch{samples_};
  learner_.train(false);
  image_text::Loader loader(*pairs_, loader_settings(), visits(batch), bad_);
  const auto loaded = loader.next();
  const BatchFeatures features = learner_.features(input_of(*loaded, batch[0]));
  learner_.train(true);
  const torch::Tensor places = pca(torch::cat({features.z_image, features.z_text}).cpu(), 2);
  data::Json points = data::Json::array();
  for (std::int64_t i = 0; i < features.z_image.size(0); ++i) {
    const torch::Tensor image = places[i], text = places[features.z_image.size(0) + i];
    points.push_back({loaded->samples[static_cast<std::size_t>(i)], image[0].item<float>(), image[1].item<float>(),
                      text[0].item<float>(), text[1].item<float>()});
  }
  const auto gap = (features.z_image.mean(0) - features.z_text.mean(0)).norm().item<double>();
  return {{"gap", gap}, {"points", points}};
}

/// map.json: {"before", "after"}, each {"gap", "points": [[sample, image x, image y, text x, text y]..]}.
void Run::write_map(const char* when) {
  const std::filesystem::path file = folder_ / "map.json";
  data::Json maps = std::filesystem::exists(file) ? data::read_json(file) : data::Json::object();
  maps[when] = map_points();
  write_file_atomic(file, maps.dump() + "\n");
}

void Run::finish() {
  write_map("after");
  nn::write_open_clip(folder_ / "model", learner_.model());
  copy_vocabulary(data_.vocabulary, folder_ / "model");
  const data::Json summary{
      {"steps", step_}, {"episodes", episode_}, {"seconds", seconds_}, {"bad_pictures", bad_.count()}};
  write_file_atomic(folder_ / summary_file, summary.dump(2) + "\n");
}

}  // namespace counterpoint::protoclip
