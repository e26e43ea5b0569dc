// JSON Lines: one JSON value a line.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

namespace counterpoint::data {

/// Key order is kept, so that what we write reads like the documentation.
using Json = nlohmann::ordered_json;

/// Where a row came from, for messages: "questions.jsonl:17".
struct RowPlace {
  std::filesystem::path file;
  std::int64_t line = 0;
  std::string text() const;
};

/// Calls `row` for each line that is not blank. A line that is no JSON is an Error that names file and line, unless
/// `bad` is given: then it is told and reading goes on.
void read_jsonl(const std::filesystem::path& path, const std::function<void(Json, const RowPlace&)>& row,
                const std::function<void(const RowPlace&, const std::string& why)>& bad = nullptr);

/// One line of a JSON Lines file. Error: no JSON, with file and line.
Json parse_row(std::string_view line, const RowPlace& place);

/// The value as one line (damaged UTF-8 replaced), without the newline.
std::string to_line(const Json& value);

/// What walks a value does so by recursion, which a hostile file must not exhaust. Error: nested more than 200 deep.
void check_json_depth(std::string_view text);

/// A whole JSON file. Error: the file, the line and column, and what was expected there.
Json read_json(const std::filesystem::path& path);

}  // namespace counterpoint::data
