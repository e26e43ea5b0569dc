// When two spellings are the same answer. Everything that compares answers goes through here.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

/// TriviaQA's normalisation, as its official evaluation does it: lower case, punctuation (ASCII's and ‘ ’ ´ `, and so
/// the underscore) becomes a space, the words a, an, the are removed, white space is collapsed. Punctuation outside
/// that set stays. A text of which nothing would be left ("The", "+") stays as it is in lower case, so that it can be
/// an answer. A capital sigma that ends a word becomes the usual small one, not the final one.
std::string normalize_answer(std::string_view text);

/// Twice the longest common subsequence over the lengths' sum, in bytes: 1 = equal, 0 = nothing in common (the ratio of
/// python-Levenshtein).
double spelling_ratio(std::string_view a, std::string_view b);

/// The canonical spelling of an answer that is known: the question's first answer for every accepted spelling, the
/// choice for a wrong choice. nullopt: neither.
std::optional<std::string> known_answer(std::string_view text, const Question& question);

/// known_answer, or the text itself with outer white space removed.
std::string canonical_answer(std::string_view text, const Question& question);

/// `text` is an accepted spelling. Exact after normalisation, as the paper's correctness is.
bool is_accepted(std::string_view text, const Question& question);

/// The same answer in substance (paper's filtering step 1: "Shirley Bassey" and "Ms. Bassey"). Two known answers are
/// the same exactly if their canonical spellings are. Otherwise: equal when normalised without forms of address, or one
/// holds the other on word borders and spelling_ratio > 0.5. An empty answer is the same as nothing.
bool same_answer(std::string_view a, std::string_view b, const Question& question);

/// Two or more have answered, everybody has, and all the same.
bool all_agree(std::span<const std::optional<std::string>> answers, const Question& question);

/// An answer as it is kept: "Ms. Bassey" after somebody said "Shirley Bassey" is taken as the known spelling. One that
/// is known itself stays.
std::string settled_answer(const std::string& answer, std::span<const std::optional<std::string>> earlier,
                           const Question& question);

}  // namespace counterpoint::persuasion
