#include "counterpoint/commands/protoclip/train_options.h"

#include "counterpoint/commands/grouped_help.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;

template <class Value>
CLI::Option* add(CLI::App& command, const char* name, Value& value, const char* help, const char* shown,
                 const std::string& group) {
  return shown_as(command.add_option(name, value, help)->capture_default_str()->group(group), shown);
}

void add_files(CLI::App& command, TrainOptions& o) {
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

void add_run(CLI::App& command, TrainOptions& o) {
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
  add(command, "--eval-frequency", o.frequencies.all, "Measure --val-data after so many episodes (0: at the end)", "N",
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
  // No default to show: it is the model's.
  shown_as(command.add_option("--beta2", s.beta2, "AdamW (default: 0.999, of a vision transformer 0.98)"), "X")
      ->group(more);
  shown_as(command.add_option("--eps", s.epsilon, "AdamW (default: 1e-8, of a vision transformer 1e-6)"), "X")
      ->check(above_zero())
      ->group(more);
  add(command, "--grad-clip-norm,--max-grad-norm", s.grad_clip, "0: off", "X", more)->check(zero_or_more());
  add(command, "--save-frequency", s.save_frequency, "Checkpoint after so many episodes", "N", more)
      ->check(above_zero());
  add(command, "--keep", s.keep, "Checkpoints that stay (0: all)", "N", more)->check(zero_or_more());
  add(command, "--logging-steps", s.logging_steps, "Steps between lines of metrics", "N", more)->check(above_zero());
  command.add_flag("--no-augment", o.no_augment, "Random resized crop of .9 to 1 alone")->group(more);
  command.add_flag("--with-replacement", s.with_replacement, "The released draw of samples")->group(more);
}

void add_prototypes(CLI::App& command, TrainOptions& o) {
  method::TrainSettings& s = o.train;
  const std::string group = "Prototypes";
  add(command, "--w-clip", s.weights.clip, "Weight of CLIP's loss", "X", group)->check(zero_or_more());
  add(command, "--w-proto", s.weights.prototype, "Of the prototype loss; 0 without a teacher: CLIP alone", "X", group)
      ->check(zero_or_more());
  add(command, "--w-ext,--w-proto-external", s.weights.teacher, "Of the teacher's loss (1 where one is named)", "X",
      group)
      ->check(zero_or_more());
  add(command, "--external-teacher", o.teacher, "tfidf, a file of 'protoclip teacher', or an encoder's folder", "WHAT",
      group);
  add(command, "--k", s.prototypes.k, "Clusters (0: a tenth of the episode, at most 20,000)", "K", group)
      ->check(zero_or_more());
  add(command, "--episode-features", s.episode_features, "forward, or reuse: those recorded during training", "NAME",
      group);
  add(command, "--target-temperature", s.prototypes.target_temperature, "tau_y of soft targets; 0 or less: one-hot",
      "X", group);
  add(command, "--infonce-warmup,--infonce-warmup-epoch", s.infonce_warmup, "First episodes with CLIP's loss alone",
      "N", group)
      ->check(zero_or_more());
  const std::string more = rare("Prototypes");
  command.add_flag("--no-back-translation", o.no_back_translation, "Score against the other modality's centroids")
      ->group(more);
  command.add_flag("--normalise-prototypes", s.prototypes.normalise, "Centroids of length 1")->group(more);
  command.add_flag("--warm-start-kmeans", s.warm_start, "Start from the last episode's centroids")->group(more);
  add(command, "--kmeans-iterations,--kmeans-max-iter", s.prototypes.iterations, "At most", "N", more)
      ->check(above_zero());
  add(command, "--kmeans-redos,--kmeans-nredo", s.prototypes.redos, "Runs, of which the best is kept", "N", more)
      ->check(above_zero());
  add(command, "--kmeans-start", s.prototypes.start, "k-means++ or random", "NAME", more);
  add(command, "--teacher-temperature", s.prototypes.teacher_temperature, "Soft targets of the teacher", "X", more);
  add(command, "--teacher-rows", s.teacher_rows, "caption: of the drawn one, or picture: the mean of its captions",
      "NAME", more);
  add(command, "--projection-dim", s.projection_dim, "d_h", "N", more)->check(above_zero());
  add(command, "--projection-hidden-dim", s.projection_hidden, "Of the heads", "N", more)->check(above_zero());
  add(command, "--lit-start,--lit-start-epoch", s.lit_start,
      "Episode from which the image tower stands still (-1: none)", "N", more);
}

/// Of one evaluation each.
void add_frequencies(CLI::App& command, TrainOptions& o) {
  for (const std::string& name : method::evaluation_names()) {
    const std::string names = name == "probe" ? "--probe-frequency,--linear-frequency" : "--" + name + "-frequency";
    shown_as(command.add_option(names, o.frequencies.each[name], "As --eval-frequency, of '" + name + "' alone"), "N")
        ->check(zero_or_more())
        ->group(rare("Run"));
  }
  add(command, "--templates", o.templates, "Captions around a class name for zeroshot, one a line, {} in its place",
      "FILE", rare("Files"));
}

/// Error: what is said about held-out pairs where there are none.
void check_held_out(const TrainOptions& o) {
  bool said = o.frequencies.all > 0 || !o.templates.empty() || !o.keywords.empty();
  for (const auto& [name, frequency] : o.frequencies.each) said = said || frequency.value_or(0) > 0;
  if (said && o.test.data.empty())
    fail("frequencies, templates and keywords of evaluations need pairs to measure: --val-data");
}

}  // namespace

void add_train_options(CLI::App& command, TrainOptions& options) {
  add_files(command, options);
  add_run(command, options);
  add_frequencies(command, options);
  add_prototypes(command, options);
}

void settle(const CLI::App& command, TrainOptions& o) {
  method::TrainSettings& s = o.train;
  if (command.count("--pretrained") > 0 && command.count("--model") > 0)
    fail("--pretrained brings its own model; leave --model out");
  if (command.count("--vocabulary-size") > 0 && !o.vocabulary.empty())
    fail("--vocabulary has a size of its own; leave --vocabulary-size out");
  s.augment = !o.no_augment;
  s.prototypes.back_translation = !o.no_back_translation;
  if (!o.teacher.empty() && command.count("--w-ext") == 0) s.weights.teacher = 1;
  if (o.accum_freq > 1) s.micro_batch = (s.batch + o.accum_freq - 1) / o.accum_freq;
  check_held_out(o);
  if (!o.test.data.empty()) o.test = same_form(o.data, o.test.data);
  s.version = version_text();
}

}  // namespace counterpoint::commands::protoclip
