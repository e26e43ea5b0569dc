// Steps 2 and 3 of an episode: features of all its samples, and the prototypes made of them.
#include "counterpoint/core/files.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/train/run.h"

namespace counterpoint::protoclip {

using torch::Tensor;

/// h of these positions of the episode, in eval mode, seen as the training pass will see them: same crop, same caption.
/// Where the user stops the run, the rest stays zero.
BatchFeatures Run::forward(const std::vector<std::int64_t>& positions) {
  const torch::NoGradGuard no_gradients;
  std::vector<std::vector<std::int64_t>> batches;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i % static_cast<std::size_t>(settings_.batch) == 0) batches.emplace_back();
    batches.back().push_back(positions[i]);
  }
  const auto count = static_cast<std::int64_t>(positions.size());
  // A bad picture's rows stay zero.
  BatchFeatures all{.h_image = torch::zeros({count, settings_.projection_dim}),
                    .h_text = torch::zeros({count, settings_.projection_dim})};
  learner_.train(false);
  image_text::Loader loader(*pairs_, loader_settings(), visits(batches), bad_);
  for (std::size_t number = 0; auto loaded = loader.next(); ++number) {
    if (loaded->samples.empty()) continue;
    const BatchFeatures part = learner_.features(input_of(*loaded, batches[number]));
    const Tensor rows = torch::tensor(loaded->position) + static_cast<std::int64_t>(number) * settings_.batch;
    all.h_image.index_copy_(0, rows, part.h_image.cpu());
    all.h_text.index_copy_(0, rows, part.h_text.cpu());
    if (stopped()) break;
  }
  learner_.train(true);
  return all;
}

BatchFeatures Run::episode_features() {
  if (settings_.episode_features == "forward") {
    std::vector<std::int64_t> everything(samples_.size());
    for (std::size_t i = 0; i < everything.size(); ++i) everything[i] = static_cast<std::int64_t>(i);
    return forward(everything);
  }
  const FeatureBank::Found found = bank_->find(torch::tensor(samples_));
  BatchFeatures all{.h_image = found.h_image, .h_text = found.h_text};
  if (found.absent.numel() == 0) return all;
  const std::vector<std::int64_t> absent(found.absent.data_ptr<std::int64_t>(),
                                         found.absent.data_ptr<std::int64_t>() + found.absent.numel());
  const BatchFeatures fresh = forward(absent);
  all.h_image.index_copy_(0, found.absent, fresh.h_image);
  all.h_text.index_copy_(0, found.absent, fresh.h_text);
  return all;
}

/// The teacher's row of each sample: of the caption that its visit draws, or of the picture.
Tensor Run::teacher_rows() const {
  if (settings_.weights.teacher <= 0) return {};
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
void spread(std::optional<PrototypeSide>& side, const Tensor& kept, std::int64_t positions) {
  if (!side) return;
  const Tensor& labels = side->labels;
  side->labels = torch::zeros({positions}, labels.options()).index_copy_(0, kept.to(labels.device()), labels);
}

}  // namespace

/// prototypes.json, for the report: which samples lie nearest to each prototype, of the last episode that clustered.
void Run::write_gallery(const BatchFeatures& features, const Tensor& kept) const {
  const data::Json json{{"episode", episode_},
                        {"image", nearest_members(prototypes_->image_clusters, features.h_image, kept, samples_, 9)},
                        {"text", nearest_members(prototypes_->text_clusters, features.h_text, kept, samples_, 9)}};
  write_file_atomic(folder_ / "prototypes.json", json.dump() + "\n");
}

bool Run::cluster() {
  BatchFeatures features = episode_features();
  if (stopped_) return false;
  const Tensor kept = features.h_image.square().sum(1).gt(0).nonzero().squeeze(1);
  features.h_image = features.h_image.index_select(0, kept);
  features.h_text = features.h_text.index_select(0, kept);
  const Tensor teacher = settings_.weights.teacher > 0 ? teacher_rows().index_select(0, kept) : Tensor();
  PrototypeSettings settings = settings_.prototypes;
  if (settings.k <= 0) settings.k = std::max<std::int64_t>(2, std::ssize(samples_) / 10);
  settings.seed = stream_seed(settings_.seed, {"kmeans", std::to_string(episode_)});
  const bool warm = settings_.warm_start && prototypes_.has_value();
  const auto there = [&](const Tensor& x) { return x.defined() ? x.to(learner_.device()) : x; };
  prototypes_ = build_prototypes(there(features.h_image), there(features.h_text), there(teacher), settings,
                                 warm ? &*prototypes_ : nullptr);
  const std::int64_t end = settings_.lit_start >= 0 ? settings_.lit_start : settings_.episodes;
  if (episode_ + 1 == end) write_gallery(features, kept);  // the report shows the last prototypes
  const PrototypeWatch watch = watch_prototypes(*prototypes_);
  log_->write(step_, watch_metrics(watch));
  if (kept.size(0) < std::ssize(samples_)) {
    std::optional<PrototypeSide> image(prototypes_->image), text(prototypes_->text);
    for (std::optional<PrototypeSide>* side : {&image, &text, &prototypes_->teacher_image, &prototypes_->teacher_text})
      spread(*side, kept, std::ssize(samples_));
    prototypes_->image = *image;
    prototypes_->text = *text;
  }
  const double own = std::min(watch.image.own_weight, watch.text.own_weight);
  if (own < 0.3 && settings_.weights.prototype > 0 && hooks_.note)
    hooks_.note(
        fmt::format("episode {}: soft targets leave {:.2f} on their own prototype, so the prototype loss teaches "
                    "little; lower --target-temperature (now {}), or --normalise-prototypes",
                    episode_ + 1, own, settings.target_temperature));
  return true;
}

}  // namespace counterpoint::protoclip
