#include "counterpoint/protoclip/evaluate/model_folder.h"

#include <optional>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/train/checkpoint_folder.h"

namespace counterpoint::protoclip {
namespace fs = std::filesystem;
namespace {

bool holds_model(const fs::path& folder) { return fs::exists(folder / "open_clip_config.json"); }

std::optional<text::ClipTokenizer> tokenizer_in(const fs::path& folder) {
  for (const char* name : {"tokenizer.json", "bpe_simple_vocab_16e6.txt.gz", "vocabulary.txt.gz", "vocabulary.txt"})
    if (fs::exists(folder / name)) return text::open_clip_tokenizer(folder / name);
  return std::nullopt;
}

text::ClipTokenizer find_tokenizer(const fs::path& model, const fs::path& given, const fs::path& vocabulary) {
  if (!vocabulary.empty()) return text::open_clip_tokenizer(vocabulary);
  for (const fs::path& folder : {model, given})
    if (auto tokenizer = tokenizer_in(folder)) return *tokenizer;
  fail(
      "{}: no vocabulary beside the model (tokenizer.json, bpe_simple_vocab_16e6.txt.gz, vocabulary.txt.gz or "
      "vocabulary.txt); name it with --vocabulary",
      model.string());
}

}  // namespace

fs::path find_model(const fs::path& folder) {
  if (!fs::is_directory(folder)) fail("{}: no such folder; a model's or a run's was expected", folder.string());
  for (const fs::path& place : {folder, folder / "model"})
    if (holds_model(place)) return place;
  if (const auto last = train::latest_checkpoint(folder, [](const fs::path&) {}).folder)
    for (const fs::path& place : {*last, *last / "model"})
      if (holds_model(place)) return place;
  fail(
      "{}: no model in it: open_clip_config.json was looked for here, in model/ and in the last finished checkpoint-N/",
      folder.string());
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
  text::ClipTokenizer tokenizer = find_tokenizer(place, folder, vocabulary);
  if (tokenizer.vocabulary_size() > model->config().text.vocab_size)
    fail("the vocabulary has {} tokens, the model in {} only {}: it belongs to another one",
         tokenizer.vocabulary_size(), place.string(), model->config().text.vocab_size);
  return {.model = std::move(model), .tokenizer = std::move(tokenizer), .folder = place};
}

}  // namespace counterpoint::protoclip
