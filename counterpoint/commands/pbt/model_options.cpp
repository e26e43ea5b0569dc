#include "counterpoint/commands/pbt/model_options.h"

#include <chrono>

#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/core/error.h"
#include "counterpoint/generate/remote.h"

namespace counterpoint::commands {

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_engine_options(command, options.engine);
  shown_as(command.add_option("--concurrency", options.concurrency, "Requests at once to a server")
               ->check(CLI::Range(1, 256))
               ->capture_default_str(),
           "N");
}

std::unique_ptr<generate::ChatModel> open_agent_model(const ModelSpec& spec, const ModelOptions& options) {
  if (generate::is_remote_address(spec.model)) {
    if (!spec.adapter.empty())
      fail(
          "the adapter {} cannot be put on {}: a server chooses its weights itself; serve the adapted model under a "
          "name of its own, or name a folder or file here",
          spec.adapter, spec.model);
    generate::RemoteOptions remote;
    remote.address = spec.model;
    remote.concurrency = options.concurrency;
    remote.advance_wait =
        std::chrono::milliseconds(5);  // a local model beside it shall not wait long for its next step
    return generate::connect_remote(remote);
  }
  if (!std::filesystem::exists(spec.model))
    fail("no model '{}': a Hugging Face folder, a GGUF file, or a server as http://HOST:PORT/v1#MODEL was expected",
         spec.model);
  generate::EngineOptions engine = options.engine;
  engine.model = spec.model;
  engine.adapter = spec.adapter;
  return generate::open_engine(engine);
}

generate::ChatModel& ModelShelf::get(const ModelSpec& spec) {
  auto& model = models_[spec];
  if (!model) model = open_agent_model(spec, options_);
  return *model;
}

}  // namespace counterpoint::commands
