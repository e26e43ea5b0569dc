// pbt generate: dialogue trees from questions.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/model_options.h"
#include "counterpoint/commands/pbt/question_options.h"
#include "counterpoint/commands/pbt/speakers.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/forest.h"
#include "counterpoint/persuasion/run_folder.h"
#include "counterpoint/persuasion/tree_file.h"
#include "counterpoint/persuasion/tree_summary.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;
using data::Json;

constexpr std::int64_t most_failures_shown = 10;

struct Options {
  QuestionSource source;
  std::vector<ModelSpec> agents{2};
  ModelOptions models;
  ReplyOptions replies{.sampling = GrowSettings{}.sampling, .answer_model = ""};
  bool openings = false;
  int trees_in_flight = 32;
  std::filesystem::path output_dir;
};

/// By agent; those without an adapter are left out.
Json adapters_json(const std::vector<ModelSpec>& agents) {
  Json adapters = Json::object();
  for (size_t i = 0; i < agents.size(); ++i)
    if (!agents[i].adapter.empty()) adapters[agent_name(static_cast<int>(i))] = agents[i].adapter;
  return adapters;
}

/// What shapes the trees, and so must not change within a folder.
Json settings_json(const Options& options, const TreeConfig& config) {
  const ReplyOptions& replies = options.replies;
  const generate::EngineOptions& engine = options.models.engine;
  Json settings{{"seed", replies.seed},
                {"agents", {{"A", options.agents[0].model}, {"B", options.agents[1].model}}},
                {"answer_mode", replies.answer_mode},
                {"answer_model", replies.answer_model},
                {"sampling", sampling_json(replies.sampling)},
                {"openings", options.openings},
                {"dtype", engine.dtype},
                {"chat_format", engine.chat_format},
                {"tree_hash", config.hash()},
                {"tree", config.source}};
  const Json adapters = adapters_json(options.agents);
  if (!adapters.empty()) settings["adapters"] = adapters;  // folders of earlier versions have no such key
  return settings;
}

/// How the trees were grown; may differ when the run goes on.
Json run_json(const Options& options) {
  return {{"version", version_text()},
          {"questions", options.source.spec},
          {"format", options.source.options.format},
          {"limit", options.source.limit},
          {"device", options.models.engine.device},
          {"batch", options.models.engine.max_batch},
          {"prefix_reuse", options.models.engine.prefix_reuse},
          {"trees_in_flight", options.trees_in_flight}};
}

GrowSettings grow_settings(const Options& options, const TreeConfig& config) {
  GrowSettings grow{.config = config,
                    .sampling = options.replies.sampling,
                    .seed = options.replies.seed,
                    .openings = options.openings,
                    .tree_settings = {}};
  grow.tree_settings = {{"seed", grow.seed},         {"answer_mode", options.replies.answer_mode},
                        {"openings", grow.openings}, {"sampling", sampling_json(grow.sampling)},
                        {"tree", config.name},       {"tree_hash", config.hash()}};
  return grow;
}

/// Pairs come from read answers: a run in which hardly any could be read is worth little.
void warn_of_unread(const TreeSummary& summary, const std::string& mode) {
  std::int64_t answered = 0;
  for (const TurnSummary& turn : summary.turns) answered += turn.answered;
  warn_of_unread_answers(answered, summary.nodes, mode);
}

void print_summary(const RunFolder& folder, const std::string& answer_mode) {
  TreeSummary summary;
  read_trees(folder.trees_file(), [&](const Tree& tree, const data::RowPlace&) { summary.add(tree); });
  const auto percent = [](std::int64_t part, std::int64_t of) {
    return of ? fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(of)) : "";
  };
  using report::Align;
  report::Table table({{"turn", Align::right},
                       {"agent"},
                       {"replies", Align::right},
                       {"with an answer", Align::right},
                       {"right", Align::right},
                       {"all agree", Align::right}});
  for (const TurnSummary& turn : summary.turns)
    table.add_row({std::to_string(turn.turn), turn.agent, std::to_string(turn.nodes),
                   percent(turn.answered, turn.nodes), percent(turn.correct, turn.nodes),
                   percent(turn.agreed, turn.nodes)});
  std::printf("%s\n%lld trees, %lld replies, %lld branches ended in agreement\n",
              table.print(report::terminal_of(STDOUT_FILENO)).c_str(), static_cast<long long>(summary.trees),
              static_cast<long long>(summary.nodes), static_cast<long long>(summary.agreed));
  warn_of_unread(summary, answer_mode);
}

