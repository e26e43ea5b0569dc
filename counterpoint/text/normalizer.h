// Text normalisation before anything is split: the steps of TokenizerParts::normalizers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/pattern.h"
#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

class NormalizerChain {
 public:
  explicit NormalizerChain(std::vector<Normalizer> steps);
  /// `prepends`: false leaves the steps out that put something before the text.
  std::string operator()(std::string_view text, bool prepends = true) const;

 private:
  struct Step {
    Normalizer rule;
    std::vector<Pattern> pattern;  // one for the two kinds of replacing, else none
  };
  std::vector<Step> steps_;
};

}  // namespace counterpoint::text
