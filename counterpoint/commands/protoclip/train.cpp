// protoclip train: CLIP or ProtoCLIP from a set of pairs.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/grouped_help.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/protoclip/study/clip_report.h"
#include "counterpoint/protoclip/study/study_inputs.h"
#include "counterpoint/protoclip/train/measured_run.h"
#include "counterpoint/protoclip/train/run_folder.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;

struct Options {
  image_text::DataOptions data, test;
  method::TrainSettings train;
  std::filesystem::path output, vocabulary;
  std::string teacher, keywords;
  std::int64_t vocabulary_size = 4096, eval_frequency = 0, accum_freq = 1;
  bool no_augment = false, no_back_translation = false;
};

template <class Value>
CLI::Option* add(CLI::App& command, const char* name, Value& value, const char* help, const char* shown,
                 const std::string& group) {
  return shown_as(command.add_option(name, value, help)->capture_default_str()->group(group), shown);
}

void add_files(CLI::App& command, Options& o) {
  add_data_options(command, o.data);
  command.get_option("--train-data")->group("Files");
  for (const char* form : {"--dataset-type", "--csv-img-key", "--csv-caption-key", "--csv-label-key", "--csv-separator",
                           "--synthetic-size"})
    command.get_option(form)->group(rare("Files"));
  command.add_option("--output-dir,--logs", o.output, "The run's folder; a run that was stopped goes on there")
      ->required()
      ->option_text("DIR REQUIRED")
      ->group("Files");
  add(command, "--val-data", o.test.data, "Held-out pairs, measured during the run and at its end", "DATA", "Files");
  add(command, "--vocabulary", o.vocabulary, "CLIP's vocabulary file (default: the pretrained model's, else learned)",
      "FILE", "Files");
  add(command, "--vocabulary-size", o.vocabulary_size, "Tokens of a learned vocabulary", "N", rare("Files"))
      ->check(above_zero());
  add(command, "--keywords", o.keywords, "Labels for captions without: a file, or a number of words", "WHAT",
      rare("Files"));
  add(command, "--cache-dir", o.train.cache, "Decoded pictures: off, memory, or a folder", "WHERE", rare("Files"));
  add(command, "--max-bad-fraction", o.train.max_bad_fraction, "Pictures that may be unreadable", "X", rare("Files"))
      ->check(zero_or_more());
}

void add_run(CLI::App& command, Options& o) {
  method::TrainSettings& s = o.train;
  const std::string run = "Run";
  add(command, "--model", s.model, "RN50, ViT-B-32, tiny-resnet, .., or an open_clip JSON file", "NAME", run);
  add(command, "--epochs,--episodes", s.episodes, "Episodes: passes over their samples", "N", run)->check(above_zero());
  add(command, "--episode-size", s.episode_size, "Samples of an episode (0: all)", "M", run)->check(zero_or_more());
  add(command, "--batch-size", s.batch, "Pairs of a step", "N", run)->check(above_zero());
  add(command, "--lr", s.learning_rate, "Learning rate", "X", run)->check(above_zero());
  add(command, "--warmup", s.warmup, "Steps (-1: a twentieth of the run)", "N", run);
  add(command, "--seed", s.seed, "Of weights, samples, crops, clusters", "N", run);
  add(command, "--precision", s.precision, "fp32 or amp_bf16", "NAME", run);
  add(command, "--device", s.device, "cpu, cuda or cuda:N", "NAME", run);
  add(command, "--workers", s.workers, "Loader threads", "N", run)->check(above_zero());
  add(command, "--eval-frequency", o.eval_frequency, "Measure --val-data after so many episodes (0: at the end)", "N",
      run)
      ->check(zero_or_more());
  const std::string more = rare("Run");
  add(command, "--pretrained", s.pretrained, "Model to start from: an open_clip folder or a run", "DIR", more);
  add(command, "--accum-freq", o.accum_freq, "Parts (of two pairs or more) of a batch; all negatives are kept", "N",
      more)
      ->check(above_zero());
  add(command, "--wd", s.weight_decay, "Weight decay (not of biases, norms, scales, heads)", "X", more)
      ->check(zero_or_more());
  add(command, "--beta1", s.beta1, "AdamW", "X", more);
  add(command, "--beta2", s.beta2, "AdamW", "X", more);
  add(command, "--eps", s.epsilon, "AdamW", "X", more)->check(above_zero());
  add(command, "--grad-clip-norm", s.grad_clip, "0: off", "X", more)->check(zero_or_more());
  add(command, "--save-frequency", s.save_frequency, "Checkpoint after so many episodes", "N", more)
      ->check(above_zero());
  add(command, "--keep", s.keep, "Checkpoints that stay (0: all)", "N", more)->check(zero_or_more());
  add(command, "--logging-steps", s.logging_steps, "Steps between lines of metrics", "N", more)->check(above_zero());
  command.add_flag("--no-augment", o.no_augment, "Random resized crop of .9 to 1 alone")->group(more);
  command.add_flag("--with-replacement", s.with_replacement, "The released draw of samples")->group(more);
}

