// What is in the pictures: one class each, or any number of keywords.
#pragma once
#include <torch/torch.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "counterpoint/data/image_text/pair_set.h"
#include "counterpoint/protoclip/evaluate/keywords.h"

namespace counterpoint::protoclip {

struct Targets {
  std::vector<std::string> names;  ///< of the C classes
  torch::Tensor truth;             ///< [N, C] float32, 0 or 1; undefined where one_each, as N x C may be much
  torch::Tensor main;              ///< [N] int64: the class, of several the main one; -1: none
  bool one_each = true;            ///< each picture has at most one class: accuracy is measured; else mAP

  /// The classes that are a picture's main one.
  std::set<std::int64_t> met() const;
  std::int64_t classes() const { return static_cast<std::int64_t>(names.size()); }
  /// The rows given [B] int64, in that order.
  Targets rows(const torch::Tensor& which) const;
};

/// Classes by Pair::label; pictures without label have none. Error: a label that is not in `names`.
Targets label_targets(const image_text::PairSet& pairs, const std::vector<std::string>& names);

/// A picture has a keyword where any of its captions holds one of its words (lower case, whole words). Its main keyword
/// is that which most of its captions name, of several the one with the fewest pictures.
Targets keyword_targets(const image_text::PairSet& pairs, const std::vector<Keyword>& keywords);

/// Of a test set and what is learned from, with the same classes.
struct TargetsOfSets {
  Targets test;
  std::optional<Targets> train;
};

/// The classes are the keywords or, without any, the labels of both sets. `train` may be null.
TargetsOfSets targets_of(const image_text::PairSet& test, const image_text::PairSet* train,
                         const std::vector<Keyword>& keywords);

}  // namespace counterpoint::protoclip
