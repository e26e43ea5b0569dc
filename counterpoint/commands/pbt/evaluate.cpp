// pbt evaluate: how a model takes persuasion.
#include "counterpoint/commands/pbt/evaluate.h"

#include "counterpoint/commands/pbt/commands.h"

namespace counterpoint::commands {

void declare_evaluate(CLI::App& program) {
  CLI::App* command = program.add_subcommand("evaluate", "How a model takes persuasion: the paper's evaluations.");
  command->require_subcommand(1);
  for (const Declare declare : {declare_balanced, declare_misinformation, declare_flipflop, declare_debate,
                                declare_acceptance, declare_seeds, declare_show_output})
    declare(*command);
  command->footer("'pbt evaluate COMMAND --help' tells the options of one evaluation.");
}

}  // namespace counterpoint::commands