void add_prototypes(CLI::App& command, Options& o) {
  method::TrainSettings& s = o.train;
  const std::string group = "Prototypes";
  add(command, "--w-clip", s.weights.clip, "Weight of CLIP's loss", "X", group)->check(zero_or_more());
  add(command, "--w-proto", s.weights.prototype, "Of the prototype loss; 0 without a teacher: CLIP alone", "X", group)
      ->check(zero_or_more());
  add(command, "--w-ext", s.weights.teacher, "Of the teacher's loss (1 where one is named)", "X", group)
      ->check(zero_or_more());
  add(command, "--external-teacher", o.teacher, "tfidf, a file of 'protoclip teacher', or an encoder's folder", "WHAT",
      group);
  add(command, "--k", s.prototypes.k, "Clusters (0: a tenth of the episode, at most 20,000)", "K", group)
      ->check(zero_or_more());
  add(command, "--episode-features", s.episode_features, "forward, or reuse: those recorded during training", "NAME",
      group);
  add(command, "--target-temperature", s.prototypes.target_temperature, "tau_y of soft targets; 0 or less: one-hot",
      "X", group);
  add(command, "--infonce-warmup", s.infonce_warmup, "First episodes with CLIP's loss alone", "N", group)
      ->check(zero_or_more());
  const std::string more = rare("Prototypes");
  command.add_flag("--no-back-translation", o.no_back_translation, "Score against the other modality's centroids")
      ->group(more);
  command.add_flag("--normalise-prototypes", s.prototypes.normalise, "Centroids of length 1")->group(more);
  command.add_flag("--warm-start-kmeans", s.warm_start, "Start from the last episode's centroids")->group(more);
  add(command, "--kmeans-iterations", s.prototypes.iterations, "At most", "N", more)->check(above_zero());
  add(command, "--kmeans-redos", s.prototypes.redos, "Runs, of which the best is kept", "N", more)->check(above_zero());
  add(command, "--kmeans-start", s.prototypes.start, "k-means++ or random", "NAME", more);
  add(command, "--teacher-temperature", s.prototypes.teacher_temperature, "Soft targets of the teacher", "X", more);
  add(command, "--teacher-rows", s.teacher_rows, "caption: of the drawn one, or picture: the mean of its captions",
      "NAME", more);
  add(command, "--projection-dim", s.projection_dim, "d_h", "N", more)->check(above_zero());
  add(command, "--projection-hidden-dim", s.projection_hidden, "Of the heads", "N", more)->check(above_zero());
  add(command, "--lit-start", s.lit_start, "Episode from which the image tower stands still (-1: none)", "N", more);
}

method::Evaluator evaluator_of(const Options& o, const std::shared_ptr<const image_text::PairSet>& train,
                               const std::shared_ptr<const image_text::PairSet>& test,
                               const text::ClipTokenizer& tokenizer) {
  method::EvaluationSettings settings;
  if (!o.keywords.empty()) settings.keywords = method::keywords_of(o.keywords, *train);
  settings.evaluations = method::possible_evaluations(*test, train.get(), settings.keywords);
  settings.encode.workers = o.train.workers;
  settings.encode.max_bad_fraction = o.train.max_bad_fraction;
  return {tokenizer, test, train, settings};
}

