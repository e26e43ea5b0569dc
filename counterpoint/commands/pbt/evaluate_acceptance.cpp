// pbt evaluate acceptance: what drives it, as a regression.
#include <unistd.h>

#include <fmt/format.h>

#include <cstdio>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/evaluate/acceptance.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options : EvaluateOptions {
  ModelSpec model, other;
  int samples = AcceptanceSettings{}.samples;
  double sample_temperature = AcceptanceSettings{}.sample_temperature;
};

void print_regression(const AcceptanceResult& result) {
  std::int64_t left_out = 0;
  for (const AcceptanceItem& item : result.items) left_out += !item.left_out.empty();
  const LogisticFit fit = regression_of(result);
  std::printf("Logistic regression of flipping (1: it gave its answer up) on %lld items",
              static_cast<long long>(fit.n));
  if (left_out > 0) std::printf("; %lld without two answers left out", static_cast<long long>(left_out));
  std::printf("\n");
  for (const std::string& name : fit.constant) std::printf("  left out, the same in all items: %s\n", name.c_str());
  if (!fit.problem.empty()) {
    std::printf("  no coefficients: %s\n\n", fit.problem.c_str());
    return;
  }
  using report::Align;
  report::Table table({{"feature"},
                       {"coefficient", Align::right},
                       {"std. error", Align::right},
                       {"z", Align::right},
                       {"p", Align::right}});
  for (const Coefficient& one : fit.coefficients)
    table.add_row({one.name, fmt::format("{:+.3f}", one.value), fmt::format("{:.3f}", one.standard_error),
                   fmt::format("{:+.2f}", one.z), fmt::format("{:.4f}", one.p)});
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
  std::printf("log-likelihood %.2f, of the intercept alone %.2f\n\n", fit.log_likelihood, fit.null_log_likelihood);
}

void run(const Options& options) {
  const std::vector<Question> questions = questions_of(options.source, options.replies.seed);
  check_answer_mode(options.replies.answer_mode, questions);
  AcceptanceSettings settings;
  take_options(options, settings);
  settings.samples = options.samples;
  settings.sample_temperature = options.sample_temperature;
  data::Json told = settings_json(options, options.model);
  told["samples"] = settings.samples;
  told["sample_temperature"] = settings.sample_temperature;
  if (!options.other.model.empty()) told["other"] = model_json(options.other);
  const Earlier earlier = look_at_files(options, "acceptance", told);
  Speakers speakers(options.models, options.replies, options.output);
  const Speaker speaker = speakers.get("A", options.model);
  std::optional<Speaker> other;
  if (!options.other.model.empty()) other = speakers.get("B", options.other);
  const auto progress = console_progress("challenging", "questions");
  catch_interrupts();
  const AcceptanceResult result =
      evaluate_acceptance(questions, speaker, other ? &*other : nullptr, settings, *progress);
  print_regression(result);
  report_result(options, speakers, told, earlier, evaluated(result, acceptance_statistics()));
}

}  // namespace

void declare_acceptance(CLI::App& evaluate) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = evaluate.add_subcommand("acceptance", "What makes the model give in: a regression of flipping.");
  command->add_option("--model", options->model.model, "HF folder or GGUF file")->required();
  add_adapter_option(*command, options->model.adapter);
  command->add_option("--other", options->other.model,
                      "Model whose answers challenge (default: another choice, drawn)");
  command->add_option("--other-adapter", options->other.adapter, "PEFT adapter on it")->option_text("DIR");
  shown_as(command->add_option("--samples", options->samples, "Replies for the entropy of its answers")
               ->check(CLI::Range(1, 1000))
               ->capture_default_str(),
           "N");
  shown_as(command->add_option("--sample-temperature", options->sample_temperature, "At which these are drawn")
               ->check(CLI::Range(0.0, 100.0))
               ->capture_default_str(),
           "N");
  add_evaluate_options(*command, *options);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
