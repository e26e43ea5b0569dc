// CLIP's tokenizer: captions to ids as open_clip's SimpleTokenizer gives them.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/tokenizer.h"

namespace counterpoint::text {

/// A caption as open_clip's default cleaning leaves it: ftfy's repairs, HTML entities read twice, white space
/// collapsed, lower case. Of ftfy all is done but the repair of text that was decoded with the wrong encoding ("Ã©"
/// stays).
std::string clean_caption(std::string_view caption);

/// Byte-level BPE with "</w>" on each word's last character. Cheap to copy; any thread may call.
class ClipTokenizer {
 public:
  static constexpr int default_context = 77;

  /// `parts` as read by one of the functions below; `start` and `end`: the spellings of the two special tokens.
  /// Error: one of the two is not in the vocabulary.
  ClipTokenizer(TokenizerParts parts, std::string_view start, std::string_view end);

  /// start, the caption, end; zeros up to `context_length`. A longer one is cut, and its last id is end all the same.
  /// Error: a context of less than 2.
  std::vector<std::int64_t> encode(std::string_view caption, int context_length = default_context) const;
  /// The caption's ids alone, whole.
  std::vector<TokenId> ids(std::string_view caption) const;
  std::string decode(std::span<const TokenId> ids) const;

  int vocabulary_size() const { return static_cast<int>(tokenizer_->vocab_size()); }
  TokenId start_id() const { return start_; }
  TokenId end_id() const { return end_; }
  /// Equal only where vocabulary and merges are.
  std::uint64_t fingerprint() const { return tokenizer_->fingerprint(); }

 private:
  std::shared_ptr<const Tokenizer> tokenizer_;
  TokenId start_ = 0, end_ = 0;
};

/// The names under which a vocabulary is looked for in a folder: CLIP's tokenizer.json, or a file of merges
/// (bpe_simple_vocab_16e6.txt.gz, or what `protoclip vocabulary` wrote; gzipped or not). The first that is there
/// counts.
const std::vector<std::string>& clip_vocabulary_names();

/// The vocabulary's file in a folder of any kind; nullopt: none.
std::optional<std::filesystem::path> clip_vocabulary_in(const std::filesystem::path& folder);

/// The vocabulary's file: what is named, or that in the folder which is named; a name with * may stand for the one that
/// it matches. Error: none, several matches.
std::filesystem::path find_clip_vocabulary(const std::filesystem::path& file_or_folder);

/// From the file that find_clip_vocabulary tells. Error: as it; a damaged file.
ClipTokenizer open_clip_tokenizer(const std::filesystem::path& file_or_folder);

/// The words that BPE sees in a cleaned caption: contractions, runs of letters, single digits, runs of other signs.
std::vector<std::string> clip_words(std::string_view cleaned);

}  // namespace counterpoint::text
