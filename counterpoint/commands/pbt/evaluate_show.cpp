// pbt evaluate show: an output that is there, alone or beside another.
#include <memory>

#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/commands/pbt/evaluate_tables.h"
#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/evaluate/debate.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"
#include "counterpoint/persuasion/study/study_results.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options {
  std::string output, compare;
};

struct Saved {
  explicit Saved(const std::string& file) : path(file), json(data::read_json(file)), fields(json, file) {}

  std::string path;
  data::Json json;
  data::Fields fields;
};

std::vector<Figure> figures_of_file(const Saved& saved) {
  std::vector<Figure> figures;
  for (const data::Json& row : saved.fields.list("figures")) {
    const data::Fields one(row, saved.fields.where("figures"));
    figures.push_back({.metric = one.text("metric"),
                       .value = one.number("value"),
                       .low = one.number("low"),
                       .high = one.number("high"),
                       .n = one.whole("n")});
  }
  return figures;
}

/// Debates have a metric for each member, misinformation for each appeal and turn.
std::vector<Statistic> statistics_of_file(const Saved& saved) {
  const std::string evaluation = saved.fields.text("evaluation");
  const data::Fields settings(saved.fields.object("settings"), saved.fields.where("settings"));
  if (evaluation == "debate") return debate_statistics(static_cast<int>(settings.list("models").size()));
  if (evaluation == "misinformation")
    return misinformation_statistics(settings.texts("appeals"), settings.small_whole("turns"));
  return statistics_of(evaluation);
}

void show(const Options& options) {
  const Saved here(options.output);
  print_figures(figures_of_file(here));
  if (options.compare.empty()) return;
  const Saved there(options.compare);
  const std::string found = there.fields.text("evaluation"), wanted = here.fields.text("evaluation");
  if (found != wanted) fail("{}: holds the evaluation '{}', {} '{}'", there.path, found, here.path, wanted);
  print_comparison(there.path, compare(outcomes_from_json(here.json, here.path),
                                       outcomes_from_json(there.json, there.path), statistics_of_file(here)));
}

}  // namespace

void declare_show_output(CLI::App& evaluate) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = evaluate.add_subcommand("show", "The figures of an --output, alone or beside another's.");
  command->add_option("output", options->output, "An --output file")->required();
  command->add_option("--compare", options->compare, "Another: differences on the items of both")->option_text("FILE");
  command->callback([options] { show(*options); });
}

}  // namespace counterpoint::commands
