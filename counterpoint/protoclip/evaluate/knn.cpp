#include "counterpoint/protoclip/evaluate/knn.h"

#include <algorithm>
#include <vector>

namespace counterpoint::protoclip {
namespace F = torch::nn::functional;

torch::Tensor knn_scores(const torch::Tensor& train, const torch::Tensor& truth, const torch::Tensor& test,
                         std::int64_t k, double temperature) {
  constexpr std::int64_t chunk = 512;
  const torch::Tensor known = F::normalize(train), labels = truth.to(torch::kFloat32);
  const std::int64_t neighbours = std::min(k, train.size(0));
  std::vector<torch::Tensor> votes;
  for (const torch::Tensor& part : F::normalize(test).split(chunk)) {
    const auto [cosines, rows] = part.mm(known.t()).topk(neighbours, 1);
    const torch::Tensor weights = (cosines / temperature).exp().unsqueeze(1);              // [B, 1, k]
    const torch::Tensor theirs = labels.index_select(0, rows.flatten());                   // [B * k, C]
    votes.push_back(weights.bmm(theirs.view({part.size(0), neighbours, -1})).squeeze(1));  // [B, C]
  }
  return torch::cat(votes);
}

}  // namespace counterpoint::protoclip
