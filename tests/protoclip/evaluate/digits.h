// scikit-learn's digits and what it makes of them (tests/golden/clip_evaluate).
#pragma once
#include <torch/torch.h>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/protoclip/evaluate/targets.h"
#include "tests/protoclip/golden_tensors.h"

namespace counterpoint::test {

inline const data::Json& sklearn_values() {
  static const data::Json json = data::read_json(golden("clip_evaluate/evaluate.json"));
  return json;
}

struct Digits {
  torch::Tensor train, test;         ///< [N, 64] float32
  protoclip::Targets truth, unseen;  ///< ten classes, one each
  torch::Tensor many, unseen_many;   ///< [N, 5]: several labels each
  torch::Tensor coefficients;        ///< [10, 64]: scikit-learn's at C = 1, of standardised features
};

inline protoclip::Targets one_each(const torch::Tensor& classes, std::int64_t count) {
  return {.names = std::vector<std::string>(static_cast<size_t>(count), "class"), .truth = {}, .main = classes};
}

inline Digits digits() {
  auto tensors = golden_tensors("clip_evaluate/digits.safetensors");
  const auto n = sklearn_values()["train"].get<std::int64_t>();
  const auto part = [&](const char* name, bool first) {
    return first ? tensors[name].slice(0, 0, n) : tensors[name].slice(0, n);
  };
  return {part("x", true),    part("x", false),    one_each(part("y", true), 10), one_each(part("y", false), 10),
          part("many", true), part("many", false), tensors["coefficients"]};
}

/// By the mean and deviation of the training rows.
inline torch::Tensor standardised(const torch::Tensor& x, const torch::Tensor& train) {
  const torch::Tensor wide = train.to(torch::kFloat64), deviation = wide.std(0, false);
  return (x.to(torch::kFloat64) - wide.mean(0)) / torch::where(deviation > 0, deviation, torch::ones_like(deviation));
}

}  // namespace counterpoint::test
