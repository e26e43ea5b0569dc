#include "counterpoint/text/sentence_tokenizer.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/tokenizer.h"
#include "counterpoint/text/tokenizer_json.h"
#include "counterpoint/text/word_piece.h"

namespace counterpoint::text {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

class WordPieceSentences final : public SentenceTokenizer {
 public:
  explicit WordPieceSentences(WordPiece pieces) : pieces_(std::move(pieces)) {
    before_ = pieces_.id_of("[CLS]");
    behind_ = pieces_.id_of("[SEP]");
  }
  std::int64_t vocabulary_size() const override { return static_cast<std::int64_t>(pieces_.vocabulary_size()); }

 private:
  std::vector<TokenId> words(std::string_view text) const override { return pieces_.encode(text); }
  WordPiece pieces_;
};

class ByteLevelSentences final : public SentenceTokenizer {
 public:
  ByteLevelSentences(std::unique_ptr<Tokenizer> tokenizer, const fs::path& folder) : tokenizer_(std::move(tokenizer)) {
    const auto before = tokenizer_->id_of("<s>"), behind = tokenizer_->id_of("</s>");
    if (!before || !behind)
      fail("{}: the vocabulary lacks '<s>' or '</s>': no tokenizer of RoBERTa's", folder.string());
    before_ = *before;
    behind_ = *behind;
  }
  std::int64_t vocabulary_size() const override { return tokenizer_->vocab_size(); }

 private:
  /// Special tokens that a caption spells out are text.
  std::vector<TokenId> words(std::string_view text) const override {
    return tokenizer_->encode(text, {.parse_special = false});
  }
  std::unique_ptr<Tokenizer> tokenizer_;
};

/// null and a missing key alike.
bool flag(const json& object, const char* key, bool usual) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? usual : found->get<bool>();
}

WordPiece from_vocabulary(const fs::path& folder) {
  std::vector<std::string> tokens = split(read_file(folder / "vocab.txt"), '\n');
  for (std::string& token : tokens)
    if (token.ends_with('\r')) token.pop_back();
  if (tokens.back().empty()) tokens.pop_back();
  WordPieceSettings settings;
  const fs::path config = folder / "tokenizer_config.json";
  if (fs::exists(config)) {
    const json given = parse_json_file(config);
    settings.lowercase = flag(given, "do_lower_case", true);
    settings.strip_accents = flag(given, "strip_accents", settings.lowercase);
    settings.space_around_chinese = flag(given, "tokenize_chinese_chars", true);
  }
  return {tokens, settings};
}

WordPiece from_json(const json& file, const std::string& where) {
  const json &model = file.at("model"), &normalizer = file.at("normalizer");
  const auto kind = normalizer.at("type").get<std::string>();
  if (kind != "BertNormalizer") fail("{}: the normalizer is '{}', expected BertNormalizer", where, kind);
  WordPieceSettings settings;
  settings.clean_text = flag(normalizer, "clean_text", true);
  settings.lowercase = flag(normalizer, "lowercase", true);
  settings.strip_accents = flag(normalizer, "strip_accents", settings.lowercase);
  settings.space_around_chinese = flag(normalizer, "handle_chinese_chars", true);
  settings.unknown = model.value("unk_token", settings.unknown);
  settings.longest_word = model.value("max_input_chars_per_word", settings.longest_word);
  settings.prefix = model.value("continuing_subword_prefix", settings.prefix);
  return {tokens_by_id(model.at("vocab"), where), settings};
}

std::unique_ptr<SentenceTokenizer> from_tokenizer_json(const fs::path& folder) {
  const std::string where = (folder / "tokenizer.json").string();
  const json file = parse_json_file(where);
  try {
    if (file.at("model").value("type", "BPE") == "WordPiece")
      return std::make_unique<WordPieceSentences>(from_json(file, where));
  } catch (const json::exception& error) {
    fail("{}: not a tokenizer file: {}", where, error.what());
  }
  return std::make_unique<ByteLevelSentences>(load_tokenizer(where), folder);
}

}  // namespace

std::vector<TokenId> SentenceTokenizer::encode(std::string_view text, std::int64_t longest) const {
  if (longest < 2) fail("sentences of at most {} tokens: 2 or more were expected", longest);
  std::vector<TokenId> ids = words(text);
  ids.resize(std::min(ids.size(), static_cast<size_t>(longest) - 2));
  ids.insert(ids.begin(), before_);
  ids.push_back(behind_);
  return ids;
}

std::unique_ptr<SentenceTokenizer> load_sentence_tokenizer(const fs::path& folder) {
  if (fs::exists(folder / "vocab.txt")) return std::make_unique<WordPieceSentences>(from_vocabulary(folder));
  if (fs::exists(folder / "tokenizer.json")) return from_tokenizer_json(folder);
  if (fs::exists(folder / "vocab.json")) return std::make_unique<ByteLevelSentences>(load_tokenizer(folder), folder);
  fail("{}: no tokenizer here (expected vocab.txt, tokenizer.json, or vocab.json with merges.txt)", folder.string());
}

}  // namespace counterpoint::text
