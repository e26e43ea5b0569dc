// DPO or SFT steps on given pairs, beside bench/peers/trl_dpo.py and trl_sft.py and set alike: LoRA r 16 on q, k, v,
// rows sorted by length, reference log-probabilities before the clock starts, the first step left out.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/persuasion/train/objectives.h"
#include "counterpoint/persuasion/train/preference_rows.h"
#include "counterpoint/persuasion/train/reference.h"
#include "counterpoint/persuasion/train/sft_rows.h"
#include "counterpoint/train/batches.h"

namespace {

using namespace counterpoint;
using train::Example;

struct Options {
  std::string model, rows, kind = "dpo", dtype = "float32";
  std::int64_t batch = 8, together = 0, steps = 0, threads = 2;
  bool share_prefix = true, checkpointing = false;
  bool dpo() const { return kind == "dpo"; }
};

std::int64_t tokens_of(const Example& example) {
  std::int64_t tokens = 0;
  for (const nn::TrainRow& row : example) tokens += row.tokens();
  return tokens;
}

/// As TRL counts them: a prompt once for each of its replies.
std::int64_t sequence_tokens(const Example& example) {
  std::int64_t tokens = 0;
  for (const nn::TrainRow& row : example)
    for (const nn::TrainBranch& branch : row.branches) tokens += std::ssize(row.prefix) + std::ssize(branch.tokens);
  return tokens;
}

/// At most so many, from the longest to the shortest: the same lengths at any batch size.
std::vector<Example> spread(std::vector<Example> sorted, std::int64_t count) {
  const std::int64_t all = std::ssize(sorted);
  if (count >= all) return sorted;
  std::vector<Example> some;
  for (std::int64_t i = 0; i < count; ++i) some.push_back(std::move(sorted[static_cast<size_t>(i * all / count)]));
  return some;
}

std::vector<Example> load(const Options& options, const persuasion::RowEncoder& encoder) {
  std::vector<Example> examples;
  const auto add_pair = [&](const nn::TrainRow& pair) {
    if (options.share_prefix) return examples.push_back({pair});
    const auto apart = persuasion::unshared(pair);
    examples.emplace_back(apart.begin(), apart.end());
  };
  if (options.dpo())
    for (const auto& row : persuasion::load_preference_rows(options.rows, encoder).rows) add_pair(row.tokens);
  else
    for (nn::TrainRow& row : persuasion::load_sft_rows(options.rows, encoder).rows)
      examples.push_back({std::move(row)});
  std::stable_sort(examples.begin(), examples.end(),
                   [](const Example& a, const Example& b) { return tokens_of(a) > tokens_of(b); });
  return options.steps > 0 ? spread(std::move(examples), (options.steps + 1) * options.batch) : examples;
}

std::unique_ptr<train::Objective> objective_of(const Options& options, const weights::ModelFiles& model,
                                               const std::vector<Example>& examples, nn::LoraTrainer& trainer) {
  if (!options.dpo()) return std::make_unique<persuasion::SftObjective>(examples);
  ProgressSink silent;
  auto reference = persuasion::reference_logprobs(trainer, model, examples, {}, options.dtype, silent);
  return std::make_unique<persuasion::DpoObjective>(examples, std::move(reference),
                                                    persuasion::PreferenceLossSettings{});
}

class Steps {
 public:
  Steps(const Options& options, const std::vector<Example>& examples, train::Objective& objective,
        nn::LoraTrainer& trainer)
      : options_(options), examples_(examples), objective_(objective), trainer_(trainer) {}

