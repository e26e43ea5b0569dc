#include "counterpoint/protoclip/evaluate/keywords.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::protoclip {
namespace {

/// Words that say how things stand to each other, not what is there.
const std::set<std::string, std::less<>>& function_words() {
  static const std::set<std::string, std::less<>> words{
      "about",   "above",   "across",  "after",     "against", "all",     "along", "also",    "among",   "and",
      "another", "any",     "are",     "around",    "aside",   "away",    "back",  "because", "been",    "before",
      "behind",  "being",   "below",   "beside",    "between", "both",    "but",   "can",     "does",    "down",
      "during",  "each",    "either",  "few",       "for",     "from",    "front", "get",     "gets",    "has",
      "have",    "having",  "her",     "hers",      "him",     "his",     "how",   "into",    "its",     "itself",
      "just",    "like",    "many",    "more",      "most",    "near",    "next",  "not",     "off",     "one",
      "only",    "onto",    "other",   "others",    "out",     "outside", "over",  "past",    "several", "she",
      "side",    "some",    "someone", "something", "such",    "than",    "that",  "the",     "their",   "them",
      "then",    "there",   "these",   "they",      "this",    "those",   "three", "through", "too",     "top",
      "toward",  "towards", "two",     "under",     "until",   "upon",    "very",  "was",     "were",    "what",
      "when",    "where",   "which",   "while",     "who",     "whose",   "with",  "within",  "without", "you",
      "four",    "five",    "six",     "seven",     "eight",   "nine",    "ten",   "photo",   "picture", "image"};
  return words;
}

bool is_content(const std::string& word) {
  const bool number = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  return word.size() > 2 && !number && !function_words().contains(word);
}

/// "dog: dog dogs puppy"
Keyword keyword_in(const std::string& line, const std::string& where) {
  const size_t colon = line.find(':');
  Keyword keyword{.name = std::string(trim(line.substr(0, colon))), .words = {}};
  keyword.words = caption_words(colon == std::string::npos ? line : line.substr(colon + 1));
  if (colon == std::string::npos && keyword.words.size() > 1)
    fail("{}: '{}' has several words; expected 'name: word word ..'", where, line);
  if (keyword.name.empty() || keyword.words.empty())
    fail("{}: '{}' is no keyword; expected 'name: word word ..'", where, line);
  return keyword;
}

std::set<std::string> content_words(const image_text::Pair& pair) {
  std::set<std::string> words;
  for (const std::string& caption : pair.captions)
    for (const std::string& word : caption_words(caption))
      if (is_content(word)) words.insert(word);
  return words;
}

std::map<std::string, std::size_t> pictures_by_word(const image_text::PairSet& pairs) {
  std::map<std::string, std::size_t> pictures;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (const std::string& word : content_words(pairs.pair(i))) ++pictures[word];
  return pictures;
}

}  // namespace

std::vector<std::string> caption_words(std::string_view caption) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_lower_ascii(caption) + " ") {
    const bool inside = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 127;
    if (inside) word += c;
    if (inside || word.empty()) continue;
    words.push_back(std::move(word));
    word.clear();
  }
  return words;
}

std::vector<Keyword> read_keywords(const std::filesystem::path& file) {
  std::vector<Keyword> keywords;
  std::map<std::string, std::string> owner;
  std::set<std::string> names;
  std::int64_t number = 0;
  for (const std::string& line : split(read_file(file), '\n')) {
    const std::string where = fmt::format("{}:{}", file.string(), ++number);
    const std::string text(trim(line.substr(0, line.find('#'))));
    if (text.empty()) continue;
    keywords.push_back(keyword_in(text, where));
    const Keyword& keyword = keywords.back();
    if (!names.insert(keyword.name).second) fail("{}: the keyword '{}' is there twice", where, keyword.name);
    for (const std::string& word : keyword.words)
      if (const auto [place, is_new] = owner.emplace(word, keyword.name); !is_new)
        fail("{}: the word '{}' belongs to '{}' already", where, word, place->second);
  }
  if (keywords.size() < 2) fail("{}: {} keywords, 2 or more were expected", file.string(), keywords.size());
  return keywords;
}

std::vector<Keyword> frequent_keywords(const image_text::PairSet& pairs, std::size_t count) {
  std::vector<std::pair<std::size_t, std::string>> words;
  for (const auto& [word, pictures] : pictures_by_word(pairs)) words.emplace_back(pictures, word);
  if (words.size() < count)
    fail("{} keywords were asked for, the captions have {} different content words", count, words.size());
  std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Keyword> keywords;
  for (std::size_t i = 0; i < count; ++i) keywords.push_back({words[i].second, {words[i].second}});
  return keywords;
}

std::vector<Keyword> keywords_of(const std::string& number_or_file, const image_text::PairSet& pairs) {
  std::size_t count = 0;
  const char* end = number_or_file.data() + number_or_file.size();
  const auto [behind, error] = std::from_chars(number_or_file.data(), end, count);
  if (error != std::errc() || behind != end) return read_keywords(number_or_file);
  if (count < 2) fail("{} keywords were asked for, 2 or more are needed", count);
  return frequent_keywords(pairs, count);
}

}  // namespace counterpoint::protoclip
