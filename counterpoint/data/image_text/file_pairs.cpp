// Pairs whose pictures are files: tables and folders.
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/csv.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/data/image_text/pair_set.h"

namespace counterpoint::image_text {
namespace {

namespace fs = std::filesystem;

class FilePictures : public PictureStore {
 public:
  image::Image picture(std::size_t sample, int at_least) const override {
    const MappedFile file(files_[sample]);
    return image::decode(file.bytes(), files_[sample].string(), at_least);
  }
  std::optional<std::uint64_t> encoded_bytes(std::size_t sample) const override {
    std::error_code missing;  // the loader will say so
    const std::uintmax_t bytes = fs::file_size(files_[sample], missing);
    return missing ? 0 : bytes;
  }
  std::vector<fs::path> files_;
};

std::size_t column_of(const data::Csv& table, const std::string& name, const char* option, const fs::path& file,
                      const DataOptions& options) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  if (found != table.columns.end()) return static_cast<std::size_t>(found - table.columns.begin());
  std::string columns;
  for (const std::string& column : table.columns) columns += (columns.empty() ? "'" : ", '") + column + "'";
  const char* separator = options.csv_separator == "\t" ? "TAB" : options.csv_separator.c_str();
  fail("{}: no column '{}'; with the separator {} the columns are {}. Change {} or --csv-separator", file.string(),
       name, separator, columns, option);
}

bool is_picture(const fs::path& path) {
  const std::string extension = to_lower_ascii(path.extension().string());
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".webp";
}

/// Without what is hidden, as what notebooks leave behind.
template <class Iterator>
std::vector<fs::path> sorted_entries(Iterator entry) {
  std::vector<fs::path> entries;
  for (; entry != Iterator(); ++entry) {
    if (!entry->path().filename().string().starts_with(".")) {
      entries.push_back(entry->path());
      continue;
    }
    if constexpr (std::is_same_v<Iterator, fs::recursive_directory_iterator>) entry.disable_recursion_pending();
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// What captions hold besides white space.
std::vector<std::string> without_blank(std::vector<std::string> captions) {
  std::erase_if(captions, [](const std::string& caption) { return trim(caption).empty(); });
  return captions;
}

std::vector<std::string> left_out(std::int64_t without_caption) {
  if (without_caption == 0) return {};
  return {fmt::format("{} rows without a caption", without_caption)};
}

PairSet captioned_folder(const fs::path& folder) {
  auto pictures = std::make_shared<FilePictures>();
  std::vector<Pair> pairs;
  std::int64_t without_caption = 0;
  std::unordered_map<std::string, std::string> places;
  data::read_jsonl(folder / "captions.jsonl", [&](const data::Json& row, const data::RowPlace& place) {
    const data::Fields fields(row, place.text());
    Pair pair{.key = fields.text("file"), .captions = without_blank(fields.texts("captions")), .label = ""};
    if (fields.has("label")) pair.label = fields.text("label");
    if (pair.captions.empty()) {
      ++without_caption;
      return;
    }
    const auto [first, fresh] = places.emplace(pair.key, place.text());
    if (!fresh) fields.wrong("file", fmt::format("is '{}', which {} has too", pair.key, first->second));
    pictures->files_.push_back(folder / pair.key);
    pairs.push_back(std::move(pair));
  });
  return PairSet(std::move(pairs), std::move(pictures), left_out(without_caption));
}

/// Sorted; of Iterator's depth.
template <class Iterator>
std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> files = sorted_entries(Iterator(folder));
  std::erase_if(files, [](const fs::path& file) { return !is_picture(file) || fs::is_directory(file); });
  return files;
}
std::vector<fs::path> pictures_right_in(const fs::path& folder) { return pictures_in<fs::directory_iterator>(folder); }

/// A folder of pictures, at any depth.
struct ClassFolder {
  fs::path folder;
  std::vector<fs::path> pictures;
};

std::vector<ClassFolder> class_folders_in(const fs::path& folder) {
  std::vector<ClassFolder> classes;
  for (const fs::path& entry : sorted_entries(fs::directory_iterator(folder)))
    if (fs::is_directory(entry)) classes.push_back({entry, pictures_in<fs::recursive_directory_iterator>(entry)});
  std::erase_if(classes, [](const ClassFolder& one) { return one.pictures.empty(); });
  return classes;
}

std::vector<std::string> beside_classes(std::size_t pictures) {
  if (pictures == 0) return {};
  return {fmt::format("{} pictures that lie in no class's folder", pictures)};
}

/// FOLDER/CLASS/picture, also FOLDER/CLASS/any/deeper/picture
PairSet class_folders(const fs::path& folder) {
  auto pictures = std::make_shared<FilePictures>();
  std::vector<Pair> pairs;
  for (const ClassFolder& one : class_folders_in(folder)) {
    const std::string label = replace_all(one.folder.filename().string(), "_", " ");
    for (const fs::path& file : one.pictures) {
      pairs.push_back({fs::relative(file, folder).string(), {label}, label});
      pictures->files_.push_back(file);
    }
  }
  if (pairs.empty())
    fail("{}: neither captions.jsonl nor folders of pictures (one a class) are in it", folder.string());
  return PairSet(std::move(pairs), std::move(pictures), beside_classes(pictures_right_in(folder).size()));
}

char separator_of(const DataOptions& options) {
  if (options.csv_separator == "\\t") return '\t';
  if (options.csv_separator.size() == 1) return options.csv_separator[0];
  fail("--csv-separator: one character was expected, '{}' was given", options.csv_separator);
}

/// Relative to the table's folder, or as open_clip has it to the working folder.
fs::path picture_path(const fs::path& folder, const fs::path& name) {
  const fs::path beside = folder / name;  // an absolute name stays as it is
  std::error_code unseen;                 // opening it will say what is wrong
  return !fs::exists(beside, unseen) && fs::exists(name, unseen) ? name : beside;
}

}  // namespace

PairSet open_csv(const fs::path& file, const DataOptions& options) {
  const data::Csv table = data::read_csv(file, separator_of(options));
  const std::size_t image = column_of(table, options.csv_image_key, "--csv-img-key", file, options);
  const std::size_t caption = column_of(table, options.csv_caption_key, "--csv-caption-key", file, options);
  if (options.csv_label_key != DataOptions{}.csv_label_key)
    column_of(table, options.csv_label_key, "--csv-label-key", file, options);
  const auto label = std::find(table.columns.begin(), table.columns.end(), options.csv_label_key);
  auto pictures = std::make_shared<FilePictures>();
  std::vector<Pair> pairs;
  std::unordered_map<std::string, std::size_t> place;
  std::int64_t without_caption = 0;
  for (const data::Csv::Row& row : table.rows) {
    const std::string& name = row.cells[image];
    if (trim(row.cells[caption]).empty()) {
      ++without_caption;
      continue;
    }
    const auto [found, fresh] = place.emplace(name, pairs.size());
    if (fresh) {
      pairs.push_back({name, {}, ""});
      pictures->files_.push_back(picture_path(file.parent_path(), name));
      if (label != table.columns.end())
        pairs.back().label = row.cells[static_cast<std::size_t>(label - table.columns.begin())];
    }
    pairs[found->second].captions.push_back(row.cells[caption]);
  }
  return PairSet(std::move(pairs), std::move(pictures), left_out(without_caption));
}

bool holds_pictures_alone(const fs::path& folder) {
  if (!fs::is_directory(folder) || fs::exists(folder / "captions.jsonl")) return false;
  return !pictures_right_in(folder).empty() && class_folders_in(folder).empty();
}

PairSet open_pictures(const fs::path& folder) {
  auto pictures = std::make_shared<FilePictures>();
  pictures->files_ = pictures_right_in(folder);
  std::vector<Pair> pairs;
  for (const fs::path& file : pictures->files_) pairs.push_back({file.filename().string(), {}, ""});
  return PairSet(std::move(pairs), std::move(pictures));
}

PairSet open_folder(const fs::path& folder) {
  if (!fs::is_directory(folder)) fail("{}: no such folder", folder.string());
  return fs::exists(folder / "captions.jsonl") ? captioned_folder(folder) : class_folders(folder);
}

}  // namespace counterpoint::image_text
