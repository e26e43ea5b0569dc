// load_tokenizer: which file of a folder holds the tokenizer.
#include <algorithm>
#include <array>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/pre_tokens.h"
#include "counterpoint/text/tokenizer.h"
#include "counterpoint/text/tokenizer_json.h"

namespace counterpoint::text {
namespace fs = std::filesystem;
namespace {

/// Spellings that are special wherever they occur in a vocabulary of GPT-2's or RoBERTa's kind. RoBERTa's mask
/// swallows the space before it.
struct KnownSpecial {
  std::string_view spelling;
  bool lstrip;
};
constexpr std::array known_specials{KnownSpecial{"<|endoftext|>", false}, KnownSpecial{"<s>", false},
                                    KnownSpecial{"</s>", false},          KnownSpecial{"<pad>", false},
                                    KnownSpecial{"<unk>", false},         KnownSpecial{"<mask>", true}};

void append_known_specials(TokenizerParts& parts) {
  for (const KnownSpecial& special : known_specials) {
    const auto found = std::find(parts.tokens.begin(), parts.tokens.end(), special.spelling);
    if (found == parts.tokens.end()) continue;
    AddedToken token;
    token.content = special.spelling;
    token.id = static_cast<TokenId>(found - parts.tokens.begin());
    token.special = true;
    token.lstrip = special.lstrip;
    parts.added.push_back(std::move(token));
  }
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
  append_known_specials(parts);
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
