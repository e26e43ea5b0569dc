#include "counterpoint/protoclip/train/run.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/evaluate/encode.h"
#include "counterpoint/protoclip/train/run_folder.h"
#include "counterpoint/protoclip/train/stoppable_progress.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

EpisodePlan plan_of(const TrainSettings& settings, std::size_t samples) {
  return EpisodePlan({.dataset_size = static_cast<std::int64_t>(samples),
                      .episode_size = settings.episode_size,
                      .seed = stream_seed(settings.seed, {"episodes"}),
                      .with_replacement = settings.with_replacement});
}

}  // namespace

Run::Run(const std::filesystem::path& folder, const TrainSettings& settings, const TrainData& data,
         const TrainHooks& hooks, ProgressSink& progress)
    : folder_(folder),
      settings_(settings),
      data_(data),
      hooks_(hooks),
      progress_(progress),
      pairs_(data.pairs),
      bad_(data.pairs->size(), settings.max_bad_fraction),
      plan_(plan_of(settings, data.pairs->size())),
      rates_(settings, static_cast<std::int64_t>(data.pairs->size())),
      learner_(settings, data.tokenizer.vocabulary_size()) {
  if (settings_.clusters() && settings_.episode_features == "reuse")
    bank_.emplace(static_cast<std::int64_t>(pairs_->size()), settings_.projection_dim);
}

void Run::keep_decoded() {
  const image_text::LoaderSettings loader = loader_settings();
  const int side = image::decoded_side(loader.augment->side, loader.augment->scale_low);
  StoppableProgress progress(progress_, hooks_.stop);
  const auto pictures =
      settings_.cache == "memory"
          ? image_text::decoded_in_memory(*pairs_, side, settings_.workers, 0, progress)
          : image_text::decoded_in_folder(*pairs_, side, settings_.cache, settings_.workers, progress);
  pairs_ = std::make_shared<image_text::PairSet>(pairs_->with_pictures(pictures));
}

image_text::LoaderSettings Run::loader_settings() const {
  const auto& config = learner_.config();
  const int side = static_cast<int>(config.vision.image_size);
  image_text::LoaderSettings loader{.workers = settings_.workers, .seed = settings_.seed};
  loader.augment = settings_.augment ? image::AugmentSettings{.side = side} : image::plain_augmentation(side);
  loader.augment->normalisation = normalisation_of(config);
  return loader;
}

/// Drawn twice in an episode, a sample is seen in two ways.
image_text::Visit Run::visit_of(std::int64_t position) const {
  const std::int64_t epoch = settings_.with_replacement ? episode_ * std::ssize(samples_) + position : episode_;
  return {samples_[static_cast<std::size_t>(position)], epoch};
}

std::vector<std::vector<image_text::Visit>> Run::visits(const std::vector<std::vector<std::int64_t>>& batches) const {
  std::vector<std::vector<image_text::Visit>> out;
  for (const auto& batch : batches) {
    out.emplace_back();
    for (const std::int64_t position : batch) out.back().push_back(visit_of(position));
  }
  return out;
}

BatchInput Run::input_of(const image_text::LoadedBatch& loaded, const std::vector<std::int64_t>& batch) const {
  const auto rows = static_cast<std::int64_t>(loaded.samples.size());
  const int context = static_cast<int>(learner_.config().text.context_length);
  std::vector<std::int64_t> ids, positions;
  for (std::size_t i = 0; i < loaded.samples.size(); ++i) {
    const image_text::Pair& pair = pairs_->pair(static_cast<std::size_t>(loaded.samples[i]));
    const auto caption = data_.tokenizer.encode(pair.captions[static_cast<std::size_t>(loaded.captions[i])], context);
    ids.insert(ids.end(), caption.begin(), caption.end());
    positions.push_back(batch[static_cast<std::size_t>(loaded.position[i])]);
  }
  // No copy: `loaded` outlives what is computed from it.
  return {pixels_of(loaded), torch::tensor(ids).view({rows, context}), torch::tensor(positions)};
}

bool Run::clusters_now() const { return settings_.clusters() && episode_ >= settings_.infonce_warmup && !in_tail(); }

void Run::train_batch(const image_text::LoadedBatch& loaded) {
  const double rate = rates_.at(step_);
  const auto& batch = batches_[static_cast<std::size_t>(batch_)];
  ++step_;
  ++batch_;
  if (loaded.samples.size() < 2) return;  // bad pictures left nothing to tell apart
  LossTerms terms;
  try {
    terms = learner_.step(input_of(loaded, batch), clusters_now() ? &*prototypes_ : nullptr, rate);
  } catch (const Error& error) {
    fail("step {}: {}", step_, error.what());
  }
  if (bank_) bank_->record(torch::tensor(loaded.samples), learner_.seen().h_image, learner_.seen().h_text);
  log_step(terms, rate, std::ssize(loaded.samples));
}

