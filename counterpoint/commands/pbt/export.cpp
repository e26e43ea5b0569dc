// pbt export: a model with its adapter as a Hugging Face folder.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/weights/export_model.h"

namespace counterpoint::commands {
namespace {

struct Options {
  weights::ExportOptions files;
  std::string dtype = "float32";
};

void run(Options& options) {
  using enum weights::DType;
  options.files.dtype = options.dtype == "float32" ? f32 : options.dtype == "float16" ? f16 : bf16;
  const weights::ExportResult result = weights::export_model(options.files);
  std::string merged;
  if (!options.files.adapter.empty()) merged = fmt::format(", the adapter merged into {}", result.adapted);
  std::printf("Written: %s (%lld tensors%s; %.0f MB in %s)\n", options.files.output.c_str(),
              static_cast<long long>(result.tensors), merged.c_str(), static_cast<double>(result.bytes) / 1e6,
              options.dtype.c_str());
}

}  // namespace

void declare_export(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("export", "Write a model, with its adapter merged, as an HF folder.");
  command->add_option("--model", options->files.model, "Hugging Face folder or GGUF file")->required();
  add_adapter_option(*command, options->files.adapter);
  command->add_option("--output-dir", options->files.output, "New folder for config, weights, tokenizer")->required();
  command->add_option("--dtype", options->dtype, "Weights: float32, bfloat16, float16")
      ->check(CLI::IsMember({"float32", "bfloat16", "float16"}))
      ->capture_default_str();
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
