#include "counterpoint/protoclip/evaluate/retrieval.h"

#include <limits>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/protoclip/evaluate/scores.h"
#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

Tensor ranks_of_captions(const Tensor& images, const Tensor& texts, const Tensor& owner, std::int64_t chunk) {
  std::vector<Tensor> ranks;
  for (std::int64_t first = 0; first < images.size(0); first += chunk) {
    const Tensor scores = images.slice(0, first, first + chunk).mm(texts.t());
    const Tensor pictures = torch::arange(first, first + scores.size(0), torch::kInt64).unsqueeze(1);
    const Tensor own = scores.masked_fill(owner.unsqueeze(0) != pictures, -std::numeric_limits<double>::infinity());
    ranks.push_back(places_of(scores, own.argmax(1)));
  }
  return torch::cat(ranks);
}

Tensor ranks_of_pictures(const Tensor& images, const Tensor& texts, const Tensor& owner, std::int64_t chunk) {
  std::vector<Tensor> ranks;
  for (std::int64_t first = 0; first < texts.size(0); first += chunk) {
    const Tensor scores = texts.slice(0, first, first + chunk).mm(images.t());
    ranks.push_back(places_of(scores, owner.slice(0, first, first + chunk)));
  }
  return torch::cat(ranks);
}

}  // namespace

RetrievalRanks retrieval_ranks(const Tensor& images, const Tensor& texts, const Tensor& owner, std::int64_t chunk) {
  if (!images.isfinite().all().item<bool>() || !texts.isfinite().all().item<bool>())
    fail("the features to be compared are not finite: the model has diverged");
  const Tensor captions = torch::bincount(owner, {}, images.size(0));
  if ((captions == 0).any().item<bool>())
    fail("picture {} has no caption to be found by", (captions == 0).nonzero()[0].item<std::int64_t>() + 1);
  const Tensor i = unit_rows(images), t = unit_rows(texts);
  return {ranks_of_captions(i, t, owner, chunk), ranks_of_pictures(i, t, owner, chunk)};
}

}  // namespace counterpoint::protoclip
