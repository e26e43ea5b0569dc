// The emoji that Unicode lists (emoji-test.txt), with their names and groups.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace counterpoint::emoji {

struct Emoji {
  char32_t code_point = 0;
  std::string name;      ///< "grinning face"
  std::string group;     ///< "smileys and emotion"
  std::string subgroup;  ///< "face smiling"
};

/// The fully-qualified emoji of one code point (a variation selector besides does not count), in the file's order.
/// `file`: "" = where Debian's package unicode-data has it. Error: no such file (with the package's name), none in it.
std::vector<Emoji> read_emoji_list(const std::filesystem::path& file = {});

/// Five captions made of name, group and subgroup.
std::vector<std::string> captions_of(const Emoji& emoji);

}  // namespace counterpoint::emoji
