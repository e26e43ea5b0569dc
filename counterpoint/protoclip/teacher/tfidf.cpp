#include "counterpoint/protoclip/teacher/tfidf.h"

#include <utf8proc.h>

#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::protoclip {
namespace {

using Term = std::int32_t;

/// What Python's \w matches.
bool is_word_character(char32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
  const bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
  return letter || number || c == '_';
}

/// Terms in the order in which they were met, and how often each caption holds them.
class TermCounts {
 public:
  explicit TermCounts(int longest_ngram) : longest_(static_cast<size_t>(longest_ngram)) {}

  void add(std::string_view caption) {
    const std::vector<std::string> words = tfidf_words(caption);
    std::map<Term, std::int32_t> counts;
    for (size_t first = 0; first < words.size(); ++first) {
      std::string ngram;
      for (size_t n = 0; n < longest_ && first + n < words.size(); ++n) {
        ngram += (n > 0 ? " " : "") + words[first + n];
        ++counts[number_of(ngram)];
      }
    }
    for (const auto& [term, count] : counts) {
      term_.push_back(term);
      count_.push_back(count);
      total_[static_cast<size_t>(term)] += count;
      ++captions_with_[static_cast<size_t>(term)];
    }
    row_begin_.push_back(static_cast<std::int64_t>(term_.size()));
  }

  /// The chosen terms in byte order.
  std::vector<Term> chosen(std::int64_t most) const {
    std::vector<Term> terms(spelling_.size());
    std::iota(terms.begin(), terms.end(), 0);
    const auto by_spelling = [&](Term a, Term b) { return *spelling_[a] < *spelling_[b]; };
    std::sort(terms.begin(), terms.end(), by_spelling);
    if (static_cast<std::int64_t>(terms.size()) <= most) return terms;
    std::stable_sort(terms.begin(), terms.end(), [&](Term a, Term b) { return total_[a] > total_[b]; });
    terms.resize(static_cast<size_t>(most));
    std::sort(terms.begin(), terms.end(), by_spelling);
    return terms;
  }

  size_t terms() const { return spelling_.size(); }
  std::int64_t captions() const { return static_cast<std::int64_t>(row_begin_.size()) - 1; }
  const std::string& spelling(Term term) const { return *spelling_[term]; }
  std::int64_t captions_with(Term term) const { return captions_with_[term]; }

  /// Calls entry(term, count) for each term of a caption.
  template <class Entry>
  void for_each(std::int64_t caption, Entry&& entry) const {
    for (std::int64_t i = row_begin_[caption]; i < row_begin_[caption + 1]; ++i) entry(term_[i], count_[i]);
  }

 private:
  Term number_of(const std::string& spelling) {
    const auto [place, fresh] = number_.emplace(spelling, static_cast<Term>(spelling_.size()));
    if (fresh) {
      spelling_.push_back(&place->first);
      total_.push_back(0);
      captions_with_.push_back(0);
    }
    return place->second;
  }

  size_t longest_;
  std::unordered_map<std::string, Term> number_;
  std::vector<const std::string*> spelling_;
  std::vector<std::int64_t> total_, captions_with_, row_begin_{0};
  std::vector<Term> term_;
  std::vector<std::int32_t> count_;
};

void append_row(const TermCounts& counts, std::int64_t caption, const std::vector<std::int32_t>& column_of,
                Tfidf& out) {
  std::vector<std::pair<std::int32_t, double>> row;
  double squares = 0;
  counts.for_each(caption, [&](Term term, std::int32_t count) {
    const std::int32_t column = column_of[static_cast<size_t>(term)];
    if (column < 0) return;
    row.emplace_back(column, (1 + std::log(count)) * out.idf[static_cast<size_t>(column)]);
    squares += row.back().second * row.back().second;
  });
  std::sort(row.begin(), row.end());
  for (const auto& [column, weight] : row) {
    out.matrix.column.push_back(column);
    out.matrix.value.push_back(static_cast<float>(weight / std::sqrt(squares)));
  }
  out.matrix.row_begin.push_back(static_cast<std::int64_t>(out.matrix.column.size()));
}

}  // namespace

std::vector<std::string> tfidf_words(std::string_view caption) {
  const std::string lower = text::to_lower(valid_utf8(caption));
  std::vector<std::string> words;
  std::string word;
  size_t characters = 0;
  const auto finish = [&] {
    if (characters > 1) words.push_back(word);
    word.clear();
    characters = 0;
  };
  for (size_t at = 0; at < lower.size();) {
    const size_t begin = at;
    if (!is_word_character(next_utf8(lower, at))) {
      finish();
      continue;
    }
    word += lower.substr(begin, at - begin);
    ++characters;
  }
  finish();
  return words;
}

Tfidf tfidf(const std::vector<std::string_view>& captions, const TfidfOptions& options) {
  if (options.longest_ngram < 1 || options.most_terms < 1)
    fail("TF-IDF of at most {} terms of at most {} words: 1 or more of each were expected", options.most_terms,
         options.longest_ngram);
  TermCounts counts(options.longest_ngram);
  for (const std::string_view caption : captions) counts.add(caption);
  Tfidf out;
  std::vector<std::int32_t> column_of(counts.terms(), -1);
  for (const Term term : counts.chosen(options.most_terms)) {
    column_of[static_cast<size_t>(term)] = static_cast<std::int32_t>(out.terms.size());
    out.terms.push_back(counts.spelling(term));
    const auto all = static_cast<double>(counts.captions()), with = static_cast<double>(counts.captions_with(term));
    out.idf.push_back(static_cast<float>(std::log((1 + all) / (1 + with)) + 1));
  }
  if (out.terms.empty()) fail("none of the {} captions holds a word of two letters or more", captions.size());
  out.matrix.columns = static_cast<std::int64_t>(out.terms.size());
  for (std::int64_t caption = 0; caption < counts.captions(); ++caption) append_row(counts, caption, column_of, out);
  return out;
}

}  // namespace counterpoint::protoclip
