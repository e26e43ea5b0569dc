// pbt study: everything from agents to the table of claims, from one file.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/tell.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/study/study_report.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options {
  std::filesystem::path config, output_dir;
  std::string model;
  std::vector<std::string> force;
  bool dry_run = false;
};

StudyConfig config_of(const Options& options) {
  StudyConfig config = load_study_config(options.config);
  if (!options.output_dir.empty()) config.output_dir = options.output_dir;
  if (!options.model.empty()) config.trained.model = config.partner.model = options.model;
  return config;
}

StudyHooks console_hooks() {
  return {.progress = open_console_progress,
          .note = tell,
          .stop = interrupted,
          .made_by = "Made by pbt study, " + version_text()};
}

void run(const Options& options) {
  const StudyConfig config = config_of(options);
  const std::set<std::string> force{options.force.begin(), options.force.end()};
  if (options.dry_run) {
    check_force(config, force);
    const StudyPlan plan = study_plan(config);
    std::fputs(plan.text.c_str(), stdout);
    if (!plan.complete) fail("the study cannot run: see what is missing above");
    return;
  }
  catch_interrupts();
  const std::string folder = config.output_dir.string();
  try {
    const StudyOutcome outcome = run_study(config, force, console_hooks());
    if (outcome.stages_done_before > 0)
      std::fprintf(stderr, "%lld stages were done before\n", static_cast<long long>(outcome.stages_done_before));
    std::fputs(study_tables(config, outcome, report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
    std::printf("\nLook at: %s/report.html; figures in %s/results.json, claims in %s/claims.json\n", folder.c_str(),
                folder.c_str(), folder.c_str());
  } catch (const Interrupted&) {
    std::fprintf(stderr, "Interrupted. What is done is in %s; the same command%s goes on from there.\n", folder.c_str(),
                 options.force.empty() ? "" : " without --force");
    throw;
  }
}

}  // namespace

void declare_study(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("study", "Agents, trees, pairs, arms, evaluations, claims, from one file.");
  command->add_option("config", options->config, "TOML file, see examples/study-smollm2.toml")->required();
  command->add_option("--output-dir", options->output_dir, "Folder of the study, instead of the file's");
  command->add_option("--model", options->model, "Model of both agents, instead of the file's");
  command
      ->add_option("--force", options->force, "Do these stages again: questions, agents, trees, pairs, arms/pbt-1, ..")
      ->option_text("STAGE ...");
  command->add_flag("--dry-run", options->dry_run,
                    "Check models, data and memory; print the plan and its cost in tokens");
  add_threads_option(*command);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
