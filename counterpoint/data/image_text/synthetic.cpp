#include "counterpoint/core/random.h"
#include "counterpoint/data/image_text/pair_set.h"

namespace counterpoint::image_text {
namespace {

constexpr int side = 256;

/// Coloured stripes whose colour and direction the caption names, so that there is something to learn.
class StripedPictures : public PictureStore {
 public:
  image::Image picture(std::size_t sample, int /*at_least*/) const override {
    RandomStream random(stream_seed(sample, {"synthetic"}));
    image::Image image = image::blank(side, side, "synthetic");
    const std::size_t colour = sample % 3, width = 8 + random.below(24);
    const bool upright = sample / 3 % 2 == 0;
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        const std::size_t along = static_cast<std::size_t>(upright ? x : y) / width % 2;
        std::uint8_t* pixel = image.row(y) + 3 * x;
        for (std::size_t c = 0; c < 3; ++c)
          pixel[c] = static_cast<std::uint8_t>((c == colour && along == 0 ? 160 : 40) + random.below(60));
      }
    return image;
  }
};

}  // namespace

PairSet synthetic_pairs(std::int64_t size) {
  const char* const colours[] = {"red", "green", "blue"};
  std::vector<Pair> pairs;
  for (std::int64_t i = 0; i < size; ++i) {
    const std::string label = fmt::format("{} {} stripes", i / 3 % 2 == 0 ? "upright" : "level", colours[i % 3]);
    pairs.push_back({fmt::format("synthetic-{:08}", i), {"a picture of " + label, label + ", made up"}, label});
  }
  return PairSet(std::move(pairs), std::make_shared<StripedPictures>());
}

}  // namespace counterpoint::image_text
