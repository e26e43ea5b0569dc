// Pictures decoded once. The file: a head, one place a picture, then the RGB bytes of all.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/image_text/loader.h"

namespace counterpoint::image_text {
namespace {

namespace fs = std::filesystem;

struct Head {
  char magic[8] = {'C', 'P', 'D', 'E', 'C', 'O', 'D', '1'};
  std::uint64_t fingerprint = 0, side = 0, pictures = 0, bytes = 0;  ///< `bytes`: of the whole file
};

struct Place {
  std::uint64_t offset = 0;
  std::int32_t width = 0, height = 0;  ///< 0: a bad picture
};

class DecodedPictures : public PictureStore {
 public:
  DecodedPictures(PairSet pairs, int side, std::string memory, std::optional<MappedFile> file)
      : pairs_(std::move(pairs)), side_(side), memory_(std::move(memory)), file_(std::move(file)) {}

  image::Image picture(std::size_t sample, int at_least) const override {
    Place place;
    std::memcpy(&place, data() + sizeof(Head) + sample * sizeof(Place), sizeof place);
    // A bad picture says again what is wrong; a larger one than is kept comes from where it was.
    if (place.width == 0 || at_least == 0 || at_least > side_) return pairs_.picture(sample, at_least);
    image::Image image{place.width, place.height, {}};
    const auto* first = reinterpret_cast<const std::uint8_t*>(data() + place.offset);
    image.rgb.assign(first, first + static_cast<std::size_t>(place.width) * static_cast<std::size_t>(place.height) * 3);
    return image;
  }

 private:
  const char* data() const { return file_ ? reinterpret_cast<const char*>(file_->bytes().data()) : memory_.data(); }

  PairSet pairs_;
  int side_;
  std::string memory_;
  std::optional<MappedFile> file_;
};

/// All pictures, by several threads; an empty one where it is bad.
std::vector<image::Image> decode_all(const PairSet& pairs, int side, int workers, ProgressSink& progress) {
  std::vector<image::Image> pictures(pairs.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&](bool tells) {
    for (std::size_t i; (i = next++) < pairs.size();) {
      try {
        pictures[i] = pairs.picture(i, side);
      } catch (const Error&) {
        pictures[i] = {};
      }
      if (tells) progress.update(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(pairs.size()), "");
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < workers; ++i) threads.emplace_back(work, false);
  work(true);
  for (std::thread& thread : threads) thread.join();
  progress.finish();
  return pictures;
}

std::string packed(const PairSet& pairs, int side, const std::vector<image::Image>& pictures) {
  Head head{.fingerprint = pairs.fingerprint(), .side = static_cast<std::uint64_t>(side), .pictures = pictures.size()};
  std::vector<Place> places;
  std::uint64_t offset = sizeof(Head) + pictures.size() * sizeof(Place);
  for (const image::Image& picture : pictures) {
    places.push_back({offset, picture.width, picture.height});
    offset += picture.rgb.size();
  }
  head.bytes = offset;
  std::string out(reinterpret_cast<const char*>(&head), sizeof head);
  out.append(reinterpret_cast<const char*>(places.data()), places.size() * sizeof(Place));
  for (const image::Image& picture : pictures)
    out.append(reinterpret_cast<const char*>(picture.rgb.data()), picture.rgb.size());
  return out;
}

Place place_in(const MappedFile& file, std::size_t sample) {
  Place place;
  std::memcpy(&place, file.bytes().data() + sizeof(Head) + sample * sizeof(Place), sizeof place);
  return place;
}

std::uint64_t bytes_of(const Place& place) {
  return 3 * static_cast<std::uint64_t>(place.width) * static_cast<std::uint64_t>(place.height);
}

bool places_fit(const MappedFile& file, std::size_t pictures) {
  const std::uint64_t size = file.bytes().size();
  for (std::size_t i = 0; i < pictures; ++i) {
    const Place place = place_in(file, i);
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
  const Place place = place_in(file, sample);
  return place.width == picture.width && place.height == picture.height &&
         std::memcmp(file.bytes().data() + place.offset, picture.rgb.data(), picture.rgb.size()) == 0;
}

bool is_whole(const MappedFile& file, const PairSet& pairs, int side) {
  Head head;
  if (file.bytes().size() < sizeof head + pairs.size() * sizeof(Place)) return false;
  std::memcpy(&head, file.bytes().data(), sizeof head);
  const bool right = std::memcmp(head.magic, Head{}.magic, sizeof head.magic) == 0 &&
                     head.fingerprint == pairs.fingerprint() && head.side == static_cast<std::uint64_t>(side) &&
                     head.pictures == pairs.size() && head.bytes == file.bytes().size();
  return right && places_fit(file, pairs.size()) && holds(file, pairs, side, 0) &&
         holds(file, pairs, side, pairs.size() - 1);
}

}  // namespace

std::shared_ptr<const PictureStore> decoded_pictures(const PairSet& pairs, int side, const fs::path& folder,
                                                     int workers, ProgressSink& progress) {
  if (folder.empty())
    return std::make_shared<DecodedPictures>(
        pairs, side, packed(pairs, side, decode_all(pairs, side, workers, progress)), std::nullopt);
  make_dirs(folder);
  const fs::path file = folder / fmt::format("decoded-{:016x}-{}.bin", pairs.fingerprint(), side);
  if (!fs::exists(file) || !is_whole(MappedFile(file), pairs, side))
    write_file_atomic(file, packed(pairs, side, decode_all(pairs, side, workers, progress)));
  return std::make_shared<DecodedPictures>(pairs, side, std::string(), MappedFile(file));
}

}  // namespace counterpoint::image_text
