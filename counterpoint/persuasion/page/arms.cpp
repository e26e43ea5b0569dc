#include "counterpoint/persuasion/page/arms.h"

#include <algorithm>

#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

/// The name by which an arm is known: "PBT" and "pbt" are one, and so are "accept" and "accept-only".
std::string known_name(const std::string& arm) {
  const std::string name = to_lower_ascii(arm);
  return name.ends_with("-only") ? name.substr(0, name.size() - 5) : name;
}

}  // namespace

ArmOrder::ArmOrder(const StudyPage& page) : names_{"base", "accept", "resist", "pbt"} {
  const auto add_all = [&](const auto& rows) {
    for (const auto& row : rows) add(row.arm);
  };
  add_all(page.arms);
  add_all(page.misinformation);
  add_all(page.before_after);
  add_all(page.debate);
  add_all(page.curves);
  for (const ReplyCase& reply : page.replies) add_all(reply.replies);
}

void ArmOrder::add(const std::string& arm) {
  const std::string name = known_name(arm);
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
}

int ArmOrder::colour(const std::string& arm) const {
  const auto found = std::find(names_.begin(), names_.end(), known_name(arm));
  return static_cast<int>(found - names_.begin());
}

}  // namespace counterpoint::persuasion
