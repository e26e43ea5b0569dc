// protoclip train: CLIP or ProtoCLIP from a set of pairs.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/grouped_help.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/commands/protoclip/train_options.h"
#include "counterpoint/commands/tell.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/protoclip/study/clip_report.h"
#include "counterpoint/protoclip/study/study_inputs.h"
#include "counterpoint/protoclip/train/measured_run.h"
#include "counterpoint/protoclip/train/periodic_evaluation.h"
#include "counterpoint/protoclip/train/run_folder.h"
#include "counterpoint/protoclip/train/stoppable_progress.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;

/// Tells nobody how far an evaluation is. Where Ctrl-C came it ends with the picture that is decoded, the batch that is
/// encoded or the evaluation that is computed.
ProgressSink& stoppable_silence() {
  static ProgressSink silence;
  static method::StoppableProgress stoppable(silence, interrupted);
  return stoppable;
}

method::EvaluationSettings evaluation_settings(const TrainOptions& o, const image_text::PairSet& train,
                                               const image_text::PairSet& test) {
  method::EvaluationSettings settings;
  if (!o.keywords.empty()) settings.keywords = method::keywords_of(o.keywords, train);
  if (!o.templates.empty()) settings.templates = method::read_templates(o.templates);
  settings.evaluations = method::possible_evaluations(test, &train, settings.keywords);
  settings.encode.workers = o.train.workers;
  settings.encode.max_bad_fraction = o.train.max_bad_fraction;
  settings.encode.progress = &stoppable_silence();
  return settings;
}

void print_figures(const std::vector<method::Figure>& figures) {
  for (const method::Figure& figure : figures)
    std::printf("%-24s %8.4f  %s\n", figure.name.c_str(), figure.value, figure.about.c_str());
}

/// Returns why it could not be done, which costs nobody the model; "": it was.
std::string measure(const TrainOptions& o, method::Evaluator& evaluator) {
  try {
    print_figures(method::measure_run(o.output, evaluator, o.train.device));
  } catch (const Error& error) {
    return error.what();
  }
  tell_bad(evaluator.bad_pictures());
  return "";
}

/// What a run needs, opened.
struct Inputs {
  std::shared_ptr<const image_text::PairSet> pairs, test;  ///< `test`: null where nothing is held out
  method::TrainData data;
  std::unique_ptr<method::Evaluator> evaluator;        ///< of the finished model, and
  std::optional<method::PeriodicEvaluation> periodic;  ///< through this one of the model that trains
};

void open_held_out(const TrainOptions& o, Inputs& in) {
  if (o.test.type == "synthetic")
    std::fprintf(stderr,
                 "--val-data: --dataset-type synthetic makes up one set; what is measured is what is trained\n");
  in.test = std::make_shared<const image_text::PairSet>(open_noted(o.test));
  in.evaluator = std::make_unique<method::Evaluator>(in.data.tokenizer, in.test, in.pairs,
                                                     evaluation_settings(o, *in.pairs, *in.test));
  in.periodic.emplace(*in.evaluator, o.frequencies);
}

Inputs open(const TrainOptions& o) {
  method::check_run_folder(o.output);  // before a vocabulary is written there
  const auto pairs = std::make_shared<const image_text::PairSet>(open_noted(o.data));
  method::check_settings(o.train, static_cast<std::int64_t>(pairs->size()), !o.teacher.empty());
  const auto vocabulary =
      method::open_vocabulary(o.vocabulary, o.train.pretrained, *pairs, o.vocabulary_size, o.output);
  Inputs in{pairs, nullptr, {pairs, text::open_clip_tokenizer(vocabulary), vocabulary, {}}, {}, {}};
  if (const std::filesystem::path& from = o.train.pretrained; !from.empty())
    method::check_vocabulary(in.data.tokenizer.vocabulary_size(), method::model_config(from), from);
  if (!o.test.data.empty()) open_held_out(o, in);
  // Last: a text encoder reads all captions.
  if (!o.teacher.empty())
    in.data.teacher =
        method::open_teacher(o.teacher, *pairs, o.output, o.train.device, open_console_progress, interrupted);
  return in;
}

method::TrainHooks hooks_of(Inputs& in) {
  method::TrainHooks hooks;
  hooks.note = tell;
  hooks.stop = interrupted;
  if (in.periodic)
    hooks.evaluate = [&in](nn::ClipModel& model, std::int64_t episode) { return in.periodic->metrics(model, episode); };
  return hooks;
}

/// `where` becomes how far it is, for who stops it.
void run(const TrainOptions& o, std::string& where) {
  where = "before training";
  Inputs in = open(o);
  const auto progress = console_progress("training", "steps");
  const method::TrainResult result = method::train_clip(o.output, o.train, in.data, hooks_of(in), *progress);
  tell_bad(result.bad_named);
  if (result.bad_pictures > 0)
    std::fprintf(stderr, "%lld pictures could not be read and were left out\n",
                 static_cast<long long>(result.bad_pictures));
  where = fmt::format("after step {}", result.steps);
  if (result.interrupted) throw Interrupted{};
  where = "before the finished model was measured";
  const std::string problem = in.evaluator ? measure(o, *in.evaluator) : "";
  write_file_atomic(o.output / "report.html", method::run_report(o.output, *in.pairs, in.test.get()));
  std::printf("%lld steps in %.1f s. The model: %s\nLook at: %s\n", static_cast<long long>(result.steps),
              result.seconds, (o.output / "model").c_str(), (o.output / "report.html").c_str());
  if (!problem.empty()) fail("the model is whole, but it could not be measured: {}", problem);
}

void train(const CLI::App& command, TrainOptions o) {
  settle(command, o);
  catch_interrupts();
  std::string where;
  try {
    run(o, where);
  } catch (const Interrupted&) {
    std::fprintf(stderr, "Stopped %s. Go on with:\n  %s\n", where.c_str(), given_command(command).c_str());
    throw;
  }
}

}  // namespace

void declare_train(CLI::App& program) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App* command =
      program.add_subcommand("train", "Train CLIP with prototypes and back translation, or CLIP alone.");
  add_train_options(*command, *options);
  group_help(*command);
  command->callback([options, command] { train(*command, *options); });
}

}  // namespace counterpoint::commands::protoclip
