// Features of whole sets of pictures and captions.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/data/image_text/loader.h"
#include "counterpoint/nn/clip/clip_model.h"
#include "counterpoint/text/clip_tokenizer.h"

namespace counterpoint::protoclip {

struct EncodeSettings {
  std::int64_t batch = 128;          ///< pictures or captions at once
  int workers = 2;                   ///< threads that read and decode
  double max_bad_fraction = 0.01;    ///< more pictures that cannot be read are an error
  ProgressSink* progress = nullptr;  ///< told of each batch; what it throws is thrown on. nullptr: nobody
};

/// How the model wants its pictures, for the loader.
image::Normalisation normalisation_of(const nn::ClipConfig& config);
/// [samples, 3, side, side], on the memory of `batch`, which must outlive it.
torch::Tensor pixels_of(const image_text::LoadedBatch& batch);

struct EncodedPictures {
  torch::Tensor rows;                 ///< [P, d] float32, not normalised, on the CPU
  std::vector<std::int64_t> samples;  ///< [P]: the set's pictures, ascending, without the bad ones
  std::vector<std::string> bad;       ///< the first few of those that could not be read, and why
};

/// The model sees the evaluation view (resize, centre crop, its own pixel normalisation). It is in eval mode while this
/// runs and afterwards as before. Where the model's parameters are, there the work is done.
EncodedPictures encode_pictures(nn::ClipModel& model, const image_text::PairSet& pairs,
                                const EncodeSettings& settings = {});

/// [N, d] float32, not normalised, on the CPU; as above. Equal captions are encoded once.
torch::Tensor encode_captions(nn::ClipModel& model, const text::ClipTokenizer& tokenizer,
                              const std::vector<std::string>& captions, const EncodeSettings& settings = {});

/// Both modalities of a set.
struct PairFeatures {
  torch::Tensor images;               ///< [P, d]
  std::vector<std::int64_t> samples;  ///< [P], as EncodedPictures
  std::vector<std::string> bad;       ///< as EncodedPictures
  torch::Tensor texts;                ///< [M, d]: all captions of those pictures, one picture after another
  torch::Tensor owner;                ///< [M] int64: row of its picture in `images`
  torch::Tensor first_caption;        ///< [P] int64: row of its first caption in `texts`
};

PairFeatures encode_pairs(nn::ClipModel& model, const text::ClipTokenizer& tokenizer, const image_text::PairSet& pairs,
                          const EncodeSettings& settings = {});

}  // namespace counterpoint::protoclip
