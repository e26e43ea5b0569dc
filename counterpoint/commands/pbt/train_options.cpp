#include "counterpoint/commands/pbt/train_options.h"

#include <fmt/ranges.h>

#include "counterpoint/commands/grouped_help.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/persuasion/answer_reader.h"

namespace counterpoint::commands {
namespace {

constexpr std::int64_t most = 1'000'000'000;

/// Declares options of one group, each on one line of --help: "--beta N=0.1".
class Group {
 public:
  Group(CLI::App& command, std::string name) : command_(command), name_(std::move(name)) {}

  template <class Value>
  CLI::Option* add(const std::string& name, Value& value, const std::string& help, const char* shown,
                   bool is_rare = false) {
    CLI::Option* option = command_.add_option(name, value, help)->group(is_rare ? rare(name_) : name_);
    if constexpr (requires { value.empty(); })
      return option->option_text(shown);
    else
      return shown_as(option->capture_default_str(), shown);
  }
  template <class Value>
  CLI::Option* add_rare(const std::string& name, Value& value, const std::string& help, const char* shown) {
    return add(name, value, help, shown, true);
  }
  /// A choice among names; the default is shown.
  CLI::Option* choose(const std::string& name, std::string& value, const std::string& help,
                      const std::vector<std::string>& names, bool is_rare = false) {
    return shown_as(command_.add_option(name, value, help)
                        ->group(is_rare ? rare(name_) : name_)
                        ->check(CLI::IsMember(names))
                        ->capture_default_str(),
                    "NAME");
  }
  CLI::Option* flag(const std::string& name, bool& value, const std::string& help) {
    return command_.add_flag(name, value, help)->group(rare(name_));
  }
  CLI::Option* clear(const std::string& name, bool& value, const std::string& help) {
    return command_
        .add_flag_callback(
            name, [&value] { value = false; }, help)
        ->group(rare(name_));
  }

