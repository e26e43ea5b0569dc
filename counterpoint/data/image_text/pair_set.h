// A set of image-text pairs: captions in memory, pictures read when they are asked for.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/image/image.h"

namespace counterpoint::image_text {

struct Pair {
  std::string key;                    ///< unique within the set: the sample's name
  std::vector<std::string> captions;  ///< at least one (of open_pictures none); training draws one a visit
  std::string label;                  ///< class name; "" where the set has none
};

/// Where a set's pictures come from. Any thread may ask.
class PictureStore {
 public:
  virtual ~PictureStore() = default;
  /// Picture `sample`; see image::decode for `at_least`. Error: it cannot be read, naming it.
  virtual image::Image picture(std::size_t sample, int at_least) const = 0;
  /// Of the picture's file, which is not read for it; 0: it is missing. nullopt: pictures that come from no files.
  virtual std::optional<std::uint64_t> encoded_bytes(std::size_t /*sample*/) const { return std::nullopt; }
};

class PairSet {
 public:
  /// Error: no pairs, two of one key.
  PairSet(std::vector<Pair> pairs, std::shared_ptr<const PictureStore> pictures, std::vector<std::string> notes = {});

  std::size_t size() const { return pairs_->size(); }
  const Pair& pair(std::size_t sample) const { return (*pairs_)[sample]; }
  image::Image picture(std::size_t sample, int at_least = 0) const { return pictures_->picture(sample, at_least); }
  /// One line for each kind of thing that was left out or repaired when the set was read.
  const std::vector<std::string>& notes() const { return notes_; }
  /// Of all keys, captions and sizes of the pictures' files: tells this set from any other, but for pictures that were
  /// replaced by others whose files are as large to the byte.
  std::uint64_t fingerprint() const { return fingerprint_; }
  /// Of all labels, which are no part of fingerprint(): figures depend on them, training does not.
  std::uint64_t labels_fingerprint() const;
  /// The label names that occur, sorted.
  std::vector<std::string> labels() const;
  /// The same pairs and fingerprint with the pictures from elsewhere (a cache).
  PairSet with_pictures(std::shared_ptr<const PictureStore> pictures) const;

 private:
  std::shared_ptr<const std::vector<Pair>> pairs_;  // shared by all that have the same pairs with other pictures
  std::shared_ptr<const PictureStore> pictures_;
  std::vector<std::string> notes_;
  std::uint64_t fingerprint_ = 0;
};

/// How a set is given on a command line; the names are open_clip's.
struct DataOptions {
  std::string data;           ///< --train-data: tars ("a-{000..003}.tar::b.tar"), a .csv or .tsv, a folder
  std::string type = "auto";  ///< --dataset-type: a name of dataset_types()
  std::string csv_separator = "\t", csv_image_key = "filepath", csv_caption_key = "title", csv_label_key = "label";
  std::int64_t synthetic_size = 1000;  ///< pairs of the type "synthetic", which needs no data
};

/// auto, webdataset, csv, folder, synthetic.
std::vector<std::string> dataset_types();

/// Error: a type that is unknown or not told by the name; what the readers say.
PairSet open_pairs(const DataOptions& options);

/// "a-{000..002}.tar::b.tar" as four names. Error: a brace that is not closed or no range.
std::vector<std::string> expand_shards(const std::string& pattern);

/// WebDataset tars: KEY.jpg (png, jpeg, webp) with KEY.txt and/or KEY.json {"captions": [..]}, labels in KEY.cls or the
/// JSON's "label". Samples without picture or caption are left out and told; of a truncated tar what is whole is used.
PairSet open_webdataset(const std::vector<std::string>& tars);
/// One row a caption; rows of one picture are its captions. Relative paths start at the file's folder, or where nothing
/// is there at the working folder, as open_clip's do. Error: a missing column, naming those that were found and the
/// options to change.
PairSet open_csv(const std::filesystem::path& file, const DataOptions& options);
/// A folder with captions.jsonl ({"file", "captions", "label"?}) or with one folder a class, whose name is label and
/// caption; pictures beside those are left out and told.
PairSet open_folder(const std::filesystem::path& folder);
/// Whether a folder holds no pairs, but pictures right in it: what open_pictures takes.
bool holds_pictures_alone(const std::filesystem::path& folder);
/// The pictures right in a folder, as pairs without captions. Error: none.
PairSet open_pictures(const std::filesystem::path& folder);
/// Made-up pictures and captions, for speed tests.
PairSet synthetic_pairs(std::int64_t size);

}  // namespace counterpoint::image_text
