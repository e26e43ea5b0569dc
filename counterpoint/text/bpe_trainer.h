// A byte-level BPE vocabulary learned from captions, in CLIP's form.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace counterpoint::text {

using Merges = std::vector<std::pair<std::string, std::string>>;

/// The ids that every vocabulary of this form has: 256 bytes, 256 bytes that end a word, start and end.
inline constexpr int clip_base_tokens = 514;

/// Counts words, then merges the most frequent pair of neighbours again and again. Of equally frequent pairs the one
/// whose spelling is smaller wins, so that the order of the captions does not matter.
class BpeTrainer {
 public:
  /// Cleans the caption as encoding does, and counts its words.
  void add(std::string_view caption);
  /// At most `size` - 514 merges; fewer where no pair is left that occurs `min_count` times. Spelled in the stand-ins
  /// of bytes, in the order in which they are made. Error: a size below 514, no words.
  Merges train(std::int64_t size, std::int64_t min_count = 2) const;
  std::int64_t words() const { return words_; }
  size_t different_words() const { return counts_.size(); }

 private:
  std::unordered_map<std::string, std::int64_t> counts_;
  std::int64_t words_ = 0;
};

/// In the form of bpe_simple_vocab_16e6.txt: a title line, then "left right" lines; gzipped where the name ends in .gz.
/// open_clip's SimpleTokenizer(bpe_path=..) gives the same ids from it (gzipped). Error: not writable.
void write_merges_file(const std::filesystem::path& file, const Merges& merges);

/// Error: no such file, damaged gzip data, a line that is no pair.
Merges read_merges_file(const std::filesystem::path& file);

}  // namespace counterpoint::text
