#include "counterpoint/protoclip/evaluate/model_folder.h"

#include <fmt/ranges.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/train/checkpoint_folder.h"

namespace counterpoint::protoclip {
namespace fs = std::filesystem;
namespace {

constexpr const char* config_file = "open_clip_config.json";

bool holds_model(const fs::path& folder) { return fs::exists(folder / config_file); }

/// `model`: the open_clip folder within `given`.
fs::path vocabulary_of(const fs::path& model, const fs::path& given) {
  for (const fs::path& folder : {model, given})
    if (auto file = text::clip_vocabulary_in(folder)) return *file;
  fail("{}: no vocabulary beside the model ({}); name it with --vocabulary", model.string(),
       fmt::join(text::clip_vocabulary_names(), ", "));
}

}  // namespace

fs::path find_model(const fs::path& folder) {
  if (!fs::is_directory(folder)) fail("{}: no such folder; a model's or a run's was expected", folder.string());
  for (const fs::path& place : {folder, folder / "model"})
    if (holds_model(place)) return place;
  if (const auto last = train::latest_checkpoint(folder, [](const fs::path&) {}).folder)
    for (const fs::path& place : {*last, *last / "model"})
      if (holds_model(place)) return place;
  fail("{}: no model in it: {} was looked for here, in model/ and in the last finished checkpoint-N/", folder.string(),
       config_file);
}

fs::path find_vocabulary(const fs::path& folder) { return vocabulary_of(find_model(folder), folder); }

void copy_vocabulary(const fs::path& file, const fs::path& folder) {
  const fs::path extension = file.extension();
  const char* name = extension == ".json" ? "tokenizer.json"
                     : extension == ".gz" ? "vocabulary.txt.gz"
                                          : "vocabulary.txt";
  write_file_atomic(folder / name, read_file(file));
}

nn::ClipConfig model_config(const fs::path& folder) { return nn::read_clip_config(find_model(folder) / config_file); }

void check_vocabulary(std::int64_t tokens, const nn::ClipConfig& config, const fs::path& folder) {
  constexpr std::int64_t most_padding = 255;
  if (tokens > config.text.vocab_size || tokens + most_padding < config.text.vocab_size)
    fail("the vocabulary has {} tokens, the model in {} has {}: it belongs to another one", tokens, folder.string(),
         config.text.vocab_size);
}

std::uint64_t weights_fingerprint(const nn::ClipModel& model) {
  std::string hashes;
  for (const torch::Tensor& parameter : model->parameters()) {
    const torch::Tensor plain = parameter.detach().to(torch::kCPU).contiguous();
    hashes += fmt::format("{:016x}", stable_hash({static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()}));
  }
  return stable_hash(hashes);
}

OpenedModel open_model(const fs::path& folder, const fs::path& vocabulary) {
  const fs::path place = find_model(folder);
  nn::ClipModel model = nn::read_open_clip(place);
  text::ClipTokenizer tokenizer =
      text::open_clip_tokenizer(vocabulary.empty() ? vocabulary_of(place, folder) : vocabulary);
  check_vocabulary(tokenizer.vocabulary_size(), model->config(), place);
  return {.model = std::move(model), .tokenizer = std::move(tokenizer), .folder = place};
}

}  // namespace counterpoint::protoclip
