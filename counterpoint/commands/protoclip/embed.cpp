// protoclip embed: the features of a set of pairs, in a file.
#include <cstdio>
#include <memory>
#include <numeric>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/commands/protoclip/index_file.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;
using image_text::PairSet;

struct Options {
  ModelOptions model;
  image_text::DataOptions data;
  std::filesystem::path output;
  std::string modality = "both";
  int thumbnails = 128;
};

std::vector<std::string> thumbnails_of(const PairSet& pairs, const std::vector<std::int64_t>& samples, int side) {
  std::vector<std::string> addresses;
  const auto progress = console_progress("thumbnails", "pictures");
  for (const std::int64_t sample : samples) {
    addresses.push_back(image::thumbnail_address(pairs.picture(static_cast<std::size_t>(sample), side), side));
    progress->update(std::ssize(addresses), std::ssize(samples), "");
  }
  progress->finish();
  return addresses;
}

/// Keys and captions of these samples.
void name_samples(const PairSet& pairs, const std::vector<std::int64_t>& samples, Index& index) {
  std::vector<std::int64_t> owner;
  for (const std::int64_t sample : samples) {
    const image_text::Pair& pair = pairs.pair(static_cast<std::size_t>(sample));
    owner.insert(owner.end(), pair.captions.size(), std::ssize(index.keys));
    index.keys.push_back(pair.key);
    index.captions.insert(index.captions.end(), pair.captions.begin(), pair.captions.end());
  }
  index.owner = torch::tensor(owner, torch::kInt64);
}

Index embedded(const Options& options, const PairSet& pairs) {
  method::OpenedModel opened = open_model(options.model);
  Index index{.model = std::filesystem::absolute(opened.folder).lexically_normal().string(),
              .weights = method::weights_fingerprint(opened.model)};
  std::vector<std::int64_t> samples(pairs.size());
  std::iota(samples.begin(), samples.end(), 0);
  if (options.modality != "captions") {
    const auto progress = console_progress("embed", "pictures");
    method::EncodedPictures pictures =
        method::encode_pictures(opened.model, pairs, encode_settings(options.model, progress.get()));
    progress->finish();
    tell_bad(pictures.bad);
    index.images = pictures.rows;
    samples = std::move(pictures.samples);
    if (options.thumbnails > 0) index.thumbnails = thumbnails_of(pairs, samples, options.thumbnails);
  }
  name_samples(pairs, samples, index);
  if (options.modality != "pictures")
    index.texts = method::encode_captions(opened.model, opened.tokenizer, index.captions, options.model.batch);
  return index;
}

void embed(const Options& options) {
  const std::filesystem::path file = index_file(options.output);
  check_writable(file);
  const Index index = embedded(options, open_noted(options.data));
  write_index(file, index);
  const std::int64_t width = index.images.defined() ? index.images.size(1) : index.texts.size(1);
  std::string what;
  if (index.images.defined()) what += fmt::format("{} pictures", index.images.size(0));
  if (index.texts.defined()) what += fmt::format("{}{} captions", what.empty() ? "" : " and ", index.texts.size(0));
  std::printf("%s: %s, %lld numbers each\n", file.c_str(), what.c_str(), static_cast<long long>(width));
}

}  // namespace

void declare_embed(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("embed", "Write the features of pictures and captions to a safetensors file.");
  add_model_options(*command, options->model);
  add_data_options(*command, options->data, "--data");
  shown_as(
      command->add_option("--output", options->output, "NAME.safetensors, or a folder that gets embeddings.safetensors")
          ->required(),
      "PATH REQUIRED");
  command->add_option("--modality", options->modality, "What is embedded")
      ->check(CLI::IsMember({"both", "pictures", "captions"}))
      ->capture_default_str();
  shown_as(command
               ->add_option("--thumbnails", options->thumbnails,
                            "Longer side of the pictures that 'protoclip search' shows (0: none)")
               ->check(zero_or_more())
               ->capture_default_str(),
           "N");
  add_encoding_options(*command, options->model);
  command->callback([options] { embed(*options); });
}

}  // namespace counterpoint::commands::protoclip
