// protoclip evaluate: what a model can do with pictures that it has not seen.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <span>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/protoclip/evaluate/evaluator.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;
using image_text::PairSet;

struct Options {
  ModelOptions model;
  image_text::DataOptions test, train;
  std::filesystem::path output, templates;
  std::string keywords;
  method::EvaluationSettings settings;
  bool plain_features = false;
};

/// What one of the sub-commands measures, and which options it has.
struct Kind {
  std::string name, summary;
  bool labels = false, training = false;

  bool is(const char* evaluation) const { return name == "all" || name == evaluation; }
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"zeroshot", "Recognition by the classes' names: top-1 and top-5, or mAP over keywords.", true},
      {"probe", "Logistic regression on frozen image features.", true, true},
      {"knn", "Recognition by the nearest training pictures.", true, true},
      {"retrieval", "Captions for pictures and pictures for captions: R@1, 5, 10."},
      {"cluster", "How well K-means of the image features agrees with the classes: ARI, AMI.", true},
      {"gap", "Distance between pictures and captions, and how alike each kind is."},
      {"all", "Everything that the data allows.", true, true}};
  return all;
}

std::shared_ptr<const PairSet> open_set(const image_text::DataOptions& data) {
  return std::make_shared<const PairSet>(open_noted(data));
}

/// Everything that these sets can serve; says what is left out.
std::vector<std::string> allowed(const PairSet& test, const PairSet* train,
                                 const std::vector<method::Keyword>& keywords) {
  const method::TargetsOfSets targets = method::targets_of(test, train, keywords);
  std::vector<std::string> names;
  for (const std::string& name : method::evaluation_names()) {
    const std::string why = method::hindrance(name, test, targets);
    if (why.empty())
      names.push_back(name);
    else
      std::fprintf(stderr, "left out: %s (%s)\n", name.c_str(), why.c_str());
  }
  return names;
}

data::Json settings_json(const Options& options, const method::OpenedModel& opened) {
  const method::EvaluationSettings& s = options.settings;
  data::Json keywords = data::Json::array();
  for (const method::Keyword& keyword : s.keywords) keywords.push_back(keyword.name);
  return {{"model", opened.folder.string()},
          {"weights", fmt::format("{:016x}", method::weights_fingerprint(opened.model))},
          {"val_data", options.test.data},
          {"train_data", options.train.data},
          {"keywords", keywords},
          {"templates", s.templates},
          {"neighbours", s.neighbours},
          {"standardise", s.probe.standardise},
          {"first_caption_only", s.first_caption_only},
          {"seed", s.seed}};
}

void print(const std::vector<method::Figure>& figures) {
  using report::Align;
  report::Table table({{"metric"},
                       {"value", Align::right},
                       {"95 % interval", Align::right},
                       {"n", Align::right},
                       {"what it is", Align::left, true}});
  for (const method::Figure& one : figures)
    table.add_row({one.name, fmt::format("{:.4f}", one.value),
                   one.interval ? fmt::format("{:.3f} to {:.3f}", one.interval->low, one.interval->high) : "",
                   std::to_string(one.n), one.about});
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
}

void write_output(const std::filesystem::path& file, const std::string& name, const data::Json& settings,
                  const std::vector<method::Figure>& figures) {
  const data::Json json{{"evaluation", name}, {"settings", settings}, {"figures", method::json_of(figures)}};
  write_file_atomic(file, json.dump(1, ' ', false, data::Json::error_handler_t::replace) + "\n");
  std::printf("\nWritten: %s\n", file.c_str());
}

/// The same evaluation may be done again.
void check_output(const Options& options, const std::string& name) {
  check_writable(options.output);
  refuse_input(options.output, options.test.data, "file of --val-data");
  refuse_input(options.output, options.train.data, "file of --train-data");
  check_replaceable(options.output, fmt::format("result of 'protoclip evaluate {}'", name), [&] {
    const data::Json there = data::read_json(options.output);
    const data::Fields fields(there, options.output.string());
    fields.list("figures");
    if (fields.text("evaluation") != name) fields.wrong("evaluation", "is another");
  });
}

