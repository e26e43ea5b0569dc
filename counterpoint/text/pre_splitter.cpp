#include "counterpoint/text/pre_splitter.h"

#include <algorithm>

namespace counterpoint::text {
namespace {

constexpr std::string_view lower_block = "\xE2\x96\x81";  // U+2581

std::string with_lower_blocks(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  for (const char c : text) {
    if (c == ' ')
      out += lower_block;
    else
      out += c;
  }
  return out;
}

/// Words that begin at each U+2581.
void split_at_lower_blocks(std::string_view text, std::vector<std::string_view>& out) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(lower_block, begin + 1), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end;
  }
}

void split_by(const Pattern& pattern, PreSplitter::Kind kind, std::string_view word,
              std::vector<std::string_view>& out) {
  const bool keep_matches = kind != PreSplitter::Kind::between;
  const bool keep_rest = kind != PreSplitter::Kind::matches;
  size_t done = 0;
  pattern.for_each_match(word, [&](size_t begin, size_t end) {
    if (keep_rest && begin > done) out.push_back(word.substr(done, begin - done));
    if (keep_matches) out.push_back(word.substr(begin, end - begin));
    done = end;
  });
  if (keep_rest && done < word.size()) out.push_back(word.substr(done));
}

void prefix_space(Words& words) {
  for (std::string_view& word : words.views)
    if (!word.starts_with(' ')) word = words.changed.emplace_back(" " + std::string(word));
}

}  // namespace

PreSplitterChain::PreSplitterChain(std::vector<PreSplitter> steps, std::optional<Metaspace> metaspace)
    : metaspace_(metaspace) {
  for (const PreSplitter& step : steps) {
    steps_.push_back({step.kind, {}});
    if (step.kind != PreSplitter::Kind::prefix) steps_.back().pattern.emplace_back(step.pattern);
  }
}

void PreSplitterChain::apply_metaspace(Words& words, TextPlace place) const {
  std::string& text = words.changed.emplace_back(with_lower_blocks(words.views.front()));
  const bool prepend = (metaspace_->prepend == Metaspace::Prepend::always && place != TextPlace::behind_text) ||
                       (metaspace_->prepend == Metaspace::Prepend::first && place == TextPlace::start);
  if (prepend && !text.starts_with(lower_block)) text.insert(0, lower_block);
  words.views.clear();
  if (metaspace_->split)
    split_at_lower_blocks(text, words.views);
  else
    words.views.push_back(text);
}

Words PreSplitterChain::operator()(std::string_view text, TextPlace place) const {
  Words words;
  if (text.empty()) return words;
  words.views.push_back(text);
  if (metaspace_) apply_metaspace(words, place);
  for (const Step& step : steps_) {
    if (step.kind == PreSplitter::Kind::prefix) {
      prefix_space(words);
      continue;
    }
    std::vector<std::string_view> cut;
    for (const std::string_view word : words.views) split_by(step.pattern.front(), step.kind, word, cut);
    words.views = std::move(cut);
  }
  return words;
}

}  // namespace counterpoint::text
