// protoclip export: a run's model as an open_clip folder.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/text/bpe_trainer.h"

namespace counterpoint::commands::protoclip {
namespace {

struct Options {
  std::filesystem::path model, output;
};

/// open_clip takes a file of merges gzipped only, and not out of the folder by itself.
void export_vocabulary(const std::filesystem::path& file, const std::filesystem::path& folder,
                       std::int64_t context_length) {
  if (file.extension() == ".json") return write_file_atomic(folder / "tokenizer.json", read_file(file));
  const std::filesystem::path merges = folder / "vocabulary.txt.gz";
  text::write_merges_file(merges, text::read_merges_file(file));
  std::printf("  tokenizer = open_clip.SimpleTokenizer(bpe_path='%s', context_length=%lld)\n", merges.c_str(),
              static_cast<long long>(context_length));
}

/// Read and written anew, so that a damaged model is not handed on.
void export_model(const Options& options) {
  namespace fs = std::filesystem;
  // Another model's folder looks as an exported one does.
  if (fs::exists(options.output) && !fs::is_empty(options.output))
    fail("{} holds something already; choose a new folder for the model", options.output.string());
  const fs::path from = counterpoint::protoclip::find_model(options.model);
  nn::ClipModel model = nn::read_open_clip(from);
  nn::write_open_clip(options.output, model);
  std::printf("%s: in Python,\n  model = open_clip.create_model('local-dir:%s')\n", options.output.c_str(),
              options.output.c_str());
  auto vocabulary = text::clip_vocabulary_in(from);
  if (!vocabulary) vocabulary = text::clip_vocabulary_in(options.model);
  if (vocabulary) export_vocabulary(*vocabulary, options.output, model->config().text.context_length);
}

}  // namespace

void declare_export(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("export", "Write a run's model as an open_clip folder.");
  command->add_option("--model", options->model, "A run, a checkpoint, or an open_clip folder")->required();
  command->add_option("--output", options->output, "A new folder")->required();
  command->callback([options] { export_model(*options); });
}

}  // namespace counterpoint::commands::protoclip
