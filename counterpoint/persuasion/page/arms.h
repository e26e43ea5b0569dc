// One order and one colour for each arm, wherever it appears on a page.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "counterpoint/persuasion/page/study_page.h"

namespace counterpoint::persuasion {

class ArmOrder {
 public:
  /// All arms that `page` names.
  explicit ArmOrder(const StudyPage& page);

  /// Index of the arm's colour: base, accept, resist and PBT have 0 to 3 even where one of them is missing.
  int colour(const std::string& arm) const;
  /// `rows` (each with a member `arm`) in the arms' order; rows of one arm stay in theirs.
  template <class Row>
  std::vector<Row> sorted(std::vector<Row> rows) const {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const Row& a, const Row& b) { return colour(a.arm) < colour(b.arm); });
    return rows;
  }

 private:
  void add(const std::string& arm);
  std::vector<std::string> names_;  ///< by colour
};

}  // namespace counterpoint::persuasion
