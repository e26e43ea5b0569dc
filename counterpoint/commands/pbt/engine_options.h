// The options that every command with a local model has.
#pragma once
#include <CLI/CLI.hpp>

#include "counterpoint/generate/engine.h"

namespace counterpoint::commands {

/// --adapter DIR, into a text or a path
template <class Path>
void add_adapter_option(CLI::App& command, Path& adapter) {
  command.add_option("--adapter", adapter, "PEFT adapter on the model")->option_text("DIR");
}

void add_threads_option(CLI::App& command);

/// --chat-format --dtype --device --batch --kv-tokens --no-prefix-reuse --threads
void add_engine_options(CLI::App& command, generate::EngineOptions& options);

}  // namespace counterpoint::commands
