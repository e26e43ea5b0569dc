// Pictures into batches of float planes: worker threads read, decode and augment ahead of the training.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/data/image/transform.h"
#include "counterpoint/data/image_text/pair_set.h"

namespace counterpoint::image_text {

/// A sample seen once. `epoch` tells its visits apart: augmentation and caption depend on (seed, epoch, sample) alone.
struct Visit {
  std::int64_t sample = 0, epoch = 0;
};

struct LoadedBatch {
  int side = 0;
  std::vector<std::int64_t> samples;   ///< without those whose picture was bad
  std::vector<std::int64_t> position;  ///< each one's place in the batch that was asked for
  std::vector<std::int32_t> captions;  ///< which of the pair's captions was drawn
  std::vector<float> pixels;           ///< [samples][3][side][side], normalised
};

/// The caption that is drawn on a visit.
std::int32_t drawn_caption(const PairSet& pairs, const Visit& visit, std::uint64_t seed);

/// Pictures that could not be read: counted once each, the first few named. Threads share it.
class BadPictures {
 public:
  /// At most `fraction` of `pictures` may be bad; one always may, unless it is 0.
  BadPictures(std::size_t pictures, double fraction) : pictures_(pictures), fraction_(fraction) {}

  /// Error: now there are too many; names the first.
  void add(std::int64_t sample, const std::string& why);
  std::size_t count() const;
  std::vector<std::int64_t> samples() const;
  /// Those that a run knew before it was stopped.
  void restore(const std::vector<std::int64_t>& samples);
  /// The first few, as "shard.tar: 0017: a damaged JPEG: ..".
  std::vector<std::string> named() const;

 private:
  std::size_t pictures_;
  double fraction_;
  mutable std::mutex mutex_;
  std::set<std::int64_t> samples_;
  std::vector<std::string> named_;
};

struct LoaderSettings {
  int workers = 2;   ///< threads
  int prefetch = 4;  ///< batches that may be ready ahead
  std::uint64_t seed = 0;
  std::optional<image::AugmentSettings> augment;  ///< nullopt: evaluation_view at `side`, the first caption
  int side = 224;
  image::Normalisation normalisation;  ///< of evaluation_view
};

/// Gives the batches in their order, whatever the number of workers.
class Loader {
 public:
  /// `pairs` and `bad` outlive the loader. Error: a number of workers that check_workers refuses, or for which the
  /// system has no threads.
  Loader(const PairSet& pairs, const LoaderSettings& settings, std::vector<std::vector<Visit>> batches,
         BadPictures& bad);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// The next batch; nullopt behind the last. Error: too many bad pictures.
  std::optional<LoadedBatch> next();

 private:
  class Crew;
  std::unique_ptr<Crew> crew_;
};

/// The samples in batches, in order, each in epoch 0.
std::vector<std::vector<Visit>> batches_in_order(std::size_t samples, std::size_t batch);

/// The set's pictures as decoding for `side` pixels gives them; nothing else is done to them, so that a cache changes
/// no result. Bad pictures stay as they are in `pairs`. nullptr: they need more than most_bytes (0: no limit). The
/// workers tell `progress` of each picture, one at a time; what it throws ends the work and is thrown on. Error: as
/// Loader's, of the workers.
std::shared_ptr<const PictureStore> decoded_in_memory(const PairSet& pairs, int side, int workers,
                                                      std::int64_t most_bytes, ProgressSink& progress);

/// The same in a file of `folder`, which runs share, told apart by the set's fingerprint. It is written piece by piece;
/// one that is damaged, or whose pictures are others now (an even draw is compared), is made anew. Error: another
/// process is just making it.
std::shared_ptr<const PictureStore> decoded_in_folder(const PairSet& pairs, int side,
                                                      const std::filesystem::path& folder, int workers,
                                                      ProgressSink& progress);

}  // namespace counterpoint::image_text
