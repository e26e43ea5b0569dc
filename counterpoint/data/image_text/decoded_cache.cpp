// Pictures decoded once. The file: the RGB bytes of all, one place a picture, and a foot.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/image_text/loader.h"
#include "counterpoint/data/image_text/worker_threads.h"

namespace counterpoint::image_text {
namespace {

namespace fs = std::filesystem;
using Pictures = std::vector<image::Image>;

struct Foot {
  char magic[8] = {'C', 'P', 'D', 'E', 'C', 'O', 'D', '2'};
  std::uint64_t fingerprint = 0, side = 0, pictures = 0, bytes = 0;  ///< `bytes`: of the whole file
};

struct Place {
  std::uint64_t offset = 0;
  std::int32_t width = 0, height = 0;  ///< 0: a bad picture
};

/// What is kept of the pictures, and where the others come from.
class Decoded : public PictureStore {
 public:
  Decoded(PairSet pairs, int side) : pairs_(std::move(pairs)), side_(side) {}

  image::Image picture(std::size_t sample, int at_least) const override {
    // A larger one than is kept comes from where it was; a bad picture says again what is wrong.
    if (at_least == 0 || at_least > side_) return pairs_.picture(sample, at_least);
    image::Image image = kept(sample);
    return image.width == 0 ? pairs_.picture(sample, at_least) : image;
  }

 protected:
  virtual image::Image kept(std::size_t sample) const = 0;

 private:
  PairSet pairs_;
  int side_;
};

class InMemory : public Decoded {
 public:
  InMemory(PairSet pairs, int side, Pictures pictures)
      : Decoded(std::move(pairs), side), pictures_(std::move(pictures)) {}

 protected:
  image::Image kept(std::size_t sample) const override { return pictures_[sample]; }

 private:
  Pictures pictures_;
};

Place place_in(const MappedFile& file, std::size_t pictures, std::size_t sample) {
  Place place;
  const std::size_t places = file.bytes().size() - sizeof(Foot) - pictures * sizeof(Place);
  std::memcpy(&place, file.bytes().data() + places + sample * sizeof(Place), sizeof place);
  return place;
}

std::uint64_t bytes_of(const Place& place) {
  return 3 * static_cast<std::uint64_t>(place.width) * static_cast<std::uint64_t>(place.height);
}

image::Image picture_in(const MappedFile& file, std::size_t pictures, std::size_t sample) {
  const Place place = place_in(file, pictures, sample);
  image::Image image{place.width, place.height, {}};
  const auto* first = reinterpret_cast<const std::uint8_t*>(file.bytes().data() + place.offset);
  image.rgb.assign(first, first + bytes_of(place));
  return image;
}

class InFile : public Decoded {
 public:
  InFile(PairSet pairs, int side, const fs::path& file) : Decoded(pairs, side), count_(pairs.size()), file_(file) {}

 protected:
  image::Image kept(std::size_t sample) const override { return picture_in(file_, count_, sample); }

 private:
  std::size_t count_;
  MappedFile file_;
};

/// Pictures [first, first + count) by several threads; an empty one where it is bad.
class Decoding {
 public:
  /// most_bytes: more than that is not kept; 0: no limit.
  Decoding(const PairSet& pairs, int side, int workers, std::int64_t most_bytes, ProgressSink& progress)
      : pairs_(pairs), side_(side), workers_(workers), most_bytes_(most_bytes), progress_(progress) {
    check_workers(workers);
  }

  /// nullopt: they need more memory than is allowed.
  std::optional<Pictures> pictures(std::size_t first, std::size_t count) {
    Pictures out(count);
    next_ = 0;
    {
      const WorkerThreads others(
          workers_ - 1, [&] { work(out, first); }, [this] { stop_ = true; });
      work(out, first);
    }
    if (failure_) std::rethrow_exception(failure_);
    return too_many() ? std::nullopt : std::optional(std::move(out));
  }

 private:
  bool too_many() const { return most_bytes_ > 0 && bytes_ > most_bytes_; }

  void work(Pictures& out, std::size_t first) {
    try {
      for (std::size_t i; !stop_ && !too_many() && (i = next_++) < out.size();) {
        out[i] = decoded(first + i);
        bytes_ += static_cast<std::int64_t>(out[i].rgb.size());
        const std::lock_guard lock(mutex_);
        tell();
      }
    } catch (...) {  // no memory: a thread must not end the program
      const std::lock_guard lock(mutex_);
      fail_with(std::current_exception());
    }
  }

  /// Under the lock. Behind a wish to stop nothing is told.
  void tell() {
    if (failure_) return;
    try {
      progress_.update(++told_, static_cast<std::int64_t>(pairs_.size()), "decoding");
    } catch (...) {
      fail_with(std::current_exception());
    }
  }

