// Wrong choices that only knowledge tells from the right one.
//
// A model must not be able to find the answer by its looks. So the right answer and its rivals begin with the same
// kinds of letters, and they come from a stretch of the section's answers sorted by size (a number's value, else words
// and length) in which the right one stands at a random place: it is as often the longest or the largest as any other.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "counterpoint/persuasion/fact_table.h"

namespace counterpoint::persuasion {

class FactChoices {
 public:
  explicit FactChoices(const FactSection& section);

  /// The right answer and three wrong ones in the order to show. Depends on the section and the row's id alone.
  /// Error: the section has not three rivals for this row.
  std::vector<std::string> draw(const FactRow& row) const;

 private:
  struct Answer {
    std::string text, normal;         ///< canonical spelling, and normalised
    std::set<std::string> spellings;  ///< all accepted ones of all rows with this answer, normalised
    std::string shape;                ///< which kinds of first letters its words have
    std::uint64_t size = 0;
  };

  void add(const FactRow& row);
  std::vector<const Answer*> rivals(const FactRow& row, const Answer& right) const;

  std::vector<Answer> answers_;
  bool numeric_ = true;  ///< all answers are whole numbers
};

}  // namespace counterpoint::persuasion
