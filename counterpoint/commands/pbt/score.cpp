// pbt score: log-probabilities of given completions.
#include <map>
#include <memory>

#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/progress.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::commands {
namespace {

using data::Json;

struct Options {
  generate::EngineOptions engine;
  std::string input, output;
};

std::vector<generate::ScoreRequest> read_rows(const std::string& path) {
  std::vector<generate::ScoreRequest> rows;
  data::read_jsonl(path, [&](const Json& row, const data::RowPlace& place) {
    const data::Fields fields(row, place.text());
    generate::ScoreRequest request;
    request.messages = text::messages_from_json(fields.list("prompt"), fields.where("prompt"));
    request.continuations = {fields.text("completion")};
    request.close_turn = true;
    rows.push_back(std::move(request));
  });
  if (rows.empty()) fail("{}: no rows; expected lines of {{\"prompt\": [messages], \"completion\": text}}", path);
  return rows;
}

std::string output_row(const generate::ScoreReply& reply) {
  const auto& scored = reply.continuations.front();
  return data::to_line({{"logprob", scored.logprob},
                        {"token_logprobs", scored.token_logprobs},
                        {"tokens", scored.token_logprobs.size()}});
}

void score(const Options& options) {
  std::vector<generate::ScoreRequest> rows = read_rows(options.input);
  check_writable(options.output);
  refuse_input(options.output, options.input, "--input");
  const auto engine = generate::open_engine(options.engine);
  const auto progress = console_progress("scoring", "rows");
  catch_interrupts();
  std::vector<std::string> lines(rows.size());
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    engine->submit(std::move(rows[i]), [&, i](const generate::ScoreReply& reply) {
      if (!reply.error.empty()) fail("{}: row {}: {}", options.input, i + 1, reply.error);
      lines[i] = output_row(reply);
      progress->update(++done, total, "");
    });
  }
  while (engine->advance())
    if (interrupted()) throw Interrupted{};
  progress->finish();
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write_file_atomic(options.output, text);
}

}  // namespace

void declare_score(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("score", "Log-probabilities of completions, closing token included.");
  command->add_option("--model", options->engine.model, "Hugging Face folder or GGUF file")->required();
  add_adapter_option(*command, options->engine.adapter);
  command->add_option("--input", options->input, "JSONL: {\"prompt\": [messages], \"completion\": text}")->required();
  command->add_option("--output", options->output, "JSONL: {\"logprob\", \"token_logprobs\", \"tokens\"}, nats")
      ->required();
  add_engine_options(*command, options->engine);
  command->callback([options] { score(*options); });
}

}  // namespace counterpoint::commands
