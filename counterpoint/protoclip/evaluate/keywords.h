// Labels for sets that have captions only: words for what can be seen.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/data/image_text/pair_set.h"

namespace counterpoint::protoclip {

struct Keyword {
  std::string name;                ///< what zero-shot templates say
  std::vector<std::string> words;  ///< lower case; one of them in a caption is enough
};

/// One keyword a line: "dog: dog dogs puppy", or "dog" for that word alone; '#' begins a comment. Error: file and line
/// of a keyword without words, one that is there twice, a word of two keywords.
std::vector<Keyword> read_keywords(const std::filesystem::path& file);

/// The `count` words that the most pictures have in a caption, without function words, numbers and words of one or two
/// letters; each is its own keyword ("dog" and "dogs" are two: no list of word forms is used). Error: fewer words.
std::vector<Keyword> frequent_keywords(const image_text::PairSet& pairs, std::size_t count);

/// What `--keywords` means: a number for frequent_keywords of `pairs`, else a file.
std::vector<Keyword> keywords_of(const std::string& number_or_file, const image_text::PairSet& pairs);

/// A caption's words: runs of letters and digits (bytes above 127 count as letters), ASCII in lower case.
std::vector<std::string> caption_words(std::string_view caption);

}  // namespace counterpoint::protoclip
