// Steps 2 and 3 of an episode: features of all its samples, and the prototypes made of them.
#include <algorithm>

#include "counterpoint/core/files.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/train/run.h"

namespace counterpoint::protoclip {

using torch::Tensor;

namespace {

std::vector<std::int64_t> list_of(const Tensor& numbers) {
  return {numbers.data_ptr<std::int64_t>(), numbers.data_ptr<std::int64_t>() + numbers.numel()};
}

std::vector<std::vector<std::int64_t>> in_batches(const std::vector<std::int64_t>& all, std::size_t batch) {
  std::vector<std::vector<std::int64_t>> batches;
  for (std::size_t first = 0; first < all.size(); first += batch)
    batches.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(first),
                         all.begin() + static_cast<std::ptrdiff_t>(std::min(first + batch, all.size())));
  return batches;
}

}  // namespace

/// h of these positions of the episode, in eval mode, seen as the training pass will see them: same crop, same caption.
Run::EpisodeFeatures Run::forward(const std::vector<std::int64_t>& positions) {
  const torch::NoGradGuard no_gradients;
  // As many at once as training takes.
  const std::int64_t at_once = settings_.micro_batch > 0 ? settings_.micro_batch : settings_.batch;
  const auto batches = in_batches(positions, static_cast<std::size_t>(at_once));
  const auto count = static_cast<std::int64_t>(positions.size());
  EpisodeFeatures all{.image = torch::zeros({count, settings_.projection_dim}),
                      .text = torch::zeros({count, settings_.projection_dim}),
                      .seen = torch::zeros({count}, torch::kBool)};
  learner_.train(false);
  image_text::Loader loader(*pairs_, loader_settings(), visits(batches), bad_);
  for (std::size_t number = 0; auto loaded = loader.next(); ++number) {
    if (loaded->samples.empty()) continue;
    const BatchFeatures part = learner_.features(input_of(*loaded, batches[number]));
    const Tensor rows = torch::tensor(loaded->position) + static_cast<std::int64_t>(number) * at_once;
    all.image.index_copy_(0, rows, part.h_image.cpu());
    all.text.index_copy_(0, rows, part.h_text.cpu());
    all.seen.index_fill_(0, rows, true);
    stop_if_asked();
  }
  learner_.train(true);
  return all;
}

Run::EpisodeFeatures Run::episode_features() {
  if (settings_.episode_features == "forward")
    return forward(list_of(torch::arange(std::ssize(samples_), torch::kInt64)));
  const FeatureBank::Found found = bank_->find(torch::tensor(samples_));
  EpisodeFeatures all{
      .image = found.h_image, .text = found.h_text, .seen = torch::ones({std::ssize(samples_)}, torch::kBool)};
  if (found.absent.numel() == 0) return all;
  const EpisodeFeatures fresh = forward(list_of(found.absent));
  all.image.index_copy_(0, found.absent, fresh.image);
  all.text.index_copy_(0, found.absent, fresh.text);
  all.seen.index_copy_(0, found.absent, fresh.seen);
  return all;
}

/// The teacher's row of each sample: of the caption that its visit draws, or of the picture.
Tensor Run::teacher_rows() const {
  if (settings_.teacher_rows == "picture") return data_.teacher->mean_rows_of(samples_);
  std::vector<std::int32_t> captions;
  for (std::int64_t position = 0; position < std::ssize(samples_); ++position)
    captions.push_back(image_text::drawn_caption(*pairs_, visit_of(position), settings_.seed));
  return data_.teacher->rows_of(samples_, captions);
}

