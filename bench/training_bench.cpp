// DPO or SFT steps on given pairs: pairs per second over the optimizer steps, loading and the first step not counted.
// usage: training_bench MODEL PAIRS.jsonl [dpo|sft] [pairs a step] [pairs computed together] [dtype] [shared: 1 or 0]
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "counterpoint/core/error.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/text/encode_chat.h"
#include "counterpoint/text/message_json.h"

namespace {

using namespace counterpoint;
using Clock = std::chrono::steady_clock;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

nn::TrainBranch branch(const weights::ModelFiles& model, const std::string& text) {
  nn::TrainBranch out;
  out.tokens = text::encode_reply(*model.tokenizer, *model.chat_format, text, text::ReplyEnd::turn_end);
  out.trained.assign(out.tokens.size(), 1);
  return out;
}

void run(int argc, char** argv) {
  const auto argument = [&](int index, const char* otherwise) { return argc > index ? argv[index] : otherwise; };
  const bool dpo = std::string(argument(3, "dpo")) == "dpo";
  const size_t step_rows = static_cast<size_t>(std::atoi(argument(4, "8")));
  const size_t together = static_cast<size_t>(std::atoi(argument(5, "1")));
  const weights::ModelFiles model = weights::open_model(argv[1]);
  std::vector<nn::TrainRow> rows;
  data::read_jsonl(argv[2], [&](const data::Json& row, const data::RowPlace& place) {
    nn::TrainRow out{.id = place.text(), .key = rows.size() + 1};
    out.prefix = text::encode_prompt(*model.tokenizer, *model.chat_format,
                                     text::messages_from_json(row.at("prompt"), place.text()));
    out.branches = {branch(model, row.at("chosen")[0].at("content"))};
    if (dpo) out.branches.push_back(branch(model, row.at("rejected")[0].at("content")));
    rows.push_back(out);
  });
  nn::TrainerOptions options;
  options.dtype = argument(6, "float32");
  options.threads = std::atoi(argument(8, "2"));
  const auto trainer = nn::open_lora_trainer(model, options);
  std::int64_t tokens = 0, pairs = 0;
  Clock::time_point start = Clock::now();
  for (size_t first = 0; first < rows.size(); first += step_rows) {
    if (first == step_rows) {
      start = Clock::now();
      tokens = pairs = 0;
    }
    for (size_t at = first; at < first + step_rows; at += together) {
      const std::span<const nn::TrainRow> part(rows.data() + at, together);
      for (const nn::TrainRow& row : part) tokens += row.tokens();
      pairs += static_cast<std::int64_t>(together);
      trainer->accumulate(part, first, [](std::vector<nn::RowValues> values) {
        for (nn::RowValues& row : values)
          for (size_t b = 0; b < row.size(); ++b)
            for (double& value : row[b]) value = (b == 0 ? -0.05 : 0.05) / 8;
        return values;
      });
    }
    trainer->step(1e-5, 1.0);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf("%lld pairs, %.1f tokens a pair, %.2f pairs/s, %.0f tokens/s, peak %.0f MB\n",
              static_cast<long long>(pairs), static_cast<double>(tokens) / static_cast<double>(pairs),
              static_cast<double>(pairs) / seconds, static_cast<double>(tokens) / seconds, peak_megabytes());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) fail("usage: training_bench MODEL PAIRS.jsonl [dpo|sft] [pairs a step] [together] [dtype]");
    run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "training_bench: %s\n", error.what());
    return 1;
  }
}