  /// Takes step `number`; the rows begin again behind the last. Returns its tokens.
  std::int64_t take(std::int64_t number) {
    std::vector<size_t> batch;
    std::vector<std::int64_t> lengths;
    std::int64_t tokens = 0;
    for (std::int64_t i = 0; i < options_.batch; ++i) {
      batch.push_back(static_cast<size_t>(number * options_.batch + i) % examples_.size());
      lengths.push_back(tokens_of(examples_[batch.back()]));
      tokens += sequence_tokens(examples_[batch.back()]);
    }
    objective_.begin(batch);
    for (const std::vector<size_t>& part : train::micro_batches(lengths, {.rows = options_.together}))
      accumulate(number, batch, part);
    objective_.finish();
    trainer_.step(1e-4, 1.0);
    return tokens;
  }

 private:
  void accumulate(std::int64_t number, const std::vector<size_t>& batch, const std::vector<size_t>& part) {
    std::vector<size_t> chosen;
    std::vector<nn::TrainRow> rows;
    for (const size_t index : part) {
      chosen.push_back(batch[index]);
      rows.insert(rows.end(), examples_[batch[index]].begin(), examples_[batch[index]].end());
    }
    trainer_.accumulate(rows, static_cast<std::uint64_t>(number),
                        [&](const auto& logprobs) { return objective_.derivatives(chosen, logprobs); });
  }

  const Options& options_;
  const std::vector<Example>& examples_;
  train::Objective& objective_;
  nn::LoraTrainer& trainer_;
};

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void run(const Options& options) {
  const weights::ModelFiles model = weights::open_model(options.model);
  const std::vector<Example> examples = load(options, {*model.tokenizer, *model.chat_format});
  nn::TrainerOptions settings;
  settings.dtype = options.dtype;
  if (options.threads > 0) nn::set_threads(static_cast<int>(options.threads));
  settings.gradient_checkpointing = options.checkpointing;
  if (options.dpo()) settings.lora.dropout = 0;
  const auto trainer = nn::open_lora_trainer(model, settings);
  const auto objective = objective_of(options, model, examples, *trainer);
  Steps steps(options, examples, *objective, *trainer);
  steps.take(0);  // warms up
  const std::int64_t count = options.steps > 0 ? options.steps : std::ssize(examples) / options.batch;
  const auto start = std::chrono::steady_clock::now();
  std::int64_t tokens = 0;
  for (std::int64_t step = 1; step <= count; ++step) tokens += steps.take(step);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const data::Json line{
      {"engine", fmt::format("counterpoint {} {} batch {}{}", options.dpo() ? "DPO" : "SFT", options.dtype,
                             options.batch, options.share_prefix ? "" : ", unshared")},
      {"rows", examples.size()},
      {"steps", count},
      {"seconds", seconds},
      {options.dpo() ? "pairs_per_second" : "rows_per_second", static_cast<double>(count * options.batch) / seconds},
      {"tokens_per_second", static_cast<double>(tokens) / seconds},
      {"threads", options.threads},
      {"peak_rss_mib", peak_mib()}};
  std::printf("%s\n", line.dump().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App program("DPO or SFT steps on given pairs: rate and peak memory as one JSON line.", "training_bench");
  program.add_option("model", options.model, "Hugging Face folder or GGUF file")->required();
  program.add_option("rows", options.rows, "pairs.jsonl")->required();
  program.add_option("--kind", options.kind, "dpo, sft (on the chosen replies)")->check(CLI::IsMember({"dpo", "sft"}));
  program.add_option("--batch", options.batch, "Rows of one step")->check(CLI::Range(1, 1024));
  program.add_option("--together", options.together, "Rows computed at once (0: all of a step)");
  program.add_option("--steps", options.steps, "Steps after the first (0: every row once)");
  program.add_option("--threads", options.threads, "Threads")->check(CLI::Range(1, 1024));
  program.add_option("--dtype", options.dtype, "float32, bfloat16");
  program.add_flag_callback(
      "--no-share-prefix", [&] { options.share_prefix = false; }, "Compute each prompt twice");
  program.add_flag("--gradient-checkpointing", options.checkpointing, "Recompute instead of keeping");
  CLI11_PARSE(program, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "training_bench: %s\n", error.what());
    return 1;
  }
}
