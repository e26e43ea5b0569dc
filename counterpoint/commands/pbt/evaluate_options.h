// What all sub-commands of pbt evaluate share: their options, the models that speak, and what becomes of a result.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/commands/pbt/model_options.h"
#include "counterpoint/commands/pbt/question_options.h"
#include "counterpoint/commands/pbt/speakers.h"
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::commands {

struct EvaluateOptions {
  QuestionSource source;
  ModelOptions models;
  ReplyOptions replies{.sampling = persuasion::EvaluationSettings{}.sampling, .answer_model = ""};
  int in_flight = persuasion::EvaluationSettings{}.in_flight;
  std::string output, compare;  ///< "" = none
};

/// --questions .. --output --compare .. --answer-mode .. --questions-in-flight, and the engine's.
void add_evaluate_options(CLI::App& command, EvaluateOptions& options);

/// Fills in what the options say; the rest of `settings` stays.
void take_options(const EvaluateOptions& options, persuasion::EvaluationSettings& settings);

/// Settings as the output file tells them: questions, how replies are drawn and read.
data::Json settings_json(const EvaluateOptions& options);
/// The same behind the model's.
data::Json settings_json(const EvaluateOptions& options, const ModelSpec& model);
/// {"model"}, with "adapter" where there is one.
data::Json model_json(const ModelSpec& spec);

/// A result as far as every evaluation has it.
struct Evaluated {
  data::Json json;  ///< to_json(result): "evaluation", "figures", "items"
  persuasion::Outcomes outcomes;
  std::vector<persuasion::Statistic> statistics;
  std::vector<persuasion::Figure> figures;
  bool interrupted = false;
};
template <class Result>
Evaluated evaluated(const Result& result, std::vector<persuasion::Statistic> statistics) {
  return {.json = to_json(result),
          .outcomes = outcomes_of(result),
          .statistics = std::move(statistics),
          .figures = figures(result),
          .interrupted = result.interrupted};
}

/// An earlier output to compare with.
struct Earlier {
  std::string path;  ///< "" = none
  data::Json json;
};
/// Looks at --compare and --output before the models are opened. `settings`: of this run, as its output tells them.
/// Error: what is compared with is no output of `evaluation`; what is written over is none either, or one of other
/// settings, naming each difference.
Earlier look_at_files(const EvaluateOptions& options, const std::string& evaluation, const data::Json& settings);

/// Prints the figures and the comparison, writes the output, tells failures; the speakers are done where there are
/// none. Error: every item failed. Throws Interrupted at the end of a run that was.
void report_result(const EvaluateOptions& options, Speakers& speakers, const data::Json& settings,
                   const Earlier& earlier, Evaluated result);

}  // namespace counterpoint::commands
