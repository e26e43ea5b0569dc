// The options of pbt train, under TRL's names. Defaults are the paper's (spec 1.2), but for the warm-up: its 100 steps
// are more than a small run has.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "counterpoint/persuasion/train/row_reader.h"
#include "counterpoint/persuasion/train/tune.h"

namespace counterpoint::commands {

struct TrainOptions {
  persuasion::DpoSettings tune;  ///< SFT takes what it shares
  persuasion::RowOptions rows;
  std::string valid;  ///< rows to validate on; "" = none
  std::int64_t per_device = 0, accumulation = 0;
  /// "" = eval_loss where there are rows to validate on; "none" = the last step
  std::string best_metric;
  std::string questions, answer_mode = "choices";  ///< of generated accuracy
};

TrainOptions sft_defaults();
TrainOptions dpo_defaults();

/// --model --output-dir --adapter --max-length --skip-bad --chat-format
void add_source_options(CLI::App& command, TrainOptions& options);
/// --learning-rate .. --max-grad-norm
void add_step_options(CLI::App& command, TrainOptions& options);
/// --lora-r ..
void add_lora_options(CLI::App& command, TrainOptions& options);
/// --loss-type .. --enable-dropout
void add_preference_options(CLI::App& command, TrainOptions& options);
/// --eval-steps .. --answer-mode
void add_selection_options(CLI::App& command, TrainOptions& options);
/// --dtype .. --save-total-limit
void add_run_options(CLI::App& command, TrainOptions& options);

/// Settles what hangs on several options. Error (usage): options that exclude each other or need another.
void settle(const CLI::App& command, TrainOptions& options);

}  // namespace counterpoint::commands
