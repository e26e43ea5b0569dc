// protoclip export: a run's model as an open_clip folder.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"

namespace counterpoint::commands::protoclip {
namespace {

struct Options {
  std::filesystem::path model, output;
};

/// Read and written anew, so that a damaged model is not handed on.
void export_model(const Options& options) {
  namespace fs = std::filesystem;
  const fs::path from = counterpoint::protoclip::find_model(options.model);
  if (fs::exists(options.output) && fs::equivalent(from, options.output))
    fail("{} is the model's own folder", from.string());
  make_dirs(options.output);
  nn::write_open_clip(options.output, nn::read_open_clip(from));
  for (const char* name : {"tokenizer.json", "vocabulary.txt", "vocabulary.txt.gz", "bpe_simple_vocab_16e6.txt.gz"})
    if (fs::exists(from / name)) write_file_atomic(options.output / name, read_file(from / name));
  std::printf("%s: open_clip.create_model('local-dir:%s') opens it\n", options.output.c_str(), options.output.c_str());
}

}  // namespace

void declare_export(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("export", "Write a run's model as an open_clip folder.");
  command->add_option("--model", options->model, "A run, a checkpoint, or an open_clip folder")->required();
  command->add_option("--output", options->output, "The folder")->required();
  command->callback([options] { export_model(*options); });
}

}  // namespace counterpoint::commands::protoclip
