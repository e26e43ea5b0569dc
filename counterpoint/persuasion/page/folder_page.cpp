#include "counterpoint/persuasion/page/folder_page.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/page/tree_sample.h"
#include "counterpoint/persuasion/pair_selection.h"

namespace counterpoint::persuasion {
namespace fs = std::filesystem;
namespace {

using data::Json;

/// The folder and those directly in it, by name.
std::vector<fs::path> folders_of(const fs::path& folder) {
  if (!fs::is_directory(folder)) fail("{} is no folder; the folder of a run of pbt was expected", folder.string());
  std::vector<fs::path> inner;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) inner.push_back(entry.path());
  std::sort(inner.begin(), inner.end());
  inner.insert(inner.begin(), folder);
  return inner;
}

std::vector<fs::path> holders_of(const std::vector<fs::path>& folders, const char* name) {
  std::vector<fs::path> out;
  for (const fs::path& folder : folders)
    if (fs::is_regular_file(folder / name)) out.push_back(folder);
  return out;
}

PairKind kind_of(const data::Fields& row) {
  return row.text("kind") == name_of(PairKind::resist) ? PairKind::resist : PairKind::accept;
}

/// Whether the folder's summary.json is that of pbt mine; its counts, if so.
bool read_tallies(const fs::path& folder, StudyPage& page) {
  const fs::path file = folder / "summary.json";
  const Json summary = data::read_json(file);
  if (!summary.is_object() || !summary.contains("pair_rule") || !summary.contains("pairs")) return false;
  for (const Json& row : data::Fields(summary, file.string()).list("pairs")) {
    const data::Fields fields(row, file.string() + ": pairs");
    page.pairs.push_back({.kind = kind_of(fields),
                          .turn = static_cast<int>(fields.whole("turn")),
                          .found = fields.whole("before_balancing"),
                          .kept = fields.whole("after_balancing")});
  }
  return true;
}

void read_pair_rows(const fs::path& folder, size_t most, StudyPage& page) {
  for (const Split split : splits) {
    const fs::path file = folder / fmt::format("{}.jsonl", name_of(split));
    if (!fs::exists(file)) continue;
    data::read_jsonl(file, [&](const Json& row, const data::RowPlace& place) {
      if (page.pair_sample.size() < most) page.pair_sample.push_back(pair_from_json(row, place));
    });
  }
}

void read_settings(const fs::path& folder, const std::string& prefix, StudyPage& page) {
  const Json config = data::read_json(folder / "config.json");
  if (!config.is_structured()) return;
  const Json values = config.flatten();
  for (const auto& item : values.items()) {
    std::string name = prefix + item.key().substr(std::min<size_t>(1, item.key().size()));
    std::replace(name.begin(), name.end(), '/', '.');
    page.settings.emplace_back(name, item.value().is_string() ? item.value().get<std::string>() : item.value().dump());
  }
}

/// The folder's name below `root`, for what stands beside others of its kind.
std::string name_below(const fs::path& folder, const fs::path& root) {
  return folder == root ? "" : folder.filename().string();
}

std::string subtitle_of(const StudyPage& page) {
  std::vector<std::string> parts;
  if (page.all_trees) parts.push_back(report::counted(page.all_trees->trees, "dialogue tree", "dialogue trees"));
  std::int64_t pairs = 0;
  for (const PairTally& tally : page.pairs) pairs += tally.kept;
  if (!page.pairs.empty()) parts.push_back(report::counted(pairs, "preference pair", "preference pairs"));
  double steps = 0;
  for (const TrainingCurve& curve : page.curves)
    if (!curve.points.empty()) steps = std::max(steps, curve.points.back().first);
  if (!page.curves.empty()) parts.push_back(report::counted(std::llround(steps), "training step", "training steps"));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::vector<TrainingCurve> read_curves(const fs::path& run_folder, const std::string& arm) {
  std::vector<TrainingCurve> curves;
  std::map<std::string, size_t> index;
  data::read_jsonl(run_folder / "metrics.jsonl", [&](const Json& row, const data::RowPlace& place) {
    const double step = data::Fields(row, place.text()).number("step");
    for (const auto& [name, value] : row.items()) {
      if (name == "step" || name == "epoch" || !(value.is_number() || value.is_null())) continue;
      const auto [found, is_new] = index.try_emplace(name, curves.size());
      if (is_new) curves.push_back({.arm = arm, .metric = name, .points = {}});
      curves[found->second].points.emplace_back(
          step, value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN());
    }
  });
  return curves;
}

StudyPage page_of_folder(const FolderPageSettings& settings) {
  const fs::path& root = settings.folder;
  const std::vector<fs::path> folders = folders_of(root);
  StudyPage page;
  page.title = fs::weakly_canonical(root).filename().string();
  for (const fs::path& folder : holders_of(folders, "trees.jsonl")) {
    TreeSamples found = sample_trees(folder / "trees.jsonl", settings.trees);
    if (page.all_trees) fail("{} holds several trees.jsonl; name the folder of one of them", root.string());
    page.all_trees = std::move(found.all);
    page.trees = std::move(found.samples);
  }
  for (const fs::path& folder : holders_of(folders, "summary.json"))
    if (read_tallies(folder, page) && page.trees.empty()) read_pair_rows(folder, settings.pairs, page);
  for (const fs::path& folder : holders_of(folders, "metrics.jsonl"))
    for (TrainingCurve& curve : read_curves(folder, name_below(folder, root))) page.curves.push_back(std::move(curve));
  if (!page.all_trees && page.pairs.empty() && page.curves.empty())
    fail(
        "{} is not the folder of a run of pbt: neither it nor a folder directly in it has trees.jsonl (pbt generate), "
        "summary.json with pairs (pbt mine) or metrics.jsonl (pbt train)",
        root.string());
  for (const fs::path& folder : holders_of(folders, "config.json")) {
    const std::string name = name_below(folder, root);
    read_settings(folder, name.empty() ? "" : name + ": ", page);
  }
  page.subtitle = subtitle_of(page);
  return page;
}

}  // namespace counterpoint::persuasion
