#include "counterpoint/protoclip/evaluate/knn.h"

#include <algorithm>
#include <vector>

#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {
namespace {

/// The votes of each row's neighbours: rows and weights [B, k] -> [B, C].
torch::Tensor votes_of(const Targets& truth, const torch::Tensor& rows, const torch::Tensor& weights) {
  if (!truth.one_each) {
    const torch::Tensor theirs = truth.truth.index_select(0, rows.flatten());  // [B * k, C]
    return weights.unsqueeze(1).bmm(theirs.view({rows.size(0), rows.size(1), -1})).squeeze(1);
  }
  const torch::Tensor classes = truth.main.index_select(0, rows.flatten()).view(rows.sizes());
  const torch::Tensor counted = weights * (classes >= 0);
  return torch::zeros({rows.size(0), truth.classes()}).scatter_add_(1, classes.clamp_min(0), counted);
}

}  // namespace

torch::Tensor knn_scores(const torch::Tensor& train, const Targets& truth, const torch::Tensor& test, std::int64_t k) {
  constexpr std::int64_t chunk = 512;
  constexpr double temperature = 0.07;
  const torch::Tensor known = unit_rows(train);
  const std::int64_t neighbours = std::min(k, train.size(0));
  std::vector<torch::Tensor> votes;
  for (const torch::Tensor& part : unit_rows(test).split(chunk)) {
    const auto [cosines, rows] = part.mm(known.t()).topk(neighbours, 1);
    votes.push_back(votes_of(truth, rows, (cosines / temperature).exp()));
  }
  return torch::cat(votes);
}

}  // namespace counterpoint::protoclip
