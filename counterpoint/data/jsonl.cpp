#include "counterpoint/data/jsonl.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::data {
namespace {

/// nlohmann's message without its "[json.exception...]" head, and fit to be shown where the file is damaged.
std::string reason(const Json::exception& error) {
  const std::string_view what = error.what();
  const size_t head = what.find("] ");
  return valid_utf8(head == std::string_view::npos ? what : what.substr(head + 2));
}

/// The same for one row of a file, whose own line number is the wrong one.
std::string reason_in_row(const Json::exception& error) {
  return replace_all(reason(error), "parse error at line 1, column", "parse error at column");
}

}  // namespace

std::string RowPlace::text() const { return fmt::format("{}:{}", file.string(), line); }

void read_jsonl(const std::filesystem::path& path, const std::function<void(Json, const RowPlace&)>& row,
                const std::function<void(const RowPlace&, const std::string&)>& bad) {
  const std::string bytes = read_file(path);
  const std::string_view all = bytes;
  RowPlace place{path, 0};
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.find('\n', begin), all.size());
    const std::string_view line = trim(all.substr(begin, end - begin));
    begin = end + 1;
    ++place.line;
    if (line.empty()) continue;
    if (!bad) {
      row(parse_row(line, place), place);
      continue;
    }
    Json value;
    try {
      value = Json::parse(line);
    } catch (const Json::exception& error) {
      bad(place, "not a JSON value: " + reason_in_row(error));
      continue;
    }
    row(std::move(value), place);
  }
}

Json parse_row(std::string_view line, const RowPlace& place) {
  try {
    return Json::parse(line);
  } catch (const Json::exception& error) {
    fail("{}: not a JSON value: {}", place.text(), reason_in_row(error));
  }
}

std::string to_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json read_json(const std::filesystem::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const Json::exception& error) {
    fail("{}: not a JSON file: {}", path.string(), reason(error));
  }
}

}  // namespace counterpoint::data
