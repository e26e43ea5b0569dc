#include "counterpoint/commands/pbt/train_arm.h"

#include <cstdio>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/grouped_help.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/train_report.h"
#include "counterpoint/commands/pbt/train_rows.h"
#include "counterpoint/commands/pbt/train_stage.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/train/arms.h"

namespace counterpoint::commands {
namespace {

namespace fs = std::filesystem;
using persuasion::RowEncoder;

struct ArmOptions : TrainOptions {
  std::string arm, match = "total";
  fs::path pairs;
  // Of the first stage, where it is not to be as the second.
  std::optional<double> sft_learning_rate, sft_epochs;
  std::optional<std::int64_t> sft_max_steps;
};

/// The arm's rows out of train.jsonl; to validate on, all kinds whatever the arm.
StageRows stage_rows(const ArmOptions& options, bool preference, const RowEncoder& encoder) {
  const std::string file = (options.pairs / "train.jsonl").string();
  StageRows rows{.train = pairs_of_arm(preference_rows(file, options.rows, encoder).rows,
                                       persuasion::arm_named(options.arm), persuasion::match_named(options.match)),
                 .valid = {},
                 .settings = {{"arm", options.arm}, {"match", options.match}}};
  std::fprintf(stderr, "arm %s: %zu pairs\n", options.arm.c_str(), rows.train.size());
  if (!options.valid.empty()) rows.valid = pair_rows(options.valid, options.rows, encoder);
  if (preference) return rows;
  for (auto* part : {&rows.train, &rows.valid})
    for (nn::TrainRow& row : *part) row = persuasion::chosen_only(std::move(row));
  return rows;
}

void run_one(const CLI::App& command, const ArmOptions& options, bool preference) {
  const auto rows = [&](const RowEncoder& encoder) { return stage_rows(options, preference, encoder); };
  run_stage({preference, options, options.pairs.string(), rows, given_command(command)});
}

/// The first stage: its own defaults where nothing was said.
ArmOptions sft_of(const CLI::App& command, ArmOptions options) {
  const TrainOptions own = sft_defaults();
  train::FitSettings& fit = options.tune.fit;
  const bool batch_given =
      command.count("--per-device-train-batch-size") + command.count("--gradient-accumulation-steps") > 0;
  if (!batch_given) {
    options.per_device = own.per_device;
    options.accumulation = own.accumulation;
  }
  if (command.count("--num-train-epochs") == 0) fit.batches.epochs = own.tune.fit.batches.epochs;
  if (options.sft_epochs) fit.batches.epochs = *options.sft_epochs;
  if (options.sft_max_steps) fit.batches.max_steps = *options.sft_max_steps;
  if (options.sft_learning_rate) fit.schedule.learning_rate = *options.sft_learning_rate;
  fit.run_folder /= "sft";
  // Margins and the like are the second stage's: eval_loss then.
  const std::string& metric = options.best_metric;
  const auto has = [&](const char* part) { return metric.find(part) != std::string::npos; };
  if (!has("loss") && !has("balanced") && metric != "none") options.best_metric.clear();
  return options;
}

void find_valid(ArmOptions& options) {
  const fs::path file = options.pairs / "valid.jsonl";
  if (fs::exists(file) && fs::file_size(file) > 0)
    options.valid = file.string();
  else
    std::fprintf(stderr, "note: %s has no rows: nothing is measured on held-out pairs, the last step is taken\n",
                 file.string().c_str());
}

void train_arm(const CLI::App& command, ArmOptions options) {
  for (const char* name : {"--arm", "--pairs"})
    if (command.count(name) == 0) throw CLI::RequiredError(name);
  if (options.tune.reference == "base")
    fail(
        "--arm trains SFT first, so that before DPO's first step the model is not --reference base; leave it out, or "
        "use 'train dpo'");
  if (!fs::is_directory(options.pairs))
    fail("{}: no such folder; one of 'pbt mine' was expected", options.pairs.string());
  find_valid(options);
  ArmOptions sft = sft_of(command, options), dpo = std::move(options);
  settle(command, sft);
  settle(command, dpo);
  catch_interrupts();
  std::printf("SFT on the chosen replies\n");
  run_one(command, sft, /*preference=*/false);
  dpo.tune.adapter = sft.tune.fit.run_folder;
  dpo.tune.fit.run_folder /= "dpo";
  std::printf("\nDPO on the pairs\n");
  run_one(command, dpo, /*preference=*/true);
  print_next(dpo);
}

void add_arm_options(CLI::App& command, ArmOptions& options) {
  command.add_option("--arm", options.arm, "Both stages on these pairs: pbt (both kinds), accept, resist")
      ->check(CLI::IsMember({"pbt", "accept", "resist"}))
      ->option_text("NAME")
      ->group("Arm");
  command.add_option("--pairs", options.pairs, "Folder of pbt mine: train.jsonl, valid.jsonl")
      ->option_text("DIR")
      ->group("Arm");
  shown_as(command.add_option("--match", options.match, "total: as many pairs as every other arm; none: all")
               ->check(CLI::IsMember({"total", "none"}))
               ->capture_default_str()
               ->group("Arm"),
           "NAME");
}

void add_first_stage_options(CLI::App& command, ArmOptions& options) {
  const auto add = [&](const char* name, auto& value, const char* help) {
    command.add_option(name, value, help)->check(above_zero())->option_text("N")->group(rare("Steps"));
  };
  add("--sft-learning-rate", options.sft_learning_rate, "Of the SFT stage (default: as --learning-rate)");
  add("--sft-num-train-epochs", options.sft_epochs, "Of the SFT stage (default: 3)");
  add("--sft-max-steps", options.sft_max_steps, "Of the SFT stage (default: as --max-steps)");
}

}  // namespace

void declare_arm(CLI::App& train) {
  const auto options = std::make_shared<ArmOptions>();
  static_cast<TrainOptions&>(*options) = dpo_defaults();
  add_arm_options(train, *options);
  add_source_options(train, *options);
  add_step_options(train, *options);
  add_first_stage_options(train, *options);
  add_preference_options(train, *options);
  add_lora_options(train, *options);
  add_selection_options(train, *options);
  add_run_options(train, *options);
  group_help(train);
  train.callback([options, &train] {
    if (train.get_subcommands().empty()) train_arm(train, *options);
  });
}

}  // namespace counterpoint::commands
