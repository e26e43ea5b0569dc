// pbt train: SFT, DPO, or both in a row on an arm's pairs, as in the paper (Figure 2, section 3.2).
#include <cstdio>
#include <memory>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/grouped_help.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/train_arm.h"
#include "counterpoint/commands/pbt/train_report.h"
#include "counterpoint/commands/pbt/train_rows.h"
#include "counterpoint/commands/pbt/train_stage.h"
#include "counterpoint/core/interrupt.h"

namespace counterpoint::commands {
namespace {

using persuasion::RowEncoder;

struct StageOptions : TrainOptions {
  std::string data;
};

void train_one(const CLI::App& command, StageOptions options, bool preference) {
  settle(command, options);
  catch_interrupts();
  const auto load = preference ? pair_rows : sft_rows;
  const auto rows = [&](const RowEncoder& encoder) {
    StageRows out{.train = load(options.data, options.rows, encoder), .valid = {}};
    if (!options.valid.empty()) out.valid = load(options.valid, options.rows, encoder);
    return out;
  };
  run_stage({preference, options, options.data, rows, given_command(command)});
  print_next(options);
}

void declare_stage(CLI::App& train, bool preference) {
  const auto options = std::make_shared<StageOptions>(StageOptions{preference ? dpo_defaults() : sft_defaults(), ""});
  CLI::App* command = train.add_subcommand(preference ? "dpo" : "sft",
                                           preference ? "Preference optimisation (DPO) on pairs of replies."
                                                      : "Supervised fine-tuning on the assistant's replies.");
  command
      ->add_option(
          "--data", options->data,
          preference ? "Preference rows (JSONL), such as pbt mine's" : "Chats, replies, questions; or facts:..")
      ->required()
      ->option_text("FILE REQUIRED")
      ->group("Files");
  command->add_option("--valid", options->valid, "The same, to validate on")->option_text("FILE")->group("Files");
  add_source_options(*command, *options);
  add_step_options(*command, *options);
  if (preference) add_preference_options(*command, *options);
  add_lora_options(*command, *options);
  add_selection_options(*command, *options);
  add_run_options(*command, *options);
  group_help(*command);
  command->callback([options, command, preference] { train_one(*command, *options, preference); });
}

}  // namespace

void declare_train(CLI::App& program) {
  CLI::App* train = program.add_subcommand("train", "Train an adapter: SFT, DPO, or both on one arm's pairs.");
  train->require_subcommand(0, 1);
  declare_stage(*train, false);
  declare_stage(*train, true);
  declare_arm(*train);
}

}  // namespace counterpoint::commands
