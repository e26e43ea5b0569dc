#include "counterpoint/commands/pbt/evaluate_options.h"

#include "counterpoint/commands/option_help.h"
#include "counterpoint/core/interrupt.h"

namespace counterpoint::commands {

using namespace persuasion;

void add_evaluate_options(CLI::App& command, EvaluateOptions& options) {
  add_question_options(command, options.source);
  command.add_option("--output", options.output, "JSON: settings, figures, and every item with what was said")
      ->option_text("FILE");
  command.add_option("--compare", options.compare, "An earlier --output, such as the base model's: tell differences")
      ->option_text("FILE");
  add_reply_options(command, options.replies);
  shown_as(command.add_option("--questions-in-flight", options.in_flight, "Items at once")
               ->check(CLI::Range(1, 4096))
               ->capture_default_str(),
           "N");
  add_model_options(command, options.models);
}

void take_options(const EvaluateOptions& options, EvaluationSettings& settings) {
  settings.config = tree_of(options.source);
  settings.sampling = options.replies.sampling;
  settings.seed = options.replies.seed;
  settings.in_flight = options.in_flight;
  settings.stop = interrupted;
}

data::Json settings_json(const EvaluateOptions& options) {
  const TreeConfig config = tree_of(options.source);
  data::Json settings{{"questions", options.source.spec},
                      {"limit", options.source.limit},
                      {"seed", options.replies.seed},
                      {"answer_mode", options.replies.answer_mode},
                      {"dtype", options.models.engine.dtype}};
  if (!options.replies.answer_model.empty()) settings["answer_model"] = options.replies.answer_model;
  settings["sampling"] = sampling_json(options.replies.sampling);
  settings["tree"] = {{"name", config.name}, {"hash", config.hash()}};
  return settings;
}

data::Json settings_json(const EvaluateOptions& options, const ModelSpec& model) {
  data::Json settings = model_json(model);
  settings.update(settings_json(options));
  return settings;
}

data::Json model_json(const ModelSpec& spec) {
  data::Json out{{"model", spec.model}};
  if (!spec.adapter.empty()) out["adapter"] = spec.adapter;
  return out;
}

}  // namespace counterpoint::commands
