#include "counterpoint/persuasion/answer_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <vector>

#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

bool is_word(char32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

bool is_space(char32_t c) {
  if ((c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85) return true;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
}

bool is_removed_punctuation(char32_t c) {
  const bool ascii = (c > 0x20 && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7F);
  return ascii || c == U'‘' || c == U'’' || c == U'´' || c == U'`';
}

std::u32string lower_code_points(std::string_view text) {
  std::u32string lower;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = next_utf8(text, at);
    if (c == U'\u0130')
      lower += U"i\u0307";  // the one letter whose lower case is two code points
    else
      lower.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
  }
  return lower;
}

/// Each maximal run of word characters that is an article becomes a space.
std::u32string without_articles(const std::u32string& text) {
  std::u32string out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::u32string_view word(text.data() + begin, end - begin);
    if (word == U"a" || word == U"an" || word == U"the")
      out.push_back(U' ');
    else
      out += word;
    if (end < text.size()) out.push_back(text[end]);
    begin = end + 1;
  }
  return out;
}

std::string with_single_spaces(const std::u32string& text) {
  std::string out;
  bool gap = false;
  for (const char32_t c : text) {
    if (is_space(c)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out.push_back(' ');
    gap = false;
    append_utf8(out, c);
  }
  return out;
}

std::string without_forms_of_address(const std::string& normalized) {
  static constexpr std::array<std::string_view, 13> forms{
      "mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "dame", "lord", "lady", "saint", "president"};
  std::string out;
  for (const std::string& word : split(normalized, ' '))
    if (std::find(forms.begin(), forms.end(), word) == forms.end()) out += (out.empty() ? "" : " ") + word;
  return out.empty() ? normalized : out;
}

/// Both are normalised, so words are separated by single spaces.
bool holds_words(const std::string& whole, const std::string& part) {
  return (" " + whole + " ").find(" " + part + " ") != std::string::npos;
}

}  // namespace

std::string normalize_answer(std::string_view text) {
  const std::u32string lower = lower_code_points(text);
  std::u32string spaced = lower;
  for (char32_t& c : spaced)
    if (is_removed_punctuation(c)) c = U' ';
  const std::string normalized = with_single_spaces(without_articles(spaced));
  return normalized.empty() ? with_single_spaces(lower) : normalized;
}

double spelling_ratio(std::string_view a, std::string_view b) {
  if (a.empty() && b.empty()) return 1;
  std::vector<size_t> row(b.size() + 1,
                          0);  // row[j]: longest common subsequence of a's beginning and b's first j bytes
  for (const char c : a) {
    size_t diagonal = 0;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = c == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  return 2.0 * static_cast<double>(row[b.size()]) / static_cast<double>(a.size() + b.size());
}

bool is_accepted(std::string_view text, const Question& question) {
  const std::string wanted = normalize_answer(text);
  const auto equal = [&](const std::string& answer) { return normalize_answer(answer) == wanted; };
  return !wanted.empty() && std::any_of(question.answers.begin(), question.answers.end(), equal);
}

std::optional<std::string> known_answer(std::string_view text, const Question& question) {
  if (is_accepted(text, question)) return question.answers.front();
  const std::string wanted = normalize_answer(text);
  for (const std::string& choice : question.choices)
    if (normalize_answer(choice) == wanted) return choice;
  return std::nullopt;
}

std::string canonical_answer(std::string_view text, const Question& question) {
  return known_answer(text, question).value_or(std::string(trim(text)));
}

bool same_answer(std::string_view a, std::string_view b, const Question& question) {
  if (trim(a).empty() || trim(b).empty()) return false;
  const auto known_a = known_answer(a, question), known_b = known_answer(b, question);
  if (known_a && known_b) return *known_a == *known_b;
  const std::string left = without_forms_of_address(normalize_answer(a));
  const std::string right = without_forms_of_address(normalize_answer(b));
  if (left == right) return true;
  return (holds_words(left, right) || holds_words(right, left)) && spelling_ratio(left, right) > 0.5;
}

bool all_agree(std::span<const std::optional<std::string>> answers, const Question& question) {
  return answers.size() >= 2 && std::all_of(answers.begin(), answers.end(), [&](const auto& answer) {
           return answer && same_answer(*answer, *answers.front(), question);
         });
}

std::string settled_answer(const std::string& answer, std::span<const std::optional<std::string>> earlier,
                           const Question& question) {
  if (known_answer(answer, question)) return answer;
  for (const auto& one : earlier)
    if (one && known_answer(*one, question) && same_answer(answer, *one, question)) return *one;
  return answer;
}

}  // namespace counterpoint::persuasion
