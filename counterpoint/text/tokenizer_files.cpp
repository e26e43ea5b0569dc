// load_tokenizer: which file of a folder holds the tokenizer.
#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/pre_tokens.h"
#include "counterpoint/text/tokenizer.h"
#include "counterpoint/text/tokenizer_json.h"

namespace counterpoint::text {
namespace fs = std::filesystem;
namespace {

/// The files do not say which tokens are special; the two families that use them do. RoBERTa's vocabulary holds
/// GPT-2's token as well, as ordinary text. Its mask swallows the space before it.
void append_specials(TokenizerParts& parts) {
  const auto append = [&](std::string_view spelling, bool lstrip) {
    const auto found = std::find(parts.tokens.begin(), parts.tokens.end(), spelling);
    if (found == parts.tokens.end()) return false;
    const auto id = static_cast<TokenId>(found - parts.tokens.begin());
    parts.added.push_back({std::string(spelling), id, /*special=*/true, lstrip});
    return true;
  };
  const bool roberta = append("<mask>", true);
  if (!roberta) append("<|endoftext|>", false);
  for (const std::string_view spelling : {"<s>", "</s>", "<pad>", "<unk>"})
    if (roberta) append(spelling, false);
}

TokenizerParts parts_from_vocab_and_merges(const fs::path& vocabulary, const fs::path& merges) {
  TokenizerParts parts;
  parts.tokens = tokens_by_id(parse_json_file(vocabulary), vocabulary.string());
  for (std::string& line : split(read_file(merges), '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with("#version")) continue;
    parts.merges.push_back(merge_of(line, parts.merges.size(), merges.string()));
  }
  parts.splitters.push_back({PreSplitter::Kind::isolated, std::string(patterns::gpt2)});
  parts.decoders.push_back({TextDecoder::Kind::byte_level, "", "", 0, 0});
  append_specials(parts);
  return parts;
}

TokenizerParts parts_from(const fs::path& place) {
  if (!fs::is_directory(place)) return parts_from_tokenizer_json(place);
  if (fs::exists(place / "tokenizer.json")) return parts_from_tokenizer_json(place / "tokenizer.json");
  const fs::path vocabulary = place / "vocab.json", merges = place / "merges.txt";
  if (fs::exists(vocabulary) && fs::exists(merges)) return parts_from_vocab_and_merges(vocabulary, merges);
  fail("{}: no tokenizer here (expected tokenizer.json, or vocab.json with merges.txt)", place.string());
}

}  // namespace

std::unique_ptr<Tokenizer> load_tokenizer(const fs::path& file_or_folder) {
  TokenizerParts parts = parts_from(file_or_folder);
  try {
    return make_tokenizer(std::move(parts));
  } catch (const Error& error) {
    fail("{}: {}", file_or_folder.string(), error.what());
  }
}

}  // namespace counterpoint::text
