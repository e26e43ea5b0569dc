// From a decoded picture to what an image tower sees: normalised float planes.
#pragma once
#include <array>
#include <optional>

#include "counterpoint/core/random.h"
#include "counterpoint/data/image/colour.h"
#include "counterpoint/data/image/resize.h"

namespace counterpoint::image {

/// How planes are normalised: (x - mean) / std, x in [0, 1]. Defaults: CLIP's.
struct Normalisation {
  std::array<float, 3> mean{0.48145466F, 0.4578275F, 0.40821073F}, std{0.26862954F, 0.26130258F, 0.27577711F};
};

/// The paper's training augmentations (spec 2.2), in its order, with its probabilities.
struct AugmentSettings {
  int side = 224;
  double scale_low = 0.5, scale_high = 1;  ///< of RandomResizedCrop: share of the area; ratio 3/4 to 4/3
  double flip = 0.5;                       ///< probability of a mirrored picture
  double jitter = 0.2;                     ///< probability of the colour jitter
  double brightness = 0.8, contrast = 0.8, saturation = 0.8, hue = 0.2;  ///< its strengths
  double grey = 0.2, blur = 0.2;                                         ///< probabilities
  Normalisation normalisation;
};

/// open_clip's: RandomResizedCrop 0.9 to 1 and nothing else.
AugmentSettings plain_augmentation(int side);

/// The crop that torchvision's RandomResizedCrop would take of a picture of this size.
Box random_crop(int width, int height, const AugmentSettings& settings, RandomStream& random);

/// The blur's kernel is the paper's 21 pixels at 224, its sigma 0.1 to 2 there; both shrink with the side.
int blur_kernel(int side);

/// Writes [3][side][side] to `out`. All draws come from `random`: the same stream gives the same picture.
void augment(const Image& image, const AugmentSettings& settings, RandomStream random, float* out);

/// Shorter side to `side` (bicubic), centre crop: what evaluation sees. Writes [3][side][side].
void evaluation_view(const Image& image, int side, const Normalisation& normalisation, float* out);

/// The centre crop of evaluation_view as a picture.
Image centre_view(const Image& image, int side);

/// The shorter side that a decoder should keep for `side` pixels of a crop of this least share of the area.
int decoded_side(int side, double scale_low);

}  // namespace counterpoint::image
