#include "counterpoint/commands/pbt/engine_options.h"

#include "counterpoint/nn/kernels/parallel.h"

namespace counterpoint::commands {

void add_threads_option(CLI::App& command) {
  const auto threads = [](int count) { nn::set_threads(count); };
  command.add_option_function<int>("--threads", threads, "Threads (default: all cores)")
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
}

void add_engine_options(CLI::App& command, generate::EngineOptions& options) {
  command.add_option("--chat-format", options.chat_format,
                     "Chat format by name (default: by the model's own template)");
  command.add_option("--dtype", options.dtype, "Weights: float32, bfloat16, int8")->capture_default_str();
  command.add_option("--device", options.device, "cpu, cuda, cuda:N, torch-cpu")->capture_default_str();
  command.add_option("--batch", options.max_batch, "Sequences decoded together")->capture_default_str();
  command.add_option("--kv-tokens", options.kv_tokens, "Tokens kept in the KV cache (0: 512 per sequence)")
      ->capture_default_str();
  command.add_flag_callback(
      "--no-prefix-reuse", [&options] { options.prefix_reuse = false; }, "Compute every prompt whole");
  add_threads_option(command);
}

}  // namespace counterpoint::commands
