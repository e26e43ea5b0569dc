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

/// Deeper than any file of use.
constexpr int deepest = 200;

Json parse_json(std::string_view text) {
  check_json_depth(text);
  return Json::parse(text);
}

}  // namespace

void check_json_depth(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > deepest) fail("lists and objects are nested more than {} deep", deepest);
  }
}

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
      value = parse_json(line);
    } catch (const Json::exception& error) {
      bad(place, "not a JSON value: " + reason_in_row(error));
      continue;
    } catch (const Error& error) {
      bad(place, error.what());
      continue;
    }
    row(std::move(value), place);
  }
}

Json parse_row(std::string_view line, const RowPlace& place) {
  try {
    return parse_json(line);
  } catch (const Json::exception& error) {
    fail("{}: not a JSON value: {}", place.text(), reason_in_row(error));
  } catch (const Error& error) {
    fail("{}: {}", place.text(), error.what());
  }
}

std::string to_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json read_json(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  try {
    return parse_json(text);
  } catch (const Json::exception& error) {
    fail("{}: not a JSON file: {}", path.string(), reason(error));
  } catch (const Error& error) {
    fail("{}: {}", path.string(), error.what());
  }
}

}  // namespace counterpoint::data
