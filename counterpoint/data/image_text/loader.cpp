#include "counterpoint/data/image_text/loader.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/data/image_text/worker_threads.h"

namespace counterpoint::image_text {
namespace {

std::uint64_t visit_seed(const Visit& visit, std::uint64_t seed, std::string_view what) {
  const std::string epoch = std::to_string(visit.epoch), sample = std::to_string(visit.sample);
  return stream_seed(seed, {what, epoch, sample});
}

}  // namespace

std::int32_t drawn_caption(const PairSet& pairs, const Visit& visit, std::uint64_t seed) {
  const std::size_t captions = pairs.pair(static_cast<std::size_t>(visit.sample)).captions.size();
  if (captions < 2) return 0;
  RandomStream random(visit_seed(visit, seed, "caption"));
  return static_cast<std::int32_t>(random.below(captions));
}

void BadPictures::add(std::int64_t sample, const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (!samples_.insert(sample).second) return;
  if (named_.size() < 5) named_.push_back(why);
  const double most = fraction_ > 0 ? std::max(1.0, fraction_ * static_cast<double>(pictures_)) : 0;
  if (static_cast<double>(samples_.size()) > most)
    fail("{} or more of {} pictures cannot be read, more than --max-bad-fraction {} allows; the first: {}",
         samples_.size(), pictures_, fraction_, named_.front());
}

std::size_t BadPictures::count() const {
  const std::lock_guard lock(mutex_);
  return samples_.size();
}

std::vector<std::int64_t> BadPictures::samples() const {
  const std::lock_guard lock(mutex_);
  return {samples_.begin(), samples_.end()};
}

void BadPictures::restore(const std::vector<std::int64_t>& samples) {
  const std::lock_guard lock(mutex_);
  samples_.insert(samples.begin(), samples.end());
}

std::vector<std::string> BadPictures::named() const {
  const std::lock_guard lock(mutex_);
  return named_;
}

/// The threads: each takes the next batch that nobody has, and waits while too many are ready.
class Loader::Crew {
 public:
  Crew(const PairSet& pairs, const LoaderSettings& settings, std::vector<std::vector<Visit>> batches, BadPictures& bad)
      : pairs_(pairs), settings_(settings), batches_(std::move(batches)), bad_(bad) {
    check_workers(settings.workers);
    threads_.emplace(
        settings.workers, [this] { work(); }, [this] { stop(); });
  }
  ~Crew() { stop(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  std::optional<LoadedBatch> next() {
    std::unique_lock lock(mutex_);
    if (given_ == batches_.size()) return std::nullopt;
    changed_.wait(lock, [&] { return ready_.contains(given_) || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    std::optional<LoadedBatch> batch(std::move(ready_.extract(given_++).mapped()));
    lock.unlock();
    changed_.notify_all();
    return batch;
  }

 private:
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
  }

  void work() {
    for (;;) {
      std::size_t number = 0;
      {
        std::unique_lock lock(mutex_);
        const auto ahead = static_cast<std::size_t>(std::max(1, settings_.prefetch));
        changed_.wait(lock, [&] { return stop_ || failure_ || taken_ == batches_.size() || taken_ < given_ + ahead; });
        if (stop_ || failure_ || taken_ == batches_.size()) return;
        number = taken_++;
      }
      try {
        LoadedBatch batch = load(batches_[number]);
        const std::lock_guard lock(mutex_);
        ready_.emplace(number, std::move(batch));
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
      changed_.notify_all();
    }
  }

  LoadedBatch load(const std::vector<Visit>& visits) {
    LoadedBatch batch{.side = settings_.augment ? settings_.augment->side : settings_.side,
                      .samples = {},
                      .position = {},
                      .captions = {},
                      .pixels = {}};
    const std::size_t floats = 3 * static_cast<std::size_t>(batch.side) * static_cast<std::size_t>(batch.side);
    batch.pixels.resize(visits.size() * floats);
    for (std::size_t i = 0; i < visits.size() && !stop_; ++i)
      if (draw(visits[i], batch.pixels.data() + batch.samples.size() * floats)) {
        batch.samples.push_back(visits[i].sample);
        batch.position.push_back(static_cast<std::int64_t>(i));
        batch.captions.push_back(settings_.augment ? drawn_caption(pairs_, visits[i], settings_.seed) : 0);
      }
    batch.pixels.resize(batch.samples.size() * floats);
    return batch;
  }

  bool draw(const Visit& visit, float* out) {
    const auto sample = static_cast<std::size_t>(visit.sample);
    image::Image picture;
    try {
      picture = pairs_.picture(sample, settings_.augment
                                           ? image::decoded_side(settings_.augment->side, settings_.augment->scale_low)
                                           : settings_.side);
    } catch (const Error& error) {
      bad_.add(visit.sample, error.what());
      return false;
    }
    if (settings_.augment)
      image::augment(picture, *settings_.augment, RandomStream(visit_seed(visit, settings_.seed, "augment")), out);
    else
      image::evaluation_view(picture, settings_.side, settings_.normalisation, out);
    return true;
  }

  const PairSet& pairs_;
  const LoaderSettings settings_;
  const std::vector<std::vector<Visit>> batches_;
  BadPictures& bad_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, LoadedBatch> ready_;
  std::size_t taken_ = 0, given_ = 0;
  std::atomic<bool> stop_ = false;
  std::exception_ptr failure_;
  std::optional<WorkerThreads> threads_;  // last: joined before anything that they use goes
};

Loader::Loader(const PairSet& pairs, const LoaderSettings& settings, std::vector<std::vector<Visit>> batches,
               BadPictures& bad)
    : crew_(std::make_unique<Crew>(pairs, settings, std::move(batches), bad)) {}

Loader::~Loader() = default;

std::optional<LoadedBatch> Loader::next() { return crew_->next(); }

std::vector<std::vector<Visit>> batches_in_order(std::size_t samples, std::size_t batch) {
  std::vector<std::vector<Visit>> batches;
  for (std::size_t sample = 0; sample < samples; ++sample) {
    if (sample % batch == 0) batches.emplace_back();
    batches.back().push_back({static_cast<std::int64_t>(sample), 0});
  }
  return batches;
}

}  // namespace counterpoint::image_text
