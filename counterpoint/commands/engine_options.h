// The options that every command with a local model has.
#pragma once
#include <CLI/CLI.hpp>

#include "counterpoint/generate/engine.h"

namespace counterpoint::commands {

/// --chat-format --dtype --device --batch --kv-tokens --no-prefix-reuse --threads
void add_engine_options(CLI::App& command, generate::EngineOptions& options);

}  // namespace counterpoint::commands
