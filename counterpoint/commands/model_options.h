// Models named on a command line: a Hugging Face folder, a GGUF file, or a server's address with a model's name.
#pragma once
#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "counterpoint/generate/engine.h"

namespace counterpoint::commands {

struct ModelOptions {
  generate::EngineOptions engine;  ///< for local models; its `model` is filled in for each
  int concurrency = 8;             ///< requests that run at once on a server
};

/// The engine's options and --concurrency.
void add_model_options(CLI::App& command, ModelOptions& options);

/// Error: neither a server's address nor a folder or file that is there; what opening it says.
std::unique_ptr<generate::ChatModel> open_agent_model(const std::string& spec, const ModelOptions& options);

/// Opens each model once, however many agents and readers name it.
class ModelShelf {
 public:
  explicit ModelShelf(ModelOptions options) : options_(std::move(options)) {}
  generate::ChatModel& get(const std::string& spec);

 private:
  ModelOptions options_;
  std::map<std::string, std::unique_ptr<generate::ChatModel>> models_;
};

}  // namespace counterpoint::commands
