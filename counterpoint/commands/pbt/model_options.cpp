#include "counterpoint/commands/pbt/model_options.h"

#include <chrono>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/error.h"
#include "counterpoint/generate/recorded_model.h"

namespace counterpoint::commands {
namespace {

/// What a recorded reply hangs on besides its request. What a server has loaded cannot be known.
std::string identity_of(const ModelSpec& spec, generate::EngineOptions engine) {
  if (generate::is_remote_address(spec.model)) return version_commit() + " " + spec.model;
  engine.model = spec.model;
  engine.adapter = spec.adapter;
  return version_commit() + " " + generate::identity_of(engine);
}

}  // namespace

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
    remote.give_up_after = options.give_up_after;
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
  if (model) return *model;
  auto opened = open_agent_model(spec, options_);
  model = record_ ? generate::record_replies(std::move(opened), identity_of(spec, options_.engine), *record_)
                  : std::move(opened);
  return *model;
}

}  // namespace counterpoint::commands
