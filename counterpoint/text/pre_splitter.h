// Cutting a text into words that BPE never merges across: Metaspace and the steps of TokenizerParts::splitters.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/pattern.h"
#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// Words as views into the text, or into strings of their own where a step changed them.
struct Words {
  std::vector<std::string_view> views;
  std::deque<std::string> changed;
};

class PreSplitterChain {
 public:
  PreSplitterChain(std::vector<PreSplitter> steps, std::optional<Metaspace> metaspace);
  /// `at_start`: nothing of the input lies before this text. The views last as long as `text` does.
  Words operator()(std::string_view text, bool at_start) const;

 private:
  struct Step {
    PreSplitter::Kind kind;
    std::vector<Pattern> pattern;  // none for `prefix`
  };
  void apply_metaspace(Words& words, bool at_start) const;

  std::vector<Step> steps_;
  std::optional<Metaspace> metaspace_;
};

}  // namespace counterpoint::text
