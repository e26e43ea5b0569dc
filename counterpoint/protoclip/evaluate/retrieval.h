// Retrieval both ways, with any number of captions a picture.
#pragma once
#include <torch/torch.h>

#include <array>
#include <cstdint>

namespace counterpoint::protoclip {

/// Places of the right answer in the sorted list, from 0; of equal scores the one that stands first in the set comes
/// first, as in a stable sort.
struct RetrievalRanks {
  torch::Tensor image_to_text;  ///< [P] int64: of the best of the picture's own captions among all captions
  torch::Tensor text_to_image;  ///< [M] int64: of the caption's own picture among all pictures
};

/// images [P, d], texts [M, d] (any length; cosines are compared), owner [M] int64: the picture of each caption. Never
/// more than `chunk` rows of the matrix of scores exist. Error: a picture without caption, features that are not
/// finite.
RetrievalRanks retrieval_ranks(const torch::Tensor& images, const torch::Tensor& texts, const torch::Tensor& owner,
                               std::int64_t chunk = 1024);

inline constexpr std::array<std::int64_t, 3> recall_depths{1, 5, 10};

}  // namespace counterpoint::protoclip