/// What the flags say, in the settings' own words.
void settle(const CLI::App& command, Options& o) {
  method::TrainSettings& s = o.train;
  if (command.count("--pretrained") > 0 && command.count("--model") > 0)
    fail("--pretrained brings its own model; leave --model out");
  if (command.count("--vocabulary-size") > 0 && !o.vocabulary.empty())
    fail("--vocabulary has a size of its own; leave --vocabulary-size out");
  s.augment = !o.no_augment;
  s.prototypes.back_translation = !o.no_back_translation;
  if (!o.teacher.empty() && command.count("--w-ext") == 0) s.weights.teacher = 1;
  if (o.accum_freq > 1) s.micro_batch = (s.batch + o.accum_freq - 1) / o.accum_freq;
  if (!o.test.data.empty()) o.test = same_form(o.data, o.test.data);
  s.version = version_text();
}

void print_figures(const std::vector<method::Figure>& figures) {
  for (const method::Figure& figure : figures)
    std::printf("%-24s %8.4f  %s\n", figure.name.c_str(), figure.value, figure.about.c_str());
}

/// Returns why it could not be done, which costs nobody the model; "": it was.
std::string measure(const Options& o, method::Evaluator& evaluator) {
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
  std::optional<method::Evaluator> evaluator;
};

Inputs open(const Options& o) {
  method::check_run_folder(o.output);  // before a vocabulary is written there
  const auto pairs = std::make_shared<const image_text::PairSet>(open_noted(o.data));
  method::check_settings(o.train, static_cast<std::int64_t>(pairs->size()), !o.teacher.empty());
  const auto vocabulary =
      method::open_vocabulary(o.vocabulary, o.train.pretrained, *pairs, o.vocabulary_size, o.output);
  Inputs in{pairs, nullptr, {pairs, text::open_clip_tokenizer(vocabulary), vocabulary, {}}, {}};
  if (const std::filesystem::path& from = o.train.pretrained; !from.empty())
    method::check_vocabulary(in.data.tokenizer.vocabulary_size(), method::model_config(from), from);
  if (!o.test.data.empty()) {
    in.test = std::make_shared<const image_text::PairSet>(open_noted(o.test));
    in.evaluator.emplace(evaluator_of(o, pairs, in.test, in.data.tokenizer));
  }
  // Last: a text encoder reads all captions.
  if (!o.teacher.empty())
    in.data.teacher = method::open_teacher(o.teacher, *pairs, o.output, o.train.device, open_console_progress);
  return in;
}

method::TrainHooks hooks_of(Inputs& in, std::int64_t frequency) {
  method::TrainHooks hooks;
  hooks.note = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  hooks.stop = interrupted;
  if (in.evaluator && frequency > 0)
    hooks.evaluate = [&in, frequency](nn::ClipModel& model, std::int64_t episode) {
      return (episode + 1) % frequency == 0 ? method::metrics_of(in.evaluator->run(model))
                                            : std::vector<train::Metric>();
    };
  return hooks;
}

void train(const CLI::App& command, Options o) {
  settle(command, o);
  catch_interrupts();
  Inputs in = open(o);
  const auto progress = console_progress("training", "steps");
  const method::TrainResult result =
      method::train_clip(o.output, o.train, in.data, hooks_of(in, o.eval_frequency), *progress);
  tell_bad(result.bad_named);
  if (result.bad_pictures > 0)
    std::fprintf(stderr, "%lld pictures could not be read and were left out\n",
                 static_cast<long long>(result.bad_pictures));
  if (result.interrupted) {
    std::fprintf(stderr, "Stopped after step %lld. Go on with:\n  %s\n", static_cast<long long>(result.steps),
                 given_command(command).c_str());
    throw Interrupted{};
  }
  const std::string problem = in.evaluator ? measure(o, *in.evaluator) : "";
  write_file_atomic(o.output / "report.html", method::run_report(o.output, *in.pairs, in.test.get()));
  std::printf("%lld steps in %.1f s. The model: %s\nLook at: %s\n", static_cast<long long>(result.steps),
              result.seconds, (o.output / "model").c_str(), (o.output / "report.html").c_str());
  if (!problem.empty()) fail("the model is whole, but it could not be measured: {}", problem);
}

}  // namespace

void declare_train(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("train", "Train CLIP with prototypes and back translation, or CLIP alone.");
  add_files(*command, *options);
  add_run(*command, *options);
  add_prototypes(*command, *options);
  group_help(*command);
  command->callback([options, command] { train(*command, *options); });
}

}  // namespace counterpoint::commands::protoclip
