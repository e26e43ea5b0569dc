// pbt report: a page that shows what a folder holds.
#include <cstdio>
#include <fstream>
#include <memory>

#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/page/folder_page.h"

namespace counterpoint::commands {
namespace {

struct Options {
  persuasion::FolderPageSettings settings;
  std::filesystem::path output;  ///< "" = report.html in the folder
};

/// A page may be made again; what else is there is somebody's work.
void check_written_over(const std::filesystem::path& output) {
  if (!holds_bytes(output)) return;
  std::string beginning(15, '\0');
  std::ifstream(output).read(beginning.data(), std::ssize(beginning));
  if (beginning != "<!DOCTYPE html>") refuse_foreign(output, "page");
}

void report(const Options& options) {
  check_written_over(options.output);
  persuasion::StudyPage page = persuasion::page_of_folder(options.settings);
  page.footer = "Made by pbt report, " + version_text();
  const std::filesystem::path output =
      options.output.empty() ? options.settings.folder / "report.html" : options.output;
  write_file_atomic(output, persuasion::study_page(page));
  std::printf("Written: %s (%s)\n", output.string().c_str(), page.subtitle.c_str());
}

}  // namespace

void declare_report(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("report", "Write a page to look at: trees, pairs, training curves.");
  command
      ->add_option("folder", options->settings.folder, "Folder of pbt generate, mine or train, or one that holds such")
      ->required();
  command->add_option("--output", options->output, "The page's file; without: report.html in the folder");
  command->add_option("--trees", options->settings.trees, "Show at most so many trees: those with the most pairs")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->callback([options] { report(*options); });
}

}  // namespace counterpoint::commands