  /// Under the lock.
  void fail_with(const std::exception_ptr& failure) {
    stop_ = true;
    if (!failure_) failure_ = failure;
  }

  image::Image decoded(std::size_t sample) const {
    try {
      return pairs_.picture(sample, side_);
    } catch (const Error&) {
      return {};
    }
  }

  const PairSet& pairs_;
  int side_, workers_;
  std::int64_t most_bytes_;
  ProgressSink& progress_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::int64_t> bytes_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // of what follows, and of the progress
  std::int64_t told_ = 0;
  std::exception_ptr failure_;
};

template <class Value>
std::string_view raw(const Value* first, std::size_t count) {
  return {reinterpret_cast<const char*>(first), count * sizeof(Value)};
}

/// Piece by piece: a large set does not fit into memory.
void write_decoded(const fs::path& file, const PairSet& pairs, int side, int workers, ProgressSink& progress) {
  constexpr std::size_t at_once = 1024;
  Decoding decoding(pairs, side, workers, 0, progress);
  FileWriter writer(file);
  std::vector<Place> places;
  std::uint64_t offset = 0;
  for (std::size_t first = 0; first < pairs.size(); first += at_once) {
    const Pictures pictures = decoding.pictures(first, std::min(at_once, pairs.size() - first)).value();
    for (const image::Image& picture : pictures) {
      places.push_back({offset, picture.width, picture.height});
      writer.write(raw(picture.rgb.data(), picture.rgb.size()));
      offset += picture.rgb.size();
    }
  }
  const Foot foot{.fingerprint = pairs.fingerprint(),
                  .side = static_cast<std::uint64_t>(side),
                  .pictures = pairs.size(),
                  .bytes = offset + places.size() * sizeof(Place) + sizeof(Foot)};
  writer.write(raw(places.data(), places.size()));
  writer.write(raw(&foot, 1));
  writer.finish();
}

bool places_fit(const MappedFile& file, std::size_t pictures) {
  const std::uint64_t size = file.bytes().size();
  for (std::size_t i = 0; i < pictures; ++i) {
    const Place place = place_in(file, pictures, i);
    if (place.width < 0 || place.height < 0 || place.offset > size || bytes_of(place) > size - place.offset)
      return false;
  }
  return true;
}

/// Whether the picture is still the one that was decoded: a set may be made anew under the same names.
bool holds(const MappedFile& file, const PairSet& pairs, int side, std::size_t sample) {
  image::Image picture;
  try {
    picture = pairs.picture(sample, side);
  } catch (const Error&) {
  }
  const image::Image kept = picture_in(file, pairs.size(), sample);
  return kept.width == picture.width && kept.height == picture.height && kept.rgb == picture.rgb;
}

/// Of an even draw over the set, both ends with it: all would cost what the cache saves.
bool sampled_hold(const MappedFile& file, const PairSet& pairs, int side) {
  constexpr std::size_t compared = 32;
  const std::size_t count = std::min(compared, pairs.size());
  for (std::size_t i = 0; i < count; ++i)
    if (!holds(file, pairs, side, count == 1 ? 0 : i * (pairs.size() - 1) / (count - 1))) return false;
  return true;
}

bool is_whole(const MappedFile& file, const PairSet& pairs, int side) {
  const std::size_t size = file.bytes().size();
  Foot foot;
  if (size < sizeof foot + pairs.size() * sizeof(Place)) return false;
  std::memcpy(&foot, file.bytes().data() + size - sizeof foot, sizeof foot);
  const bool right = std::memcmp(foot.magic, Foot{}.magic, sizeof foot.magic) == 0 &&
                     foot.fingerprint == pairs.fingerprint() && foot.side == static_cast<std::uint64_t>(side) &&
                     foot.pictures == pairs.size() && foot.bytes == size;
  return right && places_fit(file, pairs.size()) && sampled_hold(file, pairs, side);
}

}  // namespace

std::shared_ptr<const PictureStore> decoded_in_memory(const PairSet& pairs, int side, int workers,
                                                      std::int64_t most_bytes, ProgressSink& progress) {
  auto pictures = Decoding(pairs, side, workers, most_bytes, progress).pictures(0, pairs.size());
  progress.finish();
  return pictures ? std::make_shared<InMemory>(pairs, side, std::move(*pictures)) : nullptr;
}

std::shared_ptr<const PictureStore> decoded_in_folder(const PairSet& pairs, int side, const fs::path& folder,
                                                      int workers, ProgressSink& progress) {
  make_dirs(folder);
  const fs::path file = folder / fmt::format("decoded-{:016x}-{}.bin", pairs.fingerprint(), side);
  if (!fs::exists(file) || !is_whole(MappedFile(file), pairs, side))
    write_decoded(file, pairs, side, workers, progress);
  progress.finish();
  return std::make_shared<InFile>(pairs, side, file);
}

}  // namespace counterpoint::image_text
