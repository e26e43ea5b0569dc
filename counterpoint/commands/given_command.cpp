#include "counterpoint/commands/given_command.h"

#include "counterpoint/core/strings.h"

namespace counterpoint::commands {

std::string shell_word(const std::string& word) {
  const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  return "'" + replace_all(word, "'", "'\\''") + "'";
}

std::string given_command(const CLI::App& command) {
  std::string text = command.get_parent() ? given_command(*command.get_parent()) + " " : "";
  text += command.get_name();
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0) continue;
    text += " " + option->get_name();
    if (option->get_items_expected_max() == 0) continue;
    for (const std::string& value : option->results()) text += " " + shell_word(value);
  }
  return text;
}

}  // namespace counterpoint::commands
