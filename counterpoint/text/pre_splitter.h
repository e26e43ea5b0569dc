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

/// What lies before a text: nothing, an added token, or other text of which it is the continuation.
enum class TextPlace { start, behind_token, behind_text };

class PreSplitterChain {
 public:
  PreSplitterChain(std::vector<PreSplitter> steps, std::optional<Metaspace> metaspace);
  /// The views last as long as `text` does.
  Words operator()(std::string_view text, TextPlace place) const;

 private:
  struct Step {
    PreSplitter::Kind kind;
    std::vector<Pattern> pattern;  // none for `prefix`
  };
  void apply_metaspace(Words& words, TextPlace place) const;

  std::vector<Step> steps_;
  std::optional<Metaspace> metaspace_;
};

}  // namespace counterpoint::text