void Run::log_step(const LossTerms& terms, double rate, std::int64_t pairs) {
  rate_.add(pairs);
  const double per_second = rate_.per_second();
  progress_.update(step_, rates_.steps(),
                   fmt::format("episode {}/{}, loss {:.3f}, {:.0f} pairs/s", episode_ + 1, settings_.episodes,
                               terms.total.item<double>(), per_second));
  if (step_ % settings_.logging_steps != 0 && step_ != 1 && step_ != rates_.steps()) return;
  std::vector<train::Metric> metrics = terms.metrics();
  metrics.push_back({"lr", rate});
  metrics.push_back({"logit_scale", scale_of(learner_.scales().clip).item<double>()});
  if (learner_.has_heads()) metrics.push_back({"proto_scale", scale_of(learner_.scales().prototype).item<double>()});
  if (per_second > 0) metrics.push_back({"samples_per_second", per_second});
  log_->write(step_, metrics);
}

void Run::stop_if_asked() const {
  if (hooks_.stop && hooks_.stop()) throw Interrupted{};
}

/// Steps 1 to 4 of the paper's episode; goes on where a checkpoint left it.
void Run::train_episode() {
  const double begun = steady_seconds() - seconds_;  // as if nothing had come between the episodes
  samples_ = plan_.samples(episode_);                // 1. the samples
  batches_ = plan_.batches(episode_, settings_.batch);
  if (clusters_now() && batch_ == 0) cluster();  // 2. features, 3. prototypes
  if (in_tail()) learner_.lock_image();
  const std::vector<std::vector<std::int64_t>> left(batches_.begin() + batch_,
                                                    batches_.end());  // 4. one pass of training
  image_text::Loader loader(*pairs_, loader_settings(), visits(left), bad_);
  rate_.begin();
  while (auto loaded = loader.next()) {
    train_batch(*loaded);
    seconds_ = steady_seconds() - begun;
    stop_if_asked();
  }
  seconds_ = steady_seconds() - begun;
}

std::vector<train::Metric> Run::evaluation(std::int64_t episode) {
  return hooks_.evaluate ? hooks_.evaluate(learner_.model(), episode) : std::vector<train::Metric>();
}

void Run::log_evaluation(const std::vector<train::Metric>& metrics) {
  if (!metrics.empty()) log_->write(step_, metrics);
}

/// Stopped in its evaluation, the episode is still open.
void Run::close_episode() {
  const std::vector<train::Metric> measured = evaluation(episode_);
  ++episode_;
  batch_ = 0;
  if (save_due()) save();
  // Last: a run that goes on from a checkpoint in which the episode is open would write the row again.
  log_evaluation(measured);
}

/// Of an episode that was just closed.
bool Run::save_due() const {
  const bool left_open = step_ == saved_step_;  // in the newest checkpoint: its evaluation would be made once more
  const bool asked_for = settings_.save_frequency > 0 && episode_ % settings_.save_frequency == 0;
  return left_open || asked_for || episode_ == settings_.episodes;
}

bool Run::train_all() {
  try {
    if (settings_.cache != "off") keep_decoded();
    if (step_ == 0) {
      write_map("before");
      log_evaluation(evaluation(-1));
    }
    while (episode_ < settings_.episodes) {
      train_episode();
      close_episode();
    }
  } catch (const Interrupted&) {
    if (step_ > saved_step_) save();
    return false;
  }
  return true;
}

TrainResult Run::go() {
  resume();
  const bool whole = train_all();
  progress_.finish();
  if (whole) finish();
  return {.steps = step_,
          .episodes = episode_,
          .seconds = seconds_,
          .bad_pictures = static_cast<std::int64_t>(bad_.count()),
          .bad_named = bad_.named(),
          .interrupted = !whole};
}

TrainResult train_clip(const std::filesystem::path& run_folder, const TrainSettings& settings, const TrainData& data,
                       const TrainHooks& hooks, ProgressSink& progress) {
  check_settings(settings, static_cast<std::int64_t>(data.pairs->size()), data.teacher.has_value());
  check_run_folder(run_folder);  // before a lock is left in another's folder
  make_dirs(run_folder);
  const LineAppender lock(run_folder / run_lock);  // before anything of a run that another process trains is touched
  const RunConfig config = run_config(settings, data);
  check_same_run(run_folder, config);
  if (const std::optional<TrainResult> done = finished_run(run_folder)) {
    if (hooks.note) hooks.note(fmt::format("{} is finished: {} steps are done", run_folder.string(), done->steps));
    return *done;
  }
  begin_run(run_folder, config);
  return Run(run_folder, settings, data, hooks, progress).go();
}

}  // namespace counterpoint::protoclip
