#include "counterpoint/text/word_piece.h"

#include <utf8proc.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

utf8proc_category_t category_of(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool is_control(char32_t c) {
  const utf8proc_category_t category = category_of(c);
  return category >= UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CN;
}

/// All of ASCII that is neither letter, digit, space nor control counts, "$" and "~" as well.
bool is_punctuation(char32_t c) {
  const bool ascii = (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  const utf8proc_category_t category = category_of(c);
  return ascii || (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO);
}

bool is_chinese(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

std::string cleaned(std::string_view text, const WordPieceSettings& settings) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t c = next_utf8(text, at);
    const bool space = is_space(c) && c != 0xB && c != 0xC && c != 0x85;
    if (settings.clean_text && (c == 0 || c == 0xFFFD || (!space && is_control(c)))) continue;
    const bool apart = settings.space_around_chinese && is_chinese(c);
    if (apart) out += ' ';
    out += settings.clean_text && space ? " " : text.substr(begin, at - begin);
    if (apart) out += ' ';
  }
  return out;
}

std::string without_marks(std::string_view text) {
  const std::string decomposed = normal_form(text, Normalizer::Kind::nfd);
  std::string out;
  for (size_t at = 0; at < decomposed.size();) {
    const size_t begin = at;
    if (category_of(next_utf8(decomposed, at)) != UTF8PROC_CATEGORY_MN) out += decomposed.substr(begin, at - begin);
  }
  return out;
}

/// Cuts at white space, which goes, and around punctuation, which stays.
std::vector<std::string> cut(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t c = next_utf8(text, at);
    const bool space = is_space(c), alone = is_punctuation(c);
    if (!space && (alone || !inside)) words.emplace_back();
    if (!space) words.back() += text.substr(begin, at - begin);
    inside = !space && !alone;
  }
  return words;
}

size_t characters_in(std::string_view word) {
  size_t count = 0;
  for (size_t at = 0; at < word.size(); ++count) next_utf8(word, at);
  return count;
}

size_t one_character_less(std::string_view word, size_t end) {
  do --end;
  while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80);
  return end;
}

}  // namespace

WordPiece::WordPiece(const std::vector<std::string>& tokens, WordPieceSettings settings)
    : settings_(std::move(settings)), size_(tokens.size()) {
  for (size_t id = 0; id < tokens.size(); ++id) ids_[tokens[id]] = static_cast<TokenId>(id);
  unknown_ = id_of(settings_.unknown);
}

TokenId WordPiece::id_of(const std::string& token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) fail("the vocabulary of {} tokens has no '{}'", size_, token);
  return found->second;
}

std::vector<std::string> WordPiece::split(std::string_view text) const {
  std::string plain = cleaned(valid_utf8(text), settings_);
  if (settings_.strip_accents) plain = without_marks(plain);
  if (settings_.lowercase) plain = to_lower(plain);
  return cut(plain);
}

std::vector<TokenId> WordPiece::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  for (const std::string& word : split(text)) append_pieces(word, ids);
  return ids;
}

void WordPiece::append_pieces(const std::string& word, std::vector<TokenId>& out) const {
  const size_t before = out.size();
  const auto give_up = [&] {
    out.resize(before);
    out.push_back(unknown_);
  };
  if (characters_in(word) > settings_.longest_word) return give_up();
  for (size_t begin = 0; begin < word.size();) {
    size_t end = word.size();
    auto found = ids_.end();
    for (; end > begin; end = one_character_less(word, end)) {
      const std::string piece = word.substr(begin, end - begin);
      found = ids_.find(begin > 0 ? settings_.prefix + piece : piece);
      if (found != ids_.end()) break;
    }
    if (found == ids_.end()) return give_up();
    out.push_back(found->second);
    begin = end;
  }
}

}  // namespace counterpoint::text
