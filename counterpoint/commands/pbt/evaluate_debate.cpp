// pbt evaluate debate: models that talk until they agree, in every order.
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/evaluate/debate.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options : EvaluateOptions {
  std::vector<std::string> members, adapters;
  int turns = 0;
};

std::vector<ModelSpec> members_of(const Options& options) {
  if (!options.adapters.empty() && options.adapters.size() != options.members.size())
    fail("--adapters names {} and --models {}: one for each model was expected, - for none", options.adapters.size(),
         options.members.size());
  std::vector<ModelSpec> members;
  for (size_t i = 0; i < options.members.size(); ++i) {
    const std::string adapter = options.adapters.empty() || options.adapters[i] == "-" ? "" : options.adapters[i];
    members.push_back({options.members[i], adapter});
  }
  return members;
}

void run(const Options& options) {
  const std::vector<ModelSpec> members = members_of(options);
  const std::vector<Question> questions = questions_of(options.source, options.replies.seed);
  check_answer_mode(options.replies.answer_mode, questions);
  DebateSettings settings;
  take_options(options, settings);
  settings.turns = options.turns;
  data::Json told{{"models", data::Json::array()}};
  for (const ModelSpec& member : members) told["models"].push_back(model_json(member));
  told.update(settings_json(options));
  told["turns"] = options.turns > 0 ? options.turns : 2 * static_cast<int>(members.size());
  const Earlier earlier = look_at_files(options, "debate", told);
  Speakers speakers(options.models, options.replies, options.output);
  std::vector<Speaker> speaking;
  for (const ModelSpec& member : members)
    speaking.push_back(speakers.get(agent_name(static_cast<int>(speaking.size())), member));
  const auto progress = console_progress("debating", "questions");
  catch_interrupts();
  const DebateResult result = evaluate_debate(questions, speaking, settings, *progress);
  report_result(options, speakers, told, earlier,
                evaluated(result, debate_statistics(static_cast<int>(members.size()))));
}

}  // namespace

void declare_debate(CLI::App& evaluate) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = evaluate.add_subcommand("debate", "Two or more models discuss: team accuracy in every order.");
  command->add_option("--models", options->members, "Two or more models; three and more speak in a ring")
      ->required()
      ->expected(2, 26)
      ->option_text("A B ..");
  command->add_option("--adapters", options->adapters, "PEFT adapters, one for each model, - for none")
      ->expected(2, 26)
      ->option_text("A B ..");
  shown_as(command->add_option("--turns", options->turns, "Replies of all together (0: two for each)")
               ->check(CLI::Range(0, 1000))
               ->capture_default_str(),
           "N");
  add_evaluate_options(*command, *options);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
