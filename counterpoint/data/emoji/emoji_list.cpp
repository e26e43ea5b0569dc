#include "counterpoint/data/emoji/emoji_list.h"

#include <fmt/format.h>

#include <sstream>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::emoji {
namespace {

constexpr const char* debian_file = "/usr/share/unicode/emoji/emoji-test.txt";

/// "Smileys & Emotion" as "smileys and emotion", "face-smiling" as "face smiling".
std::string in_words(std::string_view title) {
  return to_lower_ascii(replace_all(replace_all(std::string(trim(title)), "&", "and"), "-", " "));
}

/// What stands behind "# group: "; empty: the line is another.
std::string_view behind(std::string_view line, std::string_view head) {
  return line.starts_with(head) ? line.substr(head.size()) : std::string_view();
}

/// "1F600 ; fully-qualified # 😀 E1.0 grinning face"; false: another kind of line, or several code points.
bool read_line(std::string_view line, Emoji& emoji) {
  const std::size_t semicolon = line.find(';'), hash = line.find('#');
  if (semicolon == std::string_view::npos || hash == std::string_view::npos || hash < semicolon) return false;
  if (trim(line.substr(semicolon + 1, hash - semicolon - 1)) != "fully-qualified") return false;
  std::string points(trim(line.substr(0, semicolon)));
  // "FE0F" asks for the colourful form, which is the only one that is drawn here.
  if (points.ends_with(" FE0F")) points.resize(points.size() - 5);
  if (points.find(' ') != std::string::npos) return false;
  std::istringstream words{std::string(line.substr(hash + 1))};
  std::string drawn, version;
  words >> drawn >> version;
  std::getline(words, emoji.name);
  emoji.name = std::string(trim(emoji.name));
  emoji.code_point = static_cast<char32_t>(std::stoul(points, nullptr, 16));
  return true;
}

}  // namespace

std::vector<Emoji> read_emoji_list(const std::filesystem::path& file) {
  const std::filesystem::path path = file.empty() ? debian_file : file;
  if (!std::filesystem::exists(path))
    fail("{}: no such file; Debian's and Ubuntu's package unicode-data has it", path.string());
  std::vector<Emoji> list;
  std::string group, subgroup;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    if (const auto title = behind(line, "# group:"); !title.empty()) group = in_words(title);
    if (const auto title = behind(line, "# subgroup:"); !title.empty()) subgroup = in_words(title);
    Emoji emoji;
    if (!read_line(line, emoji)) continue;
    emoji.group = group;
    emoji.subgroup = subgroup;
    list.push_back(std::move(emoji));
  }
  if (list.empty()) fail("{}: no line of a fully-qualified emoji is in it", path.string());
  return list;
}

std::vector<std::string> captions_of(const Emoji& emoji) {
  return {
      fmt::format("{}", emoji.name),
      fmt::format("an emoji that shows {}", emoji.name),
      fmt::format("{}, from the group {}", emoji.name, emoji.group),
      fmt::format("a small drawing: {} ({})", emoji.name, emoji.subgroup),
      fmt::format("{}, {}: {}", emoji.group, emoji.subgroup, emoji.name),
  };
}

}  // namespace counterpoint::emoji
