#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/image_text/pair_set.h"
#include "counterpoint/data/image_text/tar_index.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::image_text {
namespace {

using data::Json;
using Bytes = std::span<const std::byte>;

class TarPictures : public PictureStore {
 public:
  image::Image picture(std::size_t sample, int at_least) const override {
    return image::decode(pictures_[sample].bytes, pictures_[sample].name, at_least);
  }
  std::optional<std::uint64_t> encoded_bytes(std::size_t sample) const override {
    return pictures_[sample].bytes.size();
  }
  std::vector<MappedFile> files_;
  std::vector<TarMember> pictures_;  ///< the name: "shard.tar: key.jpg"
};

/// The files of one sample by their extension.
struct Sample {
  std::string key;
  std::map<std::string, Bytes> parts;
};

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// "dir/0001.seg.jpg" has the key dir/0001 and the extension seg.jpg.
std::pair<std::string, std::string> key_and_extension(const std::string& name) {
  const std::size_t slash = name.rfind('/'), base = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = name.find('.', base);
  if (dot == std::string::npos) return {name, ""};
  return {name.substr(0, dot), to_lower_ascii(name.substr(dot + 1))};
}

std::vector<Sample> samples_of(const TarIndex& index) {
  std::vector<Sample> samples;
  for (const TarMember& member : index.members) {
    auto [key, extension] = key_and_extension(member.name);
    if (samples.empty() || samples.back().key != key) samples.push_back({key, {}});
    samples.back().parts[extension] = member.bytes;
  }
  return samples;
}

/// Counts what is left out.
struct Losses {
  std::int64_t no_picture = 0, no_caption = 0, bad_json = 0, odd_label = 0;
  std::vector<std::string> notes() const {
    std::vector<std::string> out;
    if (no_picture > 0) out.push_back(fmt::format("{} samples without a picture (jpg, jpeg, png, webp)", no_picture));
    if (no_caption > 0)
      out.push_back(fmt::format("{} samples without a caption (txt, or captions in json)", no_caption));
    if (bad_json > 0) out.push_back(fmt::format("{} samples whose json could not be read", bad_json));
    if (odd_label > 0) out.push_back(fmt::format("{} labels that are neither text nor number", odd_label));
    return out;
  }
};

void add_caption(Pair& pair, std::string_view caption) {
  const std::string text(trim(caption));
  if (!text.empty() && std::find(pair.captions.begin(), pair.captions.end(), text) == pair.captions.end())
    pair.captions.push_back(text);
}

/// Discarded where it is no JSON, or nested too deep.
Json json_of(std::string_view text) {
  try {
    data::check_json_depth(text);
  } catch (const Error&) {
    return Json(Json::value_t::discarded);
  }
  return Json::parse(text, nullptr, false);
}

void read_label(Pair& pair, const Json& label, Losses& losses) {
  if (label.is_string())
    pair.label = label.get<std::string>();
  else if (label.is_number())
    pair.label = label.dump();
  else
    losses.odd_label += !label.is_null();
}

void read_json(Pair& pair, Bytes bytes, Losses& losses) {
  const Json json = json_of(text_of(bytes));
  if (!json.is_object()) {
    ++losses.bad_json;
    return;
  }
  if (json.contains("captions") && json["captions"].is_array())
    for (const Json& caption : json["captions"])
      if (caption.is_string()) add_caption(pair, caption.get<std::string>());
  if (json.contains("caption") && json["caption"].is_string()) add_caption(pair, json["caption"].get<std::string>());
  if (json.contains("label")) read_label(pair, json["label"], losses);
}

Pair pair_of(const Sample& sample, Losses& losses) {
  Pair pair{.key = sample.key, .captions = {}, .label = ""};
  // The list comes first: it usually repeats the text file's caption.
  if (const auto json = sample.parts.find("json"); json != sample.parts.end()) read_json(pair, json->second, losses);
  if (const auto text = sample.parts.find("txt"); text != sample.parts.end()) add_caption(pair, text_of(text->second));
  if (const auto label = sample.parts.find("cls"); label != sample.parts.end())
    pair.label = std::string(trim(text_of(label->second)));
  return pair;
}

const Bytes* picture_of(const Sample& sample) {
  for (const char* extension : {"jpg", "png", "jpeg", "webp"})
    if (const auto found = sample.parts.find(extension); found != sample.parts.end()) return &found->second;
  return nullptr;
}

/// One number of a brace range, padded as its ends are.
std::string padded(std::int64_t number, std::size_t width) { return fmt::format("{:0{}}", number, width); }

std::vector<std::string> expand_braces(const std::string& text) {
  const std::size_t open = text.find('{');
  if (open == std::string::npos) return {text};
  const std::size_t close = text.find('}', open), dots = text.find("..", open);
  if (close == std::string::npos) fail("'{}': a brace is not closed", text);
  const std::string inside = text.substr(open + 1, close - open - 1);
  std::vector<std::string> choices;
  if (dots < close) {
    const std::string first = inside.substr(0, dots - open - 1), last = inside.substr(dots - open + 1);
    const auto digits = [](const std::string& s) {
      return !s.empty() && s.size() < 10 && s.find_first_not_of("0123456789") == std::string::npos;
    };
    if (!digits(first) || !digits(last) || std::stoll(last) < std::stoll(first))
      fail("'{}': a range such as {{000..012}} was expected in the braces", text);
    for (std::int64_t i = std::stoll(first); i <= std::stoll(last); ++i) choices.push_back(padded(i, first.size()));
  } else {
    choices = split(inside, ',');
  }
  std::vector<std::string> names;
  for (const std::string& choice : choices)
    for (const std::string& name : expand_braces(text.substr(0, open) + choice + text.substr(close + 1)))
      names.push_back(name);
  return names;
}

/// Shards often number their samples from 0 again, and shards of several sets are often called the same.
std::string unique_key(std::set<std::string>& keys, const std::string& tar, const std::string& key) {
  for (const std::string& name : {key, std::filesystem::path(tar).stem().string() + "/" + key})
    if (keys.insert(name).second) return name;
  return tar + "/" + key;
}

}  // namespace

