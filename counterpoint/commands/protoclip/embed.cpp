// protoclip embed: the features of pictures and texts, in a file.
#include <cstdio>
#include <memory>
#include <numeric>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/data_options.h"
#include "counterpoint/commands/protoclip/index_file.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

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

/// A text file is as good as pairs whose pictures nobody asks for: each line's key is its number.
PairSet open_texts(const std::filesystem::path& file) {
  std::vector<image_text::Pair> pairs;
  std::int64_t number = 0;
  for (const std::string& line : split(read_file(file), '\n')) {
    ++number;
    if (const std::string text(trim(line)); !text.empty()) pairs.push_back({std::to_string(number), {text}, ""});
  }
  if (pairs.empty()) fail("{}: no text in it; one a line was expected", file.string());
  return PairSet(std::move(pairs), nullptr);
}

/// What is embedded, and which of its two kinds it has.
struct Source {
  PairSet pairs;
  bool pictures = true, captions = true;
};

/// Pairs, or pictures or texts alone.
Source open_source(const image_text::DataOptions& data) {
  if (data.type == "auto" && data.data.ends_with(".txt")) return {open_texts(data.data), false, true};
  const bool folder = data.type == "auto" || data.type == "folder";
  if (folder && image_text::holds_pictures_alone(data.data)) return {image_text::open_pictures(data.data), true, false};
  return {open_noted(data), true, true};
}

/// What is asked for of it. Error: it has nothing of that.
Source asked_source(const Options& options) {
  Source source = open_source(options.data);
  source.pictures = source.pictures && options.modality != "captions";
  source.captions = source.captions && options.modality != "pictures";
  if (!source.pictures && !source.captions) fail("{}: holds no {}", options.data.data, options.modality);
  return source;
}

Index embedded(const Options& options, const Source& source) {
  const PairSet& pairs = source.pairs;
  method::OpenedModel opened = open_model(options.model);
  Index index{.model = std::filesystem::absolute(opened.folder).lexically_normal().string(),
              .weights = method::weights_fingerprint(opened.model)};
  std::vector<std::int64_t> samples(pairs.size());
  std::iota(samples.begin(), samples.end(), 0);
  if (source.pictures) {
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
  if (source.captions)
    index.texts = method::encode_captions(opened.model, opened.tokenizer, index.captions,
                                          encode_settings(options.model, nullptr));
  return index;
}

void embed(const Options& options) {
  const std::filesystem::path file = index_file(options.output);
  check_writable(file);
  check_replaceable(file, "index of 'protoclip embed'", [&] { read_index(file); });
  const Index index = embedded(options, asked_source(options));
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
  command->get_option("--data")
      ->required()
      ->option_text("DATA REQUIRED")
      ->description(
          "Pairs in any form of --train-data, a folder of pictures without captions, or a .txt, one text a line");
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
