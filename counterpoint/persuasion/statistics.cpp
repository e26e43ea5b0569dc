#include "counterpoint/persuasion/statistics.h"

#include <algorithm>
#include <cmath>

namespace counterpoint::persuasion {

std::optional<double> auroc(std::vector<Scored> items) {
  for (const Scored& item : items)
    if (std::isnan(item.score)) return std::nullopt;
  std::sort(items.begin(), items.end(), [](const Scored& a, const Scored& b) { return a.score < b.score; });
  double wrong_below = 0, wins = 0, rights = 0;
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin;
    double right = 0, wrong = 0;
    for (; end < items.size() && items[end].score == items[begin].score; ++end) ++(items[end].right ? right : wrong);
    wins += right * (wrong_below + wrong / 2);
    wrong_below += wrong;
    rights += right;
    begin = end;
  }
  if (rights == 0 || wrong_below == 0) return std::nullopt;
  return wins / (rights * wrong_below);
}

}  // namespace counterpoint::persuasion
