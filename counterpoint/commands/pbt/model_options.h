// Models named on a command line: a Hugging Face folder, a GGUF file, or a server's address with a model's name.
#pragma once
#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "counterpoint/generate/engine.h"
#include "counterpoint/generate/remote.h"
#include "counterpoint/generate/reply_record.h"

namespace counterpoint::commands {

struct ModelOptions {
  generate::EngineOptions engine;  ///< for local models; its `model` is filled in for each
  int concurrency = 8;             ///< requests that run at once on a server
  int give_up_after = generate::RemoteOptions{}.give_up_after;
};

/// The engine's options and --concurrency.
void add_model_options(CLI::App& command, ModelOptions& options);

/// A model as an agent speaks through it.
struct ModelSpec {
  std::string model;    ///< folder, file or server address
  std::string adapter;  ///< PEFT adapter on a local model; "" = none
  auto operator<=>(const ModelSpec&) const = default;
};

/// Error: neither a server's address nor a folder or file that is there; an adapter on a server's model; what opening
/// it says.
std::unique_ptr<generate::ChatModel> open_agent_model(const ModelSpec& spec, const ModelOptions& options);

/// Opens each model with each adapter once, however many agents and readers name it.
class ModelShelf {
 public:
  /// `record`: keeps what they say, and must outlive this; null: none.
  explicit ModelShelf(ModelOptions options, generate::ReplyRecord* record = nullptr)
      : options_(std::move(options)), record_(record) {}
  generate::ChatModel& get(const ModelSpec& spec);

 private:
  ModelOptions options_;
  generate::ReplyRecord* record_;
  std::map<ModelSpec, std::unique_ptr<generate::ChatModel>> models_;
};

}  // namespace counterpoint::commands
