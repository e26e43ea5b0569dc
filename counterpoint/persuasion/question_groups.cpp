#include "counterpoint/persuasion/question_groups.h"

namespace counterpoint::persuasion {
namespace {

/// ASCII letters in lower case, digits and all bytes beyond ASCII; the rest counts as one space between words.
std::string normalised(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && static_cast<unsigned char>(c) < 128) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

void QuestionGroups::add(const std::string& id, std::string_view text) {
  std::string words = normalised(text);
  const auto [by_id, new_id] = id_index_.try_emplace(id, entries_.size());
  const size_t index = by_id->second;
  if (new_id) {
    entries_.push_back({id, words, index});
  } else if (entries_[index].text == words) {
    return;
  } else if (!entries_[index].reused) {
    entries_[index].reused = true;
    ++reused_ids_;
  }
  const auto [by_text, new_text] = text_index_.try_emplace(std::move(words), index);
  if (new_text) return;
  if (new_id) ++repeated_texts_;
  join(index, by_text->second);
}

size_t QuestionGroups::root(size_t index) const {
  while (entries_[index].parent != index) index = entries_[index].parent;
  return index;
}

void QuestionGroups::join(size_t a, size_t b) {
  size_t first = root(a), second = root(b);
  if (entries_[second].id < entries_[first].id) std::swap(first, second);
  entries_[second].parent = first;
}

const std::string& QuestionGroups::representative(const std::string& id) const {
  const auto found = id_index_.find(id);
  return found == id_index_.end() ? id : entries_[root(found->second)].id;
}

}  // namespace counterpoint::persuasion
