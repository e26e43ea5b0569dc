// A table of facts as people write it: facts/NAME.tsv, columns separated by tabs.
//
//   # a comment
//   @category  currencies                      once, then @title and @difficulty (easy, medium, hard)
//   @ask       What is the currency of {key}?  begins a section; a second column is a prefix for its questions' ids
//   Denmark    krone|Danish krone   krona      key, accepted spellings (first: canonical), answers that are never to
//                                              be used as wrong choices because they could pass for right
//
// Wrong choices come from the answers of the same section, so that a section holds answers of one kind.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counterpoint::persuasion {

struct FactRow {
  std::string id;  ///< "currencies/denmark", or with a prefix "units/unit-force"
  std::string question;
  std::vector<std::string> answers;  ///< the first is canonical
  std::vector<std::string> avoid;    ///< canonical spellings in the same section
  std::string place;                 ///< "currencies.tsv:23", for messages
};

using FactSection = std::vector<FactRow>;

struct FactTable {
  std::string category, title, difficulty;
  std::vector<FactSection> sections;
};

/// Error, with `file` and line: a header that is missing, unknown or repeated, a row before the first @ask, a template
/// without {key}, a row without its columns, a key or answer that is empty or stands twice.
FactTable parse_fact_table(std::string_view text, std::string_view file);

struct FactTableText {
  std::string_view file, text;
};

/// The tables of facts/, by file name: written by cmake/EmbedFacts.cmake when the program is built.
std::span<const FactTableText> embedded_fact_tables();

}  // namespace counterpoint::persuasion