std::vector<std::string> expand_shards(const std::string& pattern) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= pattern.size();) {
    const std::size_t end = std::min(pattern.find("::", at), pattern.size());
    for (std::string& name : expand_braces(pattern.substr(at, end - at))) names.push_back(std::move(name));
    at = end + 2;
  }
  return names;
}

PairSet open_webdataset(const std::vector<std::string>& tars) {
  auto pictures = std::make_shared<TarPictures>();
  std::vector<Pair> pairs;
  std::vector<std::string> notes;
  std::set<std::string> keys;
  Losses losses;
  for (const std::string& tar : tars) {
    pictures->files_.emplace_back(tar);
    const TarIndex index = index_tar(pictures->files_.back().bytes(), tar);
    if (index.truncated)
      notes.push_back(fmt::format("{} is truncated: the {} files before are used", tar, index.members.size()));
    for (const Sample& sample : samples_of(index)) {
      Pair pair = pair_of(sample, losses);
      const Bytes* bytes = picture_of(sample);
      losses.no_picture += bytes == nullptr;
      losses.no_caption += bytes != nullptr && pair.captions.empty();
      if (bytes == nullptr || pair.captions.empty()) continue;
      pictures->pictures_.push_back({fmt::format("{}: {}", tar, pair.key), *bytes});
      pair.key = unique_key(keys, tar, pair.key);
      pairs.push_back(std::move(pair));
    }
  }
  for (std::string& note : losses.notes()) notes.push_back(std::move(note));
  return PairSet(std::move(pairs), std::move(pictures), std::move(notes));
}

}  // namespace counterpoint::image_text