namespace {

/// Up to `count` rows of each cluster, nearest to its centroid first.
data::Json nearest_members(const KMeansResult& clusters, const Tensor& features, const Tensor& kept,
                           const std::vector<std::int64_t>& samples, std::int64_t count) {
  const Tensor size = clusters.sizes.cpu(), label = clusters.labels.cpu();
  const Tensor distance = (features - clusters.centroids.cpu().index_select(0, label)).square().sum(1);
  const Tensor order = distance.argsort();
  const auto sizes = size.accessor<std::int64_t, 1>(), labels = label.accessor<std::int64_t, 1>(),
             rows = order.accessor<std::int64_t, 1>(), positions = kept.accessor<std::int64_t, 1>();
  data::Json out = data::Json::array();
  for (std::int64_t k = 0; k < sizes.size(0); ++k)
    out.push_back({{"cluster", k}, {"size", sizes[k]}, {"nearest", data::Json::array()}});
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    data::Json& nearest = out[static_cast<std::size_t>(labels[rows[i]])]["nearest"];
    if (std::ssize(nearest) < count) nearest.push_back(samples[static_cast<std::size_t>(positions[rows[i]])]);
  }
  return out;
}

/// Labels of the kept rows, spread over all positions of the episode; the others are never trained on.
void spread(PrototypeSide& side, const Tensor& kept, std::int64_t positions) {
  const Tensor labels = side.labels;
  side.labels = torch::zeros({positions}, labels.options()).index_copy_(0, kept.to(labels.device()), labels);
}

}  // namespace

/// prototypes.json, for the report: which samples lie nearest to each prototype, of the last episode that clustered.
void Run::write_gallery(const EpisodeFeatures& features, const Tensor& kept) const {
  const data::Json json{{"episode", episode_},
                        {"image", nearest_members(*prototypes_->image_clusters, features.image, kept, samples_, 9)},
                        {"text", nearest_members(*prototypes_->text_clusters, features.text, kept, samples_, 9)}};
  write_file_atomic(folder_ / "prototypes.json", json.dump() + "\n");
}

/// Where the teacher's clusters alone are in the loss, h is clustered once, for the report.
PrototypeSettings Run::prototype_settings() const {
  PrototypeSettings settings = settings_.prototypes;
  if (settings.k <= 0) settings.k = std::clamp<std::int64_t>(std::ssize(samples_) / 10, 2, most_default_clusters);
  settings.seed = stream_seed(settings_.seed, {"kmeans", std::to_string(episode_)});
  settings.modalities = settings_.weights.prototype > 0 || episode_ + 1 == main_episodes();
  return settings;
}

/// `features`: of the kept positions.
Prototypes Run::prototypes_of(const EpisodeFeatures& features, const Tensor& kept) const {
  const auto there = [&](const Tensor& x) { return x.to(learner_.device()); };
  const Tensor teacher = settings_.weights.teacher > 0 ? there(teacher_rows().index_select(0, kept)) : Tensor();
  const bool warm = settings_.warm_start && prototypes_.has_value();
  return build_prototypes(there(features.image), there(features.text), teacher, prototype_settings(),
                          warm ? &*prototypes_ : nullptr);
}

void Run::warn_of_flat_targets(const PrototypeWatch& watch) const {
  if (settings_.weights.prototype <= 0 || !hooks_.note) return;
  const double own = std::min(watch.image->own_weight, watch.text->own_weight);
  if (own >= 0.3) return;
  hooks_.note(
      fmt::format("episode {}: soft targets leave {:.2f} on their own prototype, so the prototype loss teaches "
                  "little; lower --target-temperature (now {}), or --normalise-prototypes",
                  episode_ + 1, own, settings_.prototypes.target_temperature));
}

void Run::cluster() {
  EpisodeFeatures features = episode_features();
  const Tensor kept = features.seen.nonzero().squeeze(1);
  features.image = features.image.index_select(0, kept);
  features.text = features.text.index_select(0, kept);
  prototypes_ = prototypes_of(features, kept);
  if (episode_ + 1 == main_episodes()) write_gallery(features, kept);  // the report shows the last prototypes
  const PrototypeWatch watch = watch_prototypes(*prototypes_);
  log_->write(step_ + 1, watch_metrics(watch));  // of the steps to come: a run that goes on from here logs them again
  warn_of_flat_targets(watch);
  if (kept.size(0) == std::ssize(samples_)) return;
  for (auto* side : {&prototypes_->image, &prototypes_->text, &prototypes_->teacher_image, &prototypes_->teacher_text})
    if (*side) spread(**side, kept, std::ssize(samples_));
}

}  // namespace counterpoint::protoclip
