#include "counterpoint/data/first_row.h"

namespace counterpoint::data {

std::optional<Json> first_row(const std::filesystem::path& path) {
  std::optional<Json> first;
  const auto take = [&](Json row, const RowPlace&) {
    if (!first) first = std::move(row);
  };
  read_jsonl(path, take, [](const RowPlace&, const std::string&) {});
  return first;
}

}  // namespace counterpoint::data
