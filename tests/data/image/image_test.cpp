#include "counterpoint/data/image/image.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "counterpoint/core/files.h"
#include "counterpoint/data/image/transform.h"
#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::image {
namespace {

using data::Json;
using test::error_of;
using test::expect_contains;

const Json& golden() {
  static const Json json = data::read_json(test::golden("image/image.json"));
  return json;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Image decode_file(const std::string& name) { return decode(bytes_of(read_file(test::golden("image/" + name))), name); }

void expect_pixels(const Image& image, const Json& wanted, int tolerance, const std::string& what) {
  ASSERT_EQ(image.rgb.size(), wanted.size()) << what;
  int worst = 0;
  for (size_t i = 0; i < wanted.size(); ++i) worst = std::max(worst, std::abs(image.rgb[i] - wanted[i].get<int>()));
  EXPECT_LE(worst, tolerance) << what;
}

Image source() {
  const Json& from = golden().at("source");
  return {from.at("width"), from.at("height"), from.at("rgb").get<std::vector<std::uint8_t>>()};
}

TEST(Decode, EachFormatAsPilDoes) {
  for (const auto& [name, wanted] : golden().at("pictures").items()) {
    const Image image = decode_file(name);
    EXPECT_EQ(image.width, wanted.at("width").get<int>()) << name;
    EXPECT_EQ(image.height, wanted.at("height").get<int>()) << name;
    if (wanted.contains("rgb")) expect_pixels(image, wanted.at("rgb"), name.ends_with(".jpg") ? 2 : 1, name);
  }
}

TEST(Decode, DamagedAndForeignFilesAreErrorsThatNameThem) {
  for (const auto& [name, wanted] : golden().at("pictures").items()) {
    const std::string whole = read_file(test::golden("image/" + name));
    for (const size_t part : {size_t{13}, whole.size() / 2, whole.size() * 3 / 4}) {
      const std::string cut = whole.substr(0, part);
      expect_contains(error_of([&] { decode(bytes_of(cut), "shard.tar: " + name); }), "shard.tar: " + name);
    }
  }
  expect_contains(error_of([] { decode({}, "nothing.jpg"); }), "nothing.jpg: an empty file");
  expect_contains(error_of([] { decode(bytes_of("GIF89a.........."), "a.gif"); }), "neither JPEG, PNG nor WebP");
}

TEST(Decode, ReducedJpegKeepsTheSideThatIsAskedFor) {
  Image large = blank(200, 120, "large");
  for (size_t i = 0; i < large.rgb.size(); ++i) large.rgb[i] = static_cast<std::uint8_t>(i / 600);
  const std::string jpeg = encode_jpeg(large, 95);
  const auto side = [&](int at_least) { return decode(bytes_of(jpeg), "large", at_least).height; };
  EXPECT_EQ(side(0), 120);
  EXPECT_EQ(side(61), 120);
  EXPECT_EQ(side(60), 60);
  EXPECT_EQ(side(30), 30);
  EXPECT_EQ(side(1), 15);
}

TEST(Encode, PngIsWithoutLoss) {
  const Image back = decode(bytes_of(encode_png(source())), "png");
  EXPECT_EQ(back.rgb, source().rgb);
  expect_contains(thumbnail_address(source(), 8), "data:image/jpeg;base64,/9j/");
}

TEST(Resize, AsPil) {
  for (const Json& wanted : golden().at("resized")) {
    const auto box = wanted.at("box").get<std::vector<int>>(), size = wanted.at("size").get<std::vector<int>>();
    const Filter filter = wanted.at("filter") == "bilinear" ? Filter::bilinear : Filter::bicubic;
    const Image image = resize(source(), {box[0], box[1], box[2] - box[0], box[3] - box[1]}, size[0], size[1], filter);
    expect_pixels(image, wanted.at("rgb"), 1, wanted.dump().substr(0, 70));
  }
}

/// No two neighbours alike.
Image uneven(int width, int height) {
  Image image = blank(width, height, "uneven");
  for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * 37 + i / 7 * 11);
  return image;
}

Image cropped(const Image& image, const Box& box) {
  Image out = blank(box.width, box.height, "cropped");
  for (int y = 0; y < box.height; ++y) std::copy_n(image.row(box.y + y) + 3 * box.x, 3 * box.width, out.row(y));
  return out;
}

TEST(CentreView, IsTheCentreOfTheResizedPicture) {
  constexpr int side = 16;
  struct Size {
    int width, height;
  };
  const std::vector<std::pair<Size, Size>> sizes = {
      {{40, 30}, {21, 16}}, {{30, 41}, {16, 21}}, {{5, 7}, {16, 22}}, {{3, 200}, {16, 1066}}, {{16, 16}, {16, 16}}};
  const auto centred = [](int length) { return static_cast<int>(std::lround((length - side) / 2.0)); };
  for (const auto& [size, scaled] : sizes) {
    const Image image = uneven(size.width, size.height);
    const Image small = resize(image, whole(image), scaled.width, scaled.height, Filter::bicubic);
    const Box centre{centred(scaled.width), centred(scaled.height), side, side};
    EXPECT_EQ(centre_view(image, side).rgb, cropped(small, centre).rgb) << size.width << " x " << size.height;
  }
}

// Resized as a whole these would have 9.9 GB, and a side that is no int.
TEST(CentreView, OfAThinPictureOnlyWhatIsSeenIsMade) {
  for (const Image& thin : {blank(1, 65'535, "high"), blank(20'000'000, 1, "wide")}) {
    const Image view = centre_view(thin, 224);
    EXPECT_EQ(view.width, 224);
    EXPECT_EQ(view.rgb, blank(224, 224, "black").rgb);
  }
}

Planes planes_of(const char* name) { return {13, golden().at("colours").at(name).get<std::vector<float>>()}; }

void expect_planes(const Planes& planes, const char* name) {
  const Planes wanted = planes_of(name);
  for (size_t i = 0; i < wanted.values.size(); ++i)
    ASSERT_NEAR(planes.values[i], wanted.values[i], 1e-5) << name << " " << i;
}

TEST(Colour, AsTorchvision) {
  const auto check = [](const char* name, auto adjust) {
    Planes planes = planes_of("source");
    adjust(planes);
    expect_planes(planes, name);
  };
  check("brightness 1.6", [](Planes& p) { adjust_brightness(p, 1.6); });
  check("contrast 0.3", [](Planes& p) { adjust_contrast(p, 0.3); });
  check("contrast 1.7", [](Planes& p) { adjust_contrast(p, 1.7); });
  check("saturation 1.8", [](Planes& p) { adjust_saturation(p, 1.8); });
  check("saturation 0.2", [](Planes& p) { adjust_saturation(p, 0.2); });
  check("hue 0.17", [](Planes& p) { adjust_hue(p, 0.17); });
  check("hue -0.2", [](Planes& p) { adjust_hue(p, -0.2); });
  check("grey", [](Planes& p) { make_grey(p); });
  check("blur 5 0.8", [](Planes& p) { gaussian_blur(p, 5, 0.8); });
  check("blur 21 1.9", [](Planes& p) { gaussian_blur(p, 21, 1.9); });
}

TEST(Augment, CropsAreWithinThePictureAndOfTheAskedArea) {
  RandomStream random(3);
  AugmentSettings settings;
  double smallest = 1, largest = 0;
  for (int i = 0; i < 2000; ++i) {
    const Box box = random_crop(100, 80, settings, random);
    ASSERT_TRUE(box.x >= 0 && box.y >= 0 && box.x + box.width <= 100 && box.y + box.height <= 80);
    const double share = box.width * box.height / 8000.0;
    smallest = std::min(smallest, share);
    largest = std::max(largest, share);
  }
  EXPECT_GE(smallest, 0.48);
  EXPECT_LE(smallest, 0.55);
  EXPECT_GE(largest, 0.95);
}

TEST(Augment, IsAFunctionOfItsStream) {
  AugmentSettings settings{.side = 12, .jitter = 0.9, .grey = 0.3, .blur = 0.5, .normalisation = {}};
  std::vector<float> a(3 * 144), b(3 * 144), other(3 * 144);
  augment(source(), settings, RandomStream(5), a.data());
  augment(source(), settings, RandomStream(5), b.data());
  augment(source(), settings, RandomStream(6), other.data());
  EXPECT_EQ(a, b);
  EXPECT_NE(a, other);
}

TEST(Augment, WithoutAnythingItIsTheNormalisedPicture) {
  AugmentSettings settings = plain_augmentation(16);
  Image white = blank(16, 16, "white");
  std::fill(white.rgb.begin(), white.rgb.end(), std::uint8_t{255});
  std::vector<float> out(3 * 256);
  augment(white, settings, RandomStream(1), out.data());
  for (size_t c = 0; c < 3; ++c)
    EXPECT_NEAR(out[c * 256 + 100], (1 - settings.normalisation.mean[c]) / settings.normalisation.std[c], 1e-5);
}

}  // namespace
}  // namespace counterpoint::image
