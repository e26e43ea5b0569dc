// Which questions are one and the same, so that no question lands in two splits under two ids.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace counterpoint::persuasion {

/// Questions grouped by equal id and by equal text (case, punctuation and spaces aside), transitively.
class QuestionGroups {
 public:
  void add(const std::string& id, std::string_view text);

  /// The first id in byte order of all that are the same question as `id`: does not depend on the order of adding.
  /// An id that was not added is its own group.
  const std::string& representative(const std::string& id) const;

  std::int64_t ids() const { return static_cast<std::int64_t>(id_index_.size()); }
  /// Ids whose text also stands under another id.
  std::int64_t repeated_texts() const { return repeated_texts_; }
  /// Ids that were seen with more than one text.
  std::int64_t reused_ids() const { return reused_ids_; }

 private:
  struct Entry {
    std::string id, text;  ///< text: as first seen, normalised
    size_t parent;
    bool reused = false;
  };
  size_t root(size_t index) const;
  void join(size_t a, size_t b);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> id_index_, text_index_;
  std::int64_t repeated_texts_ = 0, reused_ids_ = 0;
};

}  // namespace counterpoint::persuasion
