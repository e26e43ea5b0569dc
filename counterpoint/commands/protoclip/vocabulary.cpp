// protoclip vocabulary: a small BPE vocabulary learned from captions.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/bpe_trainer.h"

namespace counterpoint::commands::protoclip {
namespace {

struct Options {
  image_text::DataOptions data;
  std::filesystem::path captions, output;
  std::int64_t size = 4096, min_count = 2;
};

void add_captions(text::BpeTrainer& trainer, const Options& options) {
  if (options.captions.empty() == options.data.data.empty())
    fail("where are the captions? Give either --train-data (pairs) or --captions (a text file)");
  if (!options.captions.empty()) {
    for (const std::string& caption : split(read_file(options.captions), '\n')) trainer.add(caption);
    return;
  }
  const image_text::PairSet pairs = open_noted(options.data);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (const std::string& caption : pairs.pair(i).captions) trainer.add(caption);
}

/// CLIP's own is known by its size: what is learned here has the same form.
void check_learned(const std::filesystem::path& file) {
  constexpr std::size_t clip_tokens = 49408;
  if (text::read_merges_file(file).size() + text::clip_base_tokens >= clip_tokens) fail("as large as CLIP's own");
}

void check_output(const Options& options) {
  check_writable(options.output);
  refuse_input(options.output, options.captions, "file of --captions");
  refuse_input(options.output, options.data.data, "file of --train-data");
  check_replaceable(options.output, "vocabulary smaller than CLIP's own", [&] { check_learned(options.output); });
}

void learn(const Options& options) {
  check_output(options);
  text::BpeTrainer trainer;
  add_captions(trainer, options);
  const text::Merges merges = trainer.train(options.size, options.min_count);
  text::write_merges_file(options.output, merges);
  const std::string line =
      fmt::format("{}: {} tokens, learned from {} words, {} of them different\n", options.output.string(),
                  merges.size() + text::clip_base_tokens, trainer.words(), trainer.different_words());
  std::fwrite(line.data(), 1, line.size(), stdout);
}

}  // namespace

void declare_vocabulary(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "vocabulary", "Learn a small byte-level BPE vocabulary from captions, in the form of CLIP's own.");
  add_data_options(*command, options->data);
  command->add_option("--captions", options->captions, "Text file with one caption a line, instead of pairs");
  command->add_option("--output", options->output, "The vocabulary; gzipped where the name ends in .gz")->required();
  shown_as(command->add_option("--size", options->size, "Tokens in all, the 514 that are always there included")
               ->capture_default_str(),
           "N");
  shown_as(command->add_option("--min-count", options->min_count, "Pairs that occur less often are not merged")
               ->check(above_zero())
               ->capture_default_str(),
           "N");
  command->callback([options] { learn(*options); });
}

}  // namespace counterpoint::commands::protoclip
