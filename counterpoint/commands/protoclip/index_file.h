// Embedded pictures and captions in one file, with what is needed to show them: what `protoclip embed` writes and
// `protoclip search` reads.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace counterpoint::commands::protoclip {

struct Index {
  torch::Tensor images;                 ///< [P, d] float32, not normalised; undefined: captions only
  torch::Tensor texts;                  ///< [M, d]; undefined: pictures only
  std::vector<std::string> keys;        ///< [P]
  std::vector<std::string> captions;    ///< [M], one picture's after another
  torch::Tensor owner;                  ///< [M] int64: each caption's place in `keys`
  std::vector<std::string> thumbnails;  ///< [P] data: addresses of JPEGs; empty: none were made
  std::string model;                    ///< the folder that embedded it
  std::uint64_t weights = 0;            ///< weights_fingerprint of that model

  /// The first caption of each picture [P].
  std::vector<std::string> first_captions() const;
};

/// safetensors: "images", "texts", "owner", and as bytes, one a line, "keys", "captions", "thumbnails"; "model",
/// "weights". Line breaks in captions become spaces. Error: a key with a line break, no space.
void write_index(const std::filesystem::path& file, const Index& index);

/// A file, or a folder with embeddings.safetensors. What is no thumbnail becomes "". Error: none there, another kind of
/// file, tensors that do not fit together.
Index read_index(const std::filesystem::path& file_or_folder);

/// FILE.safetensors stays; anything else is a folder that gets embeddings.safetensors.
std::filesystem::path index_file(const std::filesystem::path& file_or_folder);

}  // namespace counterpoint::commands::protoclip