ForestResult grow(const Options& options, const TreeConfig& config, const std::vector<Question>& questions,
                  RunFolder& folder) {
  const std::vector<Question> missing = folder.missing(questions);
  const std::int64_t before = std::ssize(questions) - std::ssize(missing);
  if (before > 0) std::fprintf(stderr, "%lld trees are there already\n", static_cast<long long>(before));
  if (missing.empty()) return {};
  Speakers shelf(options.models, options.replies);
  std::vector<Speaker> agents;
  for (const ModelSpec& spec : options.agents)
    agents.push_back(shelf.get(agent_name(static_cast<int>(agents.size())), spec));
  const auto progress = console_progress("growing", "trees");
  catch_interrupts();
  const ForestSettings settings{.grow = grow_settings(options, config),
                                .trees_in_flight = options.trees_in_flight,
                                .done_before = before,
                                .stop = interrupted};
  std::int64_t failures = 0;
  const auto tell = [&](const Question& question, const std::string& why) {
    if (++failures > most_failures_shown) return;
    std::fprintf(stderr, "\nquestion '%s' failed: %s\n", question.id.c_str(), why.c_str());
    if (failures == most_failures_shown) std::fprintf(stderr, "further failures are counted only\n");
  };
  return grow_forest(
      missing, agents, settings, [&](const Tree& tree) { folder.append(tree); }, tell, *progress);
}

void check_agents(const TreeConfig& config) {
  if (config.agent_count() <= 2) return;
  fail("tree config '{}' has agent {}, but --agent-a and --agent-b give A and B only", config.name,
       agent_name(config.agent_count() - 1));
}

void run(const Options& options) {
  const TreeConfig config = tree_of(options.source);
  check_agents(config);
  const std::vector<Question> questions = questions_of(options.source, options.replies.seed);
  check_answer_mode(options.replies.answer_mode, questions);
  RunFolder folder(options.output_dir, settings_json(options, config), run_json(options));
  const ForestResult result = grow(options, config, questions, folder);
  if (result.interrupted) {
    std::fprintf(stderr, "Interrupted. %lld of %zu trees are in %s; the same command goes on from there.\n",
                 static_cast<long long>(folder.trees()), questions.size(), folder.trees_file().c_str());
    throw Interrupted{};
  }
  if (result.failed > 0 && result.grown == 0) fail("none of {} trees could be grown, see above", result.failed);
  print_summary(folder, options.replies.answer_mode);
  if (result.failed > 0)
    std::printf("%lld trees failed and were not written; the same command tries them again\n",
                static_cast<long long>(result.failed));
  const std::string dir = options.output_dir.string(), trees = shell_word(dir + "/trees.jsonl");
  std::printf("\nWritten: %s/trees.jsonl, %s/config.json\nNext:    pbt show %s\n", dir.c_str(), dir.c_str(),
              trees.c_str());
  std::printf("         pbt mine %s --output-dir PAIRS\n", trees.c_str());
}

}  // namespace

void declare_generate(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("generate", "Grow dialogue trees of two agents from questions.");
  const char* model = "HF folder, GGUF file, or server http://HOST/v1#MODEL";
  command->add_option("--agent-a", options->agents[0].model, model)->required();
  command->add_option("--adapter-a", options->agents[0].adapter, "PEFT adapter on A's model")->option_text("DIR");
  command->add_option("--agent-b", options->agents[1].model, model)->required();
  command->add_option("--adapter-b", options->agents[1].adapter, "PEFT adapter on B's model")->option_text("DIR");
  command->add_option("--output-dir", options->output_dir, "Run folder; a run found there goes on")->required();
  add_question_options(*command, options->source);
  command->add_flag("--openings", options->openings, "Begin replies with their role's opening (small models)");
  add_reply_options(*command, options->replies);
  shown_as(command->add_option("--trees-in-flight", options->trees_in_flight, "Trees grown at once")
               ->check(CLI::Range(1, 4096))
               ->capture_default_str(),
           "N");
  add_model_options(*command, options->models);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
