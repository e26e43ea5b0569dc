// protoclip teacher: features of the captions by TF-IDF or a text encoder.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/core/files.h"
#include "counterpoint/protoclip/teacher/teachers.h"

namespace counterpoint::commands::protoclip {
namespace {

struct Options {
  image_text::DataOptions data;
  std::string model;
  std::filesystem::path output;
  counterpoint::protoclip::TeacherOptions teacher;
};

void encode(const Options& options) {
  namespace method = counterpoint::protoclip;
  check_writable(options.output);
  refuse_input(options.output, options.data.data, "file of --train-data");
  check_replaceable(options.output, "file of 'protoclip teacher'", [&] { method::read_teacher(options.output); });
  const image_text::PairSet pairs = open_noted(options.data);
  method::TeacherOptions settings = options.teacher;
  const auto progress = console_progress("teacher", "captions");
  settings.progress = progress.get();
  const auto features = method::make_teacher(method::captions_of(pairs), options.model, settings);
  progress->finish();
  method::write_teacher(options.output, features);
  const std::string line = fmt::format("{}: {} captions of {} samples, {} numbers each\n", options.output.string(),
                                       features.rows.size(0), features.keys.size(), features.rows.size(1));
  std::fwrite(line.data(), 1, line.size(), stdout);
}

}  // namespace

void declare_teacher(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("teacher", "Encode the captions for the external teacher's loss.");
  add_data_options(*command, options->data);
  command->add_option("--model", options->model, "'tfidf', or the Hugging Face folder of a BERT, MiniLM or RoBERTa")
      ->required();
  command->add_option("--output", options->output, "The features, a safetensors file")->required();
  shown_as(command->add_option("--dim", options->teacher.dim, "Numbers a caption")
               ->check(above_zero())
               ->capture_default_str(),
           "N");
  shown_as(command->add_option("--device", options->teacher.device, "Of the text encoder: cpu, cuda or cuda:N")
               ->capture_default_str(),
           "NAME");
  command->callback([options] { encode(*options); });
}

}  // namespace counterpoint::commands::protoclip
