#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include "counterpoint/commands/command.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::commands {
namespace {

enum ExitCode { done = 0, failed = 1, usage = 2, stopped = 130 };

/// '-' and '_' count as the same character in an option's name.
std::string with_dashes(std::string argument) {
  if (argument.rfind("--", 0) != 0) return argument;
  const size_t end = std::min(argument.find('='), argument.size());
  for (size_t i = 2; i < end; ++i)
    if (argument[i] == '_') argument[i] = '-';
  return argument;
}

/// In the reverse order that CLI11 wants.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) arguments.push_back(with_dashes(argv[i]));
  return arguments;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// --help, which is named below the message, lists all options better than one line does.
std::string unknown_option(const CLI::App& command, const std::string& name) {
  const std::string nearest = nearest_name(name, option_names(command));
  return fmt::format("unknown option {}{}", name, nearest.empty() ? "" : " (did you mean '" + nearest + "'?)");
}

/// The program, the sub-command that was given, the sub-command of that, ..
std::vector<const CLI::App*> chosen_commands(const CLI::App& program) {
  std::vector<const CLI::App*> chain{&program};
  for (auto next = program.get_subcommands(); !next.empty(); next = chain.back()->get_subcommands())
    chain.push_back(next.front());
  return chain;
}

/// The first word that names no sub-command where one was expected; "" if nothing was given there.
std::string unknown_word(const std::vector<const CLI::App*>& chain, const std::vector<std::string>& arguments) {
  size_t named = 1;
  for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
    if (argument->rfind("-", 0) == 0) continue;
    if (named < chain.size() && *argument == chain[named]->get_name())
      ++named;
    else
      return *argument;
  }
  return "";
}

std::string unknown_sub_command(const CLI::App& command, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* sub : command.get_subcommands({})) known.push_back(sub->get_name());
  return fmt::format("unknown sub-command '{}'{}", word, suggestion(word, known));
}

/// CLI11's message, with the nearest right name where one was mistyped.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error,
                          const std::vector<std::string>& arguments) {
  const std::vector<const CLI::App*> chain = chosen_commands(program);
  const CLI::App& command = *chain.back();
  if (arguments.empty()) return "no sub-command given";
  if (command.get_require_subcommand_min() > 0) {
    const std::string word = unknown_word(chain, arguments);
    if (word.empty()) return command.get_parent() ? "no sub-command given" : error.what();
    return unknown_sub_command(command, word);
  }
  for (const std::string& extra : command.remaining()) {
    const std::string name = extra.substr(0, extra.find('='));
    if (name.rfind("--", 0) != 0 && !command.get_subcommands({}).empty()) return unknown_sub_command(command, extra);
    if (name.rfind("--", 0) != 0) return fmt::format("unexpected argument '{}'", extra);
    return unknown_option(command, name);
  }
  return error.what();
}

int report(const std::string& name, const std::string& message, ExitCode code) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s: %s\n", name.c_str(), message.c_str());
  return code;
}

}  // namespace

int run_program(int argc, char** argv, const std::string& name, const std::string& summary,
                const std::vector<Declare>& commands) {
  CLI::App program(summary, name);
  program.set_version_flag(
      "--version", [&] { return name + " " + version_text(); }, "Version, commit, libtorch, build type");
  program.set_help_flag("--help,-h", "This help, or the help of a sub-command");
  program.require_subcommand(1);
  for (const Declare declare : commands) declare(program);
  program.footer(fmt::format("'{} COMMAND --help' tells the options of one command.", name));
  const std::vector<std::string> arguments = arguments_of(argc, argv);
  try {
    std::vector<std::string> parsed = arguments;
    program.parse(parsed);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return report(name, fmt::format("cannot write to standard output: {}", std::strerror(errno)), failed);
    return ExitCode::done;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);
    std::string full;
    for (const CLI::App* command : chosen_commands(program)) full += (full.empty() ? "" : " ") + command->get_name();
    return report(name, fmt::format("{}\nSee '{} --help'.", usage_message(program, error, arguments), full), usage);
  } catch (const Error& error) {
    return report(name, error.what(), failed);
  } catch (const Interrupted&) {
    return stopped;
  } catch (const std::bad_alloc&) {
    return report(name, "out of memory", failed);
  } catch (const std::exception& error) {
    return report(name, error.what(), failed);
  }
}

}  // namespace counterpoint::commands
