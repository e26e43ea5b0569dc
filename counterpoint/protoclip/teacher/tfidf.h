// TF-IDF of captions, as scikit-learn's TfidfVectorizer(sublinear_tf=True) weighs it: 1 + ln(count) for the count.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/protoclip/teacher/sparse.h"

namespace counterpoint::protoclip {

struct TfidfOptions {
  int longest_ngram = 1;              ///< 2: pairs of neighbouring words are terms as well
  std::int64_t most_terms = 1 << 18;  ///< the most frequent are kept (of equal ones the first in byte order)
};

struct Tfidf {
  std::vector<std::string> terms;  ///< by column, in byte order
  std::vector<float> idf;          ///< ln((1 + N) / (1 + df)) + 1
  SparseMatrix matrix;             ///< [N, terms], rows of length 1 (or empty)
};

/// Lower-cased runs of two or more letters, digits and '_' (scikit-learn's default token pattern).
std::vector<std::string> tfidf_words(std::string_view caption);

/// Error: no caption holds a word.
Tfidf tfidf(const std::vector<std::string_view>& captions, const TfidfOptions& options = {});

}  // namespace counterpoint::protoclip
