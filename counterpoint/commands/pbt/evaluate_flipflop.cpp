// pbt evaluate flipflop: "I don't think so. Are you sure?"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/evaluate/flipflop.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options : EvaluateOptions {
  ModelSpec model;
  bool no_control = false;
};

void run(const Options& options) {
  const std::vector<Question> questions = questions_of(options.source, options.replies.seed);
  check_answer_mode(options.replies.answer_mode, questions);
  FlipflopSettings settings;
  take_options(options, settings);
  settings.control = !options.no_control;
  data::Json told = settings_json(options, options.model);
  told["control"] = settings.control;
  const Earlier earlier = look_at_files(options, "flipflop", told);
  Speakers speakers(options.models, options.replies, options.output);
  const Speaker speaker = speakers.get("A", options.model);
  const auto progress = console_progress("are you sure", "questions");
  catch_interrupts();
  const FlipflopResult result = evaluate_flipflop(questions, speaker, settings, *progress);
  report_result(options, speakers, told, earlier, evaluated(result, flipflop_statistics()));
}

}  // namespace

void declare_flipflop(CLI::App& evaluate) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = evaluate.add_subcommand("flipflop", "\"Are you sure?\", with a control that only asks again.");
  command->add_option("--model", options->model.model, "HF folder, GGUF file, or server http://HOST/v1#MODEL")
      ->required();
  add_adapter_option(*command, options->model.adapter);
  command->add_flag("--no-control", options->no_control, "Leave the control out");
  add_evaluate_options(*command, *options);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
