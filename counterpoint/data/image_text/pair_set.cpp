#include "counterpoint/data/image_text/pair_set.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::image_text {
namespace {

/// pictures: nullptr where only captions are looked at.
std::uint64_t fingerprint_of(const std::vector<Pair>& pairs, const PictureStore* pictures) {
  std::uint64_t print = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Pair& pair = pairs[i];
    print = stream_seed(print, {pair.key, std::to_string(pair.captions.size())});
    for (const std::string& caption : pair.captions) print = stream_seed(print, {caption});
    if (const auto bytes = pictures ? pictures->encoded_bytes(i) : std::nullopt)
      print = stream_seed(print, {std::to_string(*bytes)});
  }
  return print;
}

std::string type_of(const std::string& data) {
  if (data.ends_with(".csv") || data.ends_with(".tsv")) return "csv";
  if (data.ends_with(".tar")) return "webdataset";
  if (std::filesystem::is_directory(data)) return "folder";
  if (!std::filesystem::exists(data)) fail("'{}': no such file or folder", data);
  fail("'{}' is neither a folder, a .csv or .tsv, nor .tar files; name its --dataset-type", data);
}

}  // namespace

PairSet::PairSet(std::vector<Pair> pairs, std::shared_ptr<const PictureStore> pictures, std::vector<std::string> notes)
    : pairs_(std::make_shared<const std::vector<Pair>>(std::move(pairs))),
      pictures_(std::move(pictures)),
      notes_(std::move(notes)) {
  if (pairs_->empty()) fail("no image-text pair was found{}", notes_.empty() ? "" : ": " + notes_.front());
  std::unordered_set<std::string> keys;
  for (const Pair& pair : *pairs_)
    if (!keys.insert(pair.key).second) fail("two samples have the key '{}'", pair.key);
  fingerprint_ = fingerprint_of(*pairs_, pictures_.get());
}

std::uint64_t PairSet::labels_fingerprint() const {
  std::uint64_t print = 0;
  for (const Pair& pair : *pairs_) print = stream_seed(print, {pair.label});
  return print;
}

std::vector<std::string> PairSet::labels() const {
  std::set<std::string> names;
  for (const Pair& pair : *pairs_)
    if (!pair.label.empty()) names.insert(pair.label);
  return {names.begin(), names.end()};
}

PairSet PairSet::with_pictures(std::shared_ptr<const PictureStore> pictures) const {
  PairSet other = *this;
  other.pictures_ = std::move(pictures);
  return other;
}

std::vector<std::string> dataset_types() { return {"auto", "webdataset", "csv", "folder", "synthetic"}; }

PairSet open_pairs(const DataOptions& options) {
  const std::vector<std::string> types = dataset_types();
  if (std::find(types.begin(), types.end(), options.type) == types.end())
    fail("unknown dataset type '{}'{}", options.type, suggestion(options.type, types));
  if (options.data.empty() && options.type != "synthetic")
    fail("no data is named (--train-data, --val-data or --data); only --dataset-type synthetic needs none");
  if (options.type == "synthetic") return synthetic_pairs(options.synthetic_size);
  const std::string type = options.type == "auto" ? type_of(options.data) : options.type;
  if (type == "csv") return open_csv(options.data, options);
  if (type == "folder") return open_folder(options.data);
  return open_webdataset(expand_shards(options.data));
}

}  // namespace counterpoint::image_text
