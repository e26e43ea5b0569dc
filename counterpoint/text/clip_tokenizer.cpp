#include "counterpoint/text/clip_tokenizer.h"

#include <fmt/ranges.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/pattern.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/bpe_trainer.h"
#include "counterpoint/text/pattern.h"
#include "counterpoint/text/pre_tokens.h"
#include "counterpoint/text/tokenizer_json.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view end_of_word = "</w>";

/// Bytes in the order of their ids: those that stand for themselves first.
std::vector<std::string> byte_tokens() {
  std::vector<std::string> themselves, others;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string& stand_in = byte_stand_in(static_cast<unsigned char>(byte));
    size_t at = 0;
    (next_utf8(stand_in, at) == byte ? themselves : others).push_back(stand_in);
  }
  themselves.insert(themselves.end(), others.begin(), others.end());
  return themselves;
}

TokenizerParts parts_from_merges(Merges merges) {
  TokenizerParts parts;
  parts.tokens = byte_tokens();
  for (size_t byte = 0; byte < 256; ++byte) parts.tokens.push_back(parts.tokens[byte] + std::string(end_of_word));
  for (const auto& [left, right] : merges) parts.tokens.push_back(left + right);
  for (const char* special : {"<start_of_text>", "<end_of_text>"}) {
    parts.added.push_back({special, static_cast<TokenId>(parts.tokens.size()), /*special=*/true});
    parts.tokens.push_back(special);
  }
  parts.merges = std::move(merges);
  parts.splitters.push_back({PreSplitter::Kind::matches, std::string(patterns::clip)});
  parts.end_of_word_suffix = end_of_word;
  parts.decoders.push_back({TextDecoder::Kind::byte_level, "", "", 0, 0});
  parts.decoders.push_back({TextDecoder::Kind::end_of_word, std::string(end_of_word), "", 0, 0});
  return parts;
}

ClipTokenizer from_json(const fs::path& file) {
  TokenizerParts parts = parts_from_tokenizer_json(file);
  if (parts.end_of_word_suffix != end_of_word)
    fail("{}: the end of a word is spelled '{}', expected '{}': no tokenizer of CLIP's", file.string(),
         parts.end_of_word_suffix, end_of_word);
  return {std::move(parts), "<|startoftext|>", "<|endoftext|>"};
}

}  // namespace

ClipTokenizer::ClipTokenizer(TokenizerParts parts, std::string_view start, std::string_view end)
    : tokenizer_(make_tokenizer(std::move(parts))) {
  const auto id_of = [&](std::string_view token) {
    const auto id = tokenizer_->id_of(token);
    if (!id) fail("the vocabulary has no token '{}'", token);
    return *id;
  };
  start_ = id_of(start);
  end_ = id_of(end);
}

std::vector<TokenId> ClipTokenizer::ids(std::string_view caption) const {
  return tokenizer_->encode(clean_caption(caption));
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view caption, int context_length) const {
  if (context_length < 2) fail("a context of {} tokens: 2 or more were expected", context_length);
  const auto context = static_cast<size_t>(context_length);
  const std::vector<TokenId> words = ids(caption);
  const size_t kept = std::min(words.size(), context - 2);
  std::vector<std::int64_t> out(context, 0);
  out[0] = start_;
  std::copy_n(words.begin(), kept, out.begin() + 1);
  out[kept + 1] = end_;
  return out;
}

std::string ClipTokenizer::decode(std::span<const TokenId> ids) const { return tokenizer_->decode(ids, true); }

const std::vector<std::string>& clip_vocabulary_names() {
  static const std::vector<std::string> names{"tokenizer.json", "bpe_simple_vocab_16e6.txt.gz", "vocabulary.txt.gz",
                                              "vocabulary.txt"};
  return names;
}

std::optional<fs::path> clip_vocabulary_in(const fs::path& folder) {
  for (const std::string& name : clip_vocabulary_names())
    if (fs::exists(folder / name)) return folder / name;
  return std::nullopt;
}

fs::path find_clip_vocabulary(const fs::path& file_or_folder) {
  const fs::path place =
      only_match(file_or_folder.string(), "vocabulary", "a file of merges, a tokenizer.json or its folder");
  if (!fs::is_directory(place)) return place;
  if (const auto file = clip_vocabulary_in(place)) return *file;
  fail("{}: no vocabulary here (expected {})", place.string(), fmt::join(clip_vocabulary_names(), " or "));
}

ClipTokenizer open_clip_tokenizer(const fs::path& file_or_folder) {
  const fs::path file = find_clip_vocabulary(file_or_folder);
  if (file.extension() == ".json") return from_json(file);
  try {
    return {parts_from_merges(read_merges_file(file)), "<start_of_text>", "<end_of_text>"};
  } catch (const Error& error) {
    const std::string message = error.what();
    fail("{}", message.find(file.string()) != std::string::npos ? message : file.string() + ": " + message);
  }
}

std::vector<std::string> clip_words(std::string_view cleaned) {
  static const Pattern words{std::string(patterns::clip)};
  std::vector<std::string> out;
  words.for_each_match(cleaned,
                       [&](size_t begin, size_t end) { out.emplace_back(cleaned.substr(begin, end - begin)); });
  return out;
}

}  // namespace counterpoint::text
