#include "counterpoint/commands/grouped_help.h"

namespace counterpoint::commands {
namespace {

constexpr std::string_view rare_mark = " (rare)";

bool is_rare(const std::string& group) { return group.ends_with(rare_mark); }

class GroupedHelp final : public CLI::Formatter {
 public:
  GroupedHelp() { column_width(38); }

  std::string make_help(const CLI::App* command, std::string name, CLI::AppFormatMode mode) const override {
    std::string text = make_description(command) + make_usage(command, name);
    for (const std::string& group : command->get_groups()) text += group_text(command, group);
    return text + make_subcommands(command, mode) + make_footer(command);
  }

 private:
  std::string group_text(const CLI::App* command, const std::string& group) const {
    const auto options = command->get_options(
        [&](const CLI::Option* option) { return option->get_group() == group && option->nonpositional(); });
    if (is_rare(group) || options.empty()) return "";
    return make_group(group, false, options).substr(1);  // it begins with a blank line
  }
};

}  // namespace

std::string rare(const std::string& group) { return group + std::string(rare_mark); }

void group_help(CLI::App& command) {
  command.formatter(std::make_shared<GroupedHelp>());
  command.add_flag_callback(
      "--help-all",
      [&command] {
        for (CLI::Option* option :
             command.get_options([](const CLI::Option* one) { return is_rare(one->get_group()); })) {
          const std::string group = option->get_group();
          option->group(group.substr(0, group.size() - rare_mark.size()));
        }
        const CLI::App* program = &command;
        while (program->get_parent()) program = program->get_parent();
        std::fputs(program->help().c_str(), stdout);
        throw CLI::Success();
      },
      "This help with the options that are rarely needed");
}

}  // namespace counterpoint::commands
