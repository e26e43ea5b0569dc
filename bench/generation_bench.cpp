// New tokens per second on given dialogues, prefill included, loading not.
// usage: generation_bench MODEL DIALOGUES.jsonl [dtype] [new tokens] [batch] [reuse: 1 or 0]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "counterpoint/core/error.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/generate/engine.h"
#include "counterpoint/text/message_json.h"

namespace {

using namespace counterpoint;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<text::Messages> read_dialogues(const char* path) {
  std::vector<text::Messages> dialogues;
  data::read_jsonl(path, [&](const data::Json& row, const data::RowPlace& place) {
    dialogues.push_back(text::messages_from_json(row.at("messages"), place.text()));
  });
  return dialogues;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// What this process holds of anonymous memory now: weights, cache, buffers; not the pages of mapped files.
double private_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;)
    if (double kilobytes = 0; key == "RssAnon:" && status >> kilobytes) return kilobytes / 1024;
  return 0;
}

void run(int argc, char** argv) {
  const auto argument = [&](int index, const char* otherwise) { return argc > index ? argv[index] : otherwise; };
  const std::vector<text::Messages> dialogues = read_dialogues(argv[2]);
  generate::EngineOptions options;
  options.model = argv[1];
  options.dtype = argument(3, "float32");
  options.max_batch = std::atoi(argument(5, "48"));
  options.prefix_reuse = std::atoi(argument(6, "1")) != 0;
  const int new_tokens = std::atoi(argument(4, "64"));
  Clock::time_point start = Clock::now();
  const auto engine = generate::open_engine(options);
  const double open_seconds = seconds_since(start);
  start = Clock::now();
  for (const text::Messages& messages : dialogues)
    engine->submit({.messages = messages,
                    .sampling = {.temperature = 0, .min_new_tokens = new_tokens, .max_new_tokens = new_tokens}},
                   [](const generate::ChatReply& reply) {
                     if (!reply.error.empty()) fail("{}", reply.error);
                   });
  while (engine->advance()) {
  }
  const double seconds = seconds_since(start);
  const generate::ModelUse use = engine->use();
  const data::Json row = {{"engine", "counterpoint " + options.dtype},
                          {"dialogues", dialogues.size()},
                          {"prompt_tokens", use.prompt_tokens},
                          {"reused_tokens", use.reused_tokens},
                          {"new_tokens", use.new_tokens},
                          {"seconds", seconds},
                          {"new_tokens_per_second", static_cast<double>(use.new_tokens) / seconds},
                          {"open_seconds", open_seconds},
                          {"weights_mb", static_cast<double>(engine->weight_bytes()) / 1048576},
                          {"cache_mb", static_cast<double>(engine->cache_bytes()) / 1048576},
                          {"private_mb", private_megabytes()},
                          {"peak_mb", peak_megabytes()}};
  std::printf("%s\n", data::to_line(row).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) fail("usage: generation_bench MODEL DIALOGUES.jsonl [dtype] [new tokens] [batch] [reuse]");
    run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "generation_bench: %s\n", error.what());
    return 1;
  }
}
