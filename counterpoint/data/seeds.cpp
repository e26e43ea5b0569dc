#include "counterpoint/data/seeds.h"

#include <set>

#include "counterpoint/core/error.h"

namespace counterpoint::data {

void check_seeds(const std::vector<std::uint64_t>& seeds, const std::string& file) {
  if (seeds.empty()) fail("{}: 'seeds' is empty; at least one was expected", file);
  if (std::set<std::uint64_t>(seeds.begin(), seeds.end()).size() < seeds.size())
    fail("{}: 'seeds' holds one twice", file);
}

}  // namespace counterpoint::data