/// Where captions repeat, even a model without fault misses some: of equal ones a picture's own alone counts.
void tell_equal_captions(const PairSet& test, bool first_only) {
  constexpr double most = 0.1;
  std::set<std::string_view> different;
  std::size_t count = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const std::vector<std::string>& captions = test.pair(i).captions;
    const std::span used(captions.begin(), first_only ? 1 : captions.size());
    different.insert(used.begin(), used.end());
    count += used.size();
  }
  if (static_cast<double>(count - different.size()) > most * static_cast<double>(count))
    std::fprintf(stderr,
                 "retrieval: %zu of the %zu captions are different; of equal ones a picture's own alone counts\n",
                 different.size(), count);
}

void evaluate(const Kind& kind, Options options) {
  if (!options.output.empty()) check_output(options, kind.name);
  method::OpenedModel opened = open_model(options.model);
  const auto test = open_set(options.test);
  const auto train = options.train.data.empty() ? nullptr : open_set(same_form(options.test, options.train.data));
  method::EvaluationSettings& settings = options.settings;
  // Words are counted where nothing is measured, if there is such a set.
  if (!options.keywords.empty()) settings.keywords = method::keywords_of(options.keywords, train ? *train : *test);
  if (!options.templates.empty()) settings.templates = method::read_templates(options.templates);
  settings.probe.standardise = !options.plain_features;
  settings.evaluations =
      kind.name == "all" ? allowed(*test, train.get(), settings.keywords) : std::vector<std::string>{kind.name};
  const auto progress = console_progress("evaluate", "inputs");  // pictures and captions
  settings.encode = encode_settings(options.model, progress.get());
  method::Evaluator evaluator(opened.tokenizer, test, train, settings);
  const auto figures = evaluator.run(opened.model);
  progress->finish();
  tell_bad(evaluator.bad_pictures());
  if (kind.is("retrieval")) tell_equal_captions(*test, settings.first_caption_only);
  print(figures);
  if (!options.output.empty()) write_output(options.output, kind.name, settings_json(options, opened), figures);
}

void add_label_options(CLI::App& command, const Kind& kind, Options& o) {
  if (kind.training)
    shown_as(command.add_option("--train-data", o.train.data, "Pairs to learn from, in the same form")
                 ->required(kind.name != "all"),
             kind.name == "all" ? "DATA" : "DATA REQUIRED");
  if (kind.labels)
    shown_as(command.add_option("--keywords", o.keywords,
                                "Labels from captions: a file (one a line, 'dog: dog dogs puppy'), or how many of the "
                                "most frequent words"),
             "WHAT");
}

void add_special_options(CLI::App& command, const Kind& kind, Options& o) {
  if (kind.is("zeroshot"))
    shown_as(command.add_option("--templates", o.templates,
                                "Captions around a class name, one a line, {} in its place ('a photo of a {}.')"),
             "FILE");
  if (kind.is("probe"))
    command.add_flag("--plain-features", o.plain_features, "Probe features as they are, not standardised");
  if (kind.is("knn"))
    shown_as(command.add_option("--neighbours", o.settings.neighbours, "Values of k; the last one is 'knn'")
                 ->delimiter(',')
                 ->check(above_zero()),
             "K,..=1,5,20");
  if (kind.is("retrieval"))
    command.add_flag("--first-caption-only", o.settings.first_caption_only, "One caption a picture, not all");
}

void declare_one(CLI::App& group, const Kind& kind) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand(kind.name, kind.summary);
  add_model_options(*command, options->model);
  add_data_options(*command, options->test, "--val-data");
  command->get_option("--val-data")->required()->option_text("DATA REQUIRED");
  add_label_options(*command, kind, *options);
  add_special_options(*command, kind, *options);
  shown_as(command->add_option("--output", options->output, "The figures, as JSON"), "FILE");
  shown_as(command->add_option("--seed", options->settings.seed, "Of held-out parts, K-means and intervals")
               ->capture_default_str(),
           "N");
  add_encoding_options(*command, options->model);
  command->callback([&kind, options] { evaluate(kind, *options); });
}

}  // namespace

void declare_evaluate(CLI::App& program) {
  CLI::App* group = program.add_subcommand("evaluate", "What a model can do with pictures that it has not seen.");
  group->require_subcommand(1);
  for (const Kind& kind : kinds()) declare_one(*group, kind);
  group->footer("'protoclip evaluate NAME --help' tells the options of one evaluation.");
}

}  // namespace counterpoint::commands::protoclip
