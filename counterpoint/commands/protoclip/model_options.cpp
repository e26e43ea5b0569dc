#include "counterpoint/commands/protoclip/model_options.h"

#include <cstdio>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/nn/torch/device.h"

namespace counterpoint::commands::protoclip {

namespace method = counterpoint::protoclip;

void add_model_options(CLI::App& command, ModelOptions& options, bool required) {
  shown_as(
      command.add_option("--model", options.model, "An open_clip folder, a run or a checkpoint")->required(required),
      required ? "DIR REQUIRED" : "DIR");
  shown_as(command.add_option("--vocabulary", options.vocabulary,
                              "CLIP's vocabulary, where none is beside the model; '*' may stand in its name"),
           "FILE");
}

void add_encoding_options(CLI::App& command, ModelOptions& options) {
  const auto add = [&](const char* name, auto& value, const char* help, const char* shown) {
    return shown_as(command.add_option(name, value, help)->capture_default_str(), shown);
  };
  add("--device", options.device, "cpu, cuda or cuda:N", "NAME");
  add("--batch-size", options.batch, "Pictures or captions at once", "N")->check(above_zero());
  add("--workers", options.workers, "Threads that read pictures", "N")->check(above_zero());
  add("--max-bad-fraction", options.max_bad_fraction, "Pictures that may be unreadable", "X")->check(zero_or_more());
}

method::OpenedModel open_model(const ModelOptions& options) {
  const torch::Device device = nn::torch_device(options.device);
  method::OpenedModel opened = method::open_model(options.model, options.vocabulary);
  opened.model->to(device);
  return opened;
}

method::EncodeSettings encode_settings(const ModelOptions& options, ProgressSink* progress) {
  return {.batch = options.batch,
          .workers = options.workers,
          .max_bad_fraction = options.max_bad_fraction,
          .progress = progress};
}

void tell_bad(const std::vector<std::string>& bad) {
  for (const std::string& why : bad) std::fprintf(stderr, "left out: %s\n", why.c_str());
}

}  // namespace counterpoint::commands::protoclip