 private:
  CLI::App& command_;
  std::string name_;
};

TrainOptions defaults(std::int64_t per_device, std::int64_t accumulation, double epochs) {
  TrainOptions options;
  options.per_device = per_device;
  options.accumulation = accumulation;
  options.tune.fit.batches.epochs = epochs;
  options.tune.fit.schedule.warmup_ratio = 0.1;
  options.tune.fit.micro.tokens = 2048;
  return options;
}

[[noreturn]] void refuse(const std::string& message) { throw CLI::ValidationError(message); }

bool given(const CLI::App& command, const std::string& name) { return command.count(name) > 0; }

/// An adapter brings its own shape.
void check_lora(const CLI::App& command) {
  if (!given(command, "--adapter")) return;
  for (const char* name : {"--lora-r", "--lora-alpha", "--lora-target-modules", "--use-rslora"})
    if (given(command, name))
      refuse(
          fmt::format("{} cannot be set beside --adapter: an adapter that is trained further keeps its shape", name));
}

void settle_metric(TrainOptions& options) {
  train::FitSettings& fit = options.tune.fit;
  std::string metric = options.best_metric;
  if (metric.empty()) metric = options.valid.empty() ? "none" : "eval_loss";
  if (metric == "none") metric.clear();
  if (!metric.empty() && !metric.starts_with("eval_")) metric = "eval_" + metric;  // as transformers does
  const bool generated = metric.starts_with("eval_balanced_");
  if (!metric.empty() && options.valid.empty())
    refuse("--metric-for-best-model " + metric + " needs rows to validate on (--valid)");
  if (generated && options.questions.empty())
    refuse("--metric-for-best-model " + metric + " needs the questions that the pairs were mined from (--questions)");
  if (!options.questions.empty() && !generated)
    refuse("--questions is for --metric-for-best-model eval_balanced_overall");
  if (fit.patience > 0 && metric.empty()) refuse("--early-stopping-patience needs rows to validate on (--valid)");
  fit.best_metric = metric;
  fit.greater_is_better = !metric.ends_with("loss");
}

}  // namespace

TrainOptions sft_defaults() { return defaults(8, 10, 3); }
TrainOptions dpo_defaults() { return defaults(7, 5, 5); }

void add_source_options(CLI::App& command, TrainOptions& options) {
  Group group(command, "Files");
  group.add("--model", options.tune.model, "Hugging Face folder or GGUF file", "MODEL REQUIRED");
  group.add("--output-dir", options.tune.fit.run_folder, "Folder of the run; the same command goes on in it",
            "DIR REQUIRED");
  group.add("--adapter", options.tune.adapter, "PEFT adapter to start from (default: a fresh one)", "DIR");
  group.add("--max-length", options.rows.max_length, "Tokens of a row, the rest is cut; 0: no limit", "N")
      ->check(CLI::Range(std::int64_t{0}, most));
  group.flag("--skip-bad", options.rows.skip_bad, "Leave bad rows out, count and name them");
  group.add_rare("--chat-format", options.tune.chat_format, "By name (default: by the model's own template)", "NAME");
}

void add_step_options(CLI::App& command, TrainOptions& options) {
  train::FitSettings& fit = options.tune.fit;
  Group group(command, "Steps");
  const CLI::Range count(std::int64_t{1}, most), from_zero(std::int64_t{0}, most);
  group.add("--learning-rate", fit.schedule.learning_rate, "Peak", "N")->check(above_zero());
  group.choose("--lr-scheduler-type", fit.schedule.kind, fmt::format("{}", fmt::join(train::schedule_names(), ", ")),
               train::schedule_names(), true);
  group.add("--warmup-ratio", fit.schedule.warmup_ratio, "Part of the run in which the rate rises", "N")
      ->check(CLI::Range(0.0, 1.0));
  group.add_rare("--warmup-steps", fit.schedule.warmup_steps, "The same in steps, instead", "N")->check(from_zero);
  group.add("--num-train-epochs", fit.batches.epochs, "Times that each row is seen", "N")->check(above_zero());
  group.add("--max-steps", fit.batches.max_steps, "Length of the run, instead; 0: by epochs", "N")->check(from_zero);
  group.add("--per-device-train-batch-size", options.per_device, "Rows computed at once", "N")->check(count);
  group.add("--gradient-accumulation-steps", options.accumulation, "Times that, for one step", "N")->check(count);
  group.add_rare("--micro-batch-tokens", fit.micro.tokens, "At most so many at once (0: any); changes no result", "N")
      ->check(from_zero);
  group.add_rare("--max-grad-norm", fit.max_grad_norm, "Clips the gradient; 0: does not", "N")->check(zero_or_more());
  group.add_rare("--weight-decay", options.tune.adamw.weight_decay, "AdamW's", "N")->check(zero_or_more());
  group.add("--seed", options.tune.trainer.seed, "Of the adapter, the order of rows, dropout", "N");
}

void add_lora_options(CLI::App& command, TrainOptions& options) {
  weights::LoraConfig& lora = options.tune.trainer.lora;
  Group group(command, "LoRA");
  group.add("--lora-r", lora.r, "Rank", "N")->check(CLI::Range(1, 65536));
  group.add("--lora-alpha", lora.alpha, "Scale is alpha / r", "N")->check(above_zero());
  group.add("--lora-dropout", lora.dropout, "Of the adapter's input; DPO: with --enable-dropout only", "N")
      ->check(CLI::Range(0.0, 0.99));
  group
      .add("--lora-target-modules", lora.target_modules, "Layers by name, or all-linear (default: q, k, v_proj)",
           "NAME ...")
      ->delimiter(',');
  group.flag("--use-rslora", lora.use_rslora, "Scale is alpha / sqrt(r)");
}

void add_preference_options(CLI::App& command, TrainOptions& options) {
  persuasion::DpoSettings& dpo = options.tune;
  Group group(command, "Preference");
  const std::vector<std::string> losses = persuasion::preference_loss_names();
  group.choose("--loss-type", dpo.loss.kind, fmt::format("{}", fmt::join(losses, ", ")), losses);
  group.add("--beta", dpo.loss.beta, "How far the model may move from its reference: less is further", "N")
      ->check(above_zero());
  shown_as(group.add("--reference", dpo.reference, "sft (what training starts from), base, adapter:DIR", "")
               ->capture_default_str(),
           "NAME");
  group.add_rare("--label-smoothing", dpo.loss.label_smoothing, "Of sigmoid and robust: share of wrong pairs", "N")
      ->check(CLI::Range(0.0, 0.499));
  group.add_rare("--sft-weight", dpo.loss.sft_weight, "Of an SFT term on the chosen replies", "N")
      ->check(zero_or_more());
  group.clear("--no-share-prefix", dpo.share_prefix, "Compute each pair's prompt twice");
  group.clear("--enable-dropout", dpo.disable_dropout, "LoRA's dropout in DPO too, which TRL turns off");
}

void add_selection_options(CLI::App& command, TrainOptions& options) {
  train::FitSettings& fit = options.tune.fit;
  Group group(command, "Validation");
  group.add("--eval-steps", fit.eval_steps, "Between validations; 0: after each epoch", "N")
      ->check(CLI::Range(std::int64_t{0}, most));
  group.add("--metric-for-best-model", options.best_metric, "eval_loss, none, .. or eval_balanced_overall (*)", "NAME");
  group.add("--questions", options.questions, "(*) generated replies are judged by their answers", "FILE");
  group.choose("--answer-mode", options.answer_mode, "(*) how answers are read", persuasion::answer_modes(), true);
  group.add("--early-stopping-patience", fit.patience, "Validations without a gain; 0: off", "N")
      ->check(CLI::Range(0, 1'000'000));
}

void add_run_options(CLI::App& command, TrainOptions& options) {
  train::FitSettings& fit = options.tune.fit;
  nn::TrainerOptions& trainer = options.tune.trainer;
  Group group(command, "Running");
  const CLI::Range count(std::int64_t{1}, most), from_zero(std::int64_t{0}, most);
  group.choose("--dtype", trainer.dtype, "Of the frozen weights: float32, bfloat16", {"float32", "bfloat16"});
  shown_as(group.add("--device", trainer.device, "cpu, cuda, cuda:N", "")->capture_default_str(), "NAME");
  command.add_option_function<int>("--threads", nn::set_threads, "Default: all cores")
      ->check(CLI::Range(1, 1024))
      ->option_text("N")
      ->group("Running");
  group.flag("--gradient-checkpointing", trainer.gradient_checkpointing, "Less memory, a third more time");
  group.add_rare("--logging-steps", fit.logging_steps, "Between lines of metrics.jsonl", "N")->check(count);
  group.add("--save-steps", fit.save_steps, "Between checkpoints; 0: when validated, or each epoch", "N")
      ->check(from_zero);
  group.add_rare("--save-total-limit", fit.save_total_limit, "Checkpoints kept; 0: all", "N")
      ->check(CLI::Range(0, 1'000'000));
}

void settle(const CLI::App& command, TrainOptions& options) {
  for (const char* name : {"--model", "--output-dir"})
    if (!given(command, name)) throw CLI::RequiredError(name);
  check_lora(command);
  train::FitSettings& fit = options.tune.fit;
  fit.batches.batch_rows = options.per_device * options.accumulation;
  fit.batches.seed = options.tune.trainer.seed;
  fit.micro.rows = options.per_device;
  if (given(command, "--warmup-steps")) {
    if (given(command, "--warmup-ratio")) refuse("--warmup-steps and --warmup-ratio exclude each other");
    fit.schedule.warmup_ratio = 0;
  }
  settle_metric(options);
}

}  // namespace counterpoint::commands
