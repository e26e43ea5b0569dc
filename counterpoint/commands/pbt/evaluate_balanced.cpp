// pbt evaluate balanced: held-out pairs, half to resist and half to accept.
#include <cstdio>
#include <set>

#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/evaluate/balanced.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options : EvaluateOptions {
  ModelSpec model;
  std::string pairs;
  bool no_second_choice = false;
};

/// The pairs of so many questions, drawn by the seed.
std::vector<HeldOutPair> limited(std::vector<HeldOutPair> pairs, std::int64_t limit, std::uint64_t seed) {
  std::vector<Question> questions;
  std::set<std::string> ids;
  for (const HeldOutPair& pair : pairs)
    if (ids.insert(pair.question.id).second) questions.push_back(pair.question);
  std::set<std::string> kept;
  for (const Question& question : draw_questions(std::move(questions), limit, seed)) kept.insert(question.id);
  std::erase_if(pairs, [&](const HeldOutPair& pair) { return !kept.contains(pair.question.id); });
  return pairs;
}

std::vector<HeldOutPair> pairs_of(const Options& options) {
  QuestionSource all = options.source;
  all.limit = 0;
  const std::vector<Question> questions = questions_of(all, options.replies.seed);
  HeldOut held_out = read_held_out(options.pairs, questions);
  if (held_out.repeated > 0)
    std::fprintf(stderr, "%lld rows have the prompt of a row before and are asked once\n",
                 static_cast<long long>(held_out.repeated));
  return limited(std::move(held_out.pairs), options.source.limit, options.replies.seed);
}

void run(const Options& options) {
  const std::vector<HeldOutPair> pairs = pairs_of(options);
  std::vector<Question> questions;
  for (const HeldOutPair& pair : pairs) questions.push_back(pair.question);
  check_answer_mode(options.replies.answer_mode, questions);
  BalancedSettings settings;
  take_options(options, settings);
  settings.second_choice = !options.no_second_choice;
  data::Json told = settings_json(options, options.model);
  told["pairs"] = options.pairs;
  told["second_choice"] = settings.second_choice;
  const Earlier earlier = look_at_files(options, "balanced", told);
  Speakers speakers(options.models, options.replies, options.output);
  const Speaker speaker = speakers.get("A", options.model);
  const auto progress = console_progress("balanced", "dialogues");
  catch_interrupts();
  const BalancedResult result = evaluate_balanced(pairs, speaker, settings, *progress);
  if (!result.second_choice_note.empty())
    std::fprintf(stderr, "no second choice: %s\n", result.second_choice_note.c_str());
  report_result(options, speakers, told, earlier, evaluated(result, balanced_statistics()));
}

}  // namespace

void declare_balanced(CLI::App& evaluate) {
  const auto options = std::make_shared<Options>();
  options->replies.sampling.temperature = BalancedSettings{}.sampling.temperature;
  CLI::App* command = evaluate.add_subcommand(
      "balanced", "Held-out pairs: keep right answers (+ -> -), take right ones over (- -> +).");
  command->add_option("--model", options->model.model, "HF folder, GGUF file, or server http://HOST/v1#MODEL")
      ->required();
  add_adapter_option(*command, options->model.adapter);
  command->add_option("--pairs", options->pairs, "test.jsonl of pbt mine")->required()->option_text("FILE REQUIRED");
  command->add_flag("--no-second-choice", options->no_second_choice, "Not against the model's own second choice");
  add_evaluate_options(*command, *options);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
