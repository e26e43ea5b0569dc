#include "counterpoint/protoclip/study/clip_report.h"

#include <algorithm>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/protoclip/train/measured_run.h"

namespace counterpoint::protoclip {
namespace {

namespace fs = std::filesystem;
using data::Json;

constexpr int thumbnail_side = 96;
constexpr std::size_t most_cards = 18;

/// Error: the set has no such pair.
std::size_t index_in(const image_text::PairSet& pairs, const Json& sample) {
  const auto index = sample.get<std::size_t>();
  if (index >= pairs.size())
    fail("the run's files name pair {} of {}: they were made of another set", index, pairs.size());
  return index;
}

std::string caption_of(const image_text::PairSet& pairs, const Json& sample) {
  return pairs.pair(index_in(pairs, sample)).captions.front();
}

ShownPicture shown(const image_text::PairSet& pairs, const Json& sample) {
  const std::size_t index = index_in(pairs, sample);
  ShownPicture picture{.address = "", .caption = caption_of(pairs, sample)};
  try {
    picture.address = image::thumbnail_address(pairs.picture(index, thumbnail_side), thumbnail_side);
  } catch (const Error&) {
    // The page shows a grey field in its place.
  }
  return picture;
}

/// Clusters of every size, largest first: an even draw from the sorted list.
std::vector<Json> drawn_cards(const Json& clusters) {
  std::vector<Json> sorted;
  for (const Json& cluster : clusters)
    if (!cluster.at("nearest").empty()) sorted.push_back(cluster);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Json& a, const Json& b) { return a.at("size").get<int>() > b.at("size").get<int>(); });
  if (sorted.size() <= most_cards) return sorted;
  std::vector<Json> drawn;
  for (std::size_t i = 0; i < most_cards; ++i) drawn.push_back(sorted[i * sorted.size() / most_cards]);
  return drawn;
}

PrototypeGallery gallery(std::string title, const char* note, const Json& clusters, const image_text::PairSet& pairs) {
  PrototypeGallery out{.title = std::move(title), .note = note, .cards = {}};
  for (const Json& cluster : drawn_cards(clusters)) {
    PrototypeCard card{.number = cluster.at("cluster"), .size = cluster.at("size"), .pictures = {}, .captions = {}};
    for (const Json& sample : cluster.at("nearest")) {
      if (card.pictures.size() < 6) card.pictures.push_back(shown(pairs, sample));
      if (card.captions.size() < 3) card.captions.push_back(caption_of(pairs, sample));
    }
    out.cards.push_back(std::move(card));
  }
  return out;
}

FeatureMap map_of(std::string title, const Json& map, const image_text::PairSet& pairs) {
  FeatureMap out{.title = std::move(title), .pictures = {}, .captions = {}, .words = {}, .gap = map.at("gap")};
  for (const Json& point : map.at("points")) {
    out.pictures.emplace_back(point[1].get<double>(), point[2].get<double>());
    out.captions.emplace_back(point[3].get<double>(), point[4].get<double>());
    out.words.push_back(caption_of(pairs, point[0]));
  }
  return out;
}

RetrievalExample example(const Json& json, const image_text::PairSet& pairs) {
  RetrievalExample out{
      .caption = caption_of(pairs, json.at("sample")), .found = {}, .rank = json.at("rank"), .own = -1};
  for (const Json& sample : json.at("found")) {
    if (sample == json.at("sample")) out.own = std::ssize(out.found);
    out.found.push_back(shown(pairs, sample));
  }
  return out;
}

/// A run whose pictures are shown.
struct ShownRun {
  fs::path folder;
  std::string arm;  ///< "" on the page of a single run
};

std::string titled(const char* title, const std::string& arm) {
  return arm.empty() ? title : fmt::format("{}, {}", title, arm);
}

/// What a run left in a file; an empty object: it left none.
Json json_in(const fs::path& folder, const char* file) {
  return fs::exists(folder / file) ? data::read_json(folder / file) : Json::object();
}

void add_galleries(ClipPage& page, const ShownRun& run, const image_text::PairSet& train) {
  const Json json = json_in(run.folder, "prototypes.json");
  if (json.empty()) return;
  page.galleries = {
      gallery(titled("Clusters of pictures", run.arm),
              "The pairs whose picture lies nearest to a prototype of the pictures.", json.at("image"), train),
      gallery(titled("Clusters of captions", run.arm),
              "The pairs whose caption lies nearest to a prototype of the captions.", json.at("text"), train)};
}

void add_maps(ClipPage& page, const std::vector<ShownRun>& runs, const image_text::PairSet& train) {
  for (const auto& [when, title] : {std::pair{"before", "Before training"}, std::pair{"after", "After training"}})
    for (const ShownRun& run : runs)
      if (const Json json = json_in(run.folder, "map.json"); json.contains(when))
        page.maps.push_back(map_of(titled(title, run.arm), json.at(when), train));
}

void add_retrieval(ClipPage& page, const std::vector<ShownRun>& runs, const image_text::PairSet& test) {
  for (const ShownRun& run : runs) {
    const Json json = json_in(run.folder, "retrieval.json");
    if (json.empty()) continue;
    RetrievalExamples examples{.arm = run.arm, .good = {}, .bad = {}};
    for (const Json& row : json.at("good")) examples.good.push_back(example(row, test));
    for (const Json& row : json.at("bad")) examples.bad.push_back(example(row, test));
    page.retrieval.push_back(std::move(examples));
  }
}

/// Mean recall is told in per cent, as papers do.
bool in_per_cent(const std::string& metric) { return metric == "mean_recall"; }

std::string shown_name(const std::string& metric) { return in_per_cent(metric) ? metric + ", %" : metric; }

double shown_value(const std::string& metric, double value) { return in_per_cent(metric) ? 100 * value : value; }

/// What a page has room for, in its order: what tells whether a run went well, then how its clusters were.
std::vector<std::string> shown_metrics() {
  std::vector<std::string> names{"loss",        "loss/clip", "loss/prototype", "loss/teacher", "logit_scale",
                                 "mean_recall", "zeroshot",  "probe",          "knn",          "ami",
                                 "ari",         "gap"};
  for (const char* whose : {"image", "text", "teacher"})
    for (const char* what : {"own_weight", "inertia", "smallest", "median", "largest", "empty"})
      names.push_back(fmt::format("prototypes/{}/{}", whose, what));
  return names;
}

void add_curves(ClipPage& page, const fs::path& run, const std::string& arm, std::int64_t seed) {
  if (!fs::exists(run / "metrics.jsonl")) return;
  std::map<std::string, ClipCurve> curves;
  data::read_jsonl(run / "metrics.jsonl", [&](const Json& row, const data::RowPlace&) {
    for (const auto& [name, value] : row.items()) {
      if (name == "step" || !value.is_number()) continue;
      ClipCurve& curve = curves.try_emplace(name, ClipCurve{arm, seed, shown_name(name), {}}).first->second;
      curve.points.emplace_back(row.at("step").get<double>(), shown_value(name, value.get<double>()));
    }
  });
  for (const std::string& name : shown_metrics())
    if (const auto found = curves.find(name); found != curves.end()) page.curves.push_back(found->second);
}

void add_settings(ClipPage& page, const fs::path& run) {
  if (!fs::exists(run / "config.json")) return;
  for (const auto& [key, value] : data::read_json(run / "config.json").at("settings").items())
    page.settings.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
}

/// Base and, beside it, the first other arm that has prototypes, or without any the first other one.
std::vector<ShownRun> shown_runs(const ClipStudyConfig& config) {
  std::vector<ShownRun> others;
  for (const StudyArm& arm : config.arms)
    if (arm.name != config.base) others.push_back({run_folder(config, arm.name, config.seeds.front()), arm.name});
  std::stable_partition(others.begin(), others.end(),
                        [](const ShownRun& run) { return fs::exists(run.folder / "prototypes.json"); });
  std::vector<ShownRun> shown{{run_folder(config, config.base, config.seeds.front()), config.base}};
  if (!others.empty()) shown.push_back(others.front());
  return shown;
}

}  // namespace

fs::path run_folder(const ClipStudyConfig& config, const std::string& arm, std::uint64_t seed) {
  return config.output_dir / "runs" / fmt::format("{}-{}", arm, seed);
}

ResultRow row_of(const std::string& arm, std::uint64_t seed, const Figure& figure) {
  return {arm, static_cast<std::int64_t>(seed), figure.name, shown_value(figure.name, figure.value)};
}

std::string study_report(const ClipStudyConfig& config, const std::vector<ResultRow>& results,
                         const image_text::PairSet& train, const image_text::PairSet& test) {
  ClipPage page{.title = config.title, .base = config.base, .results = results};
  page.subtitle = fmt::format("{} arms, {} seeds; {} pairs to train on, {} held out", config.arms.size(),
                              config.seeds.size(), train.size(), test.size());
  for (const StudyArm& arm : config.arms)
    for (const std::uint64_t seed : config.seeds)
      add_curves(page, run_folder(config, arm.name, seed), arm.name, static_cast<std::int64_t>(seed));
  const std::vector<ShownRun> runs = shown_runs(config);
  for (auto run = runs.rbegin(); run != runs.rend() && page.galleries.empty(); ++run) add_galleries(page, *run, train);
  add_maps(page, runs, train);
  add_retrieval(page, runs, test);
  add_settings(page, runs.back().folder);
  page.footer = fmt::format("Prototypes, maps and retrieval are of seed {}, settings of {}.", config.seeds.front(),
                            runs.back().arm);
  return clip_page(page);
}

std::string run_report(const fs::path& run, const image_text::PairSet& train, const image_text::PairSet* test) {
  // Canonical, as "DIR/" and "." have no name.
  ClipPage page{.title = fs::canonical(run).filename().string(),
                .subtitle = fmt::format("{} pairs to train on", train.size())};
  for (const Figure& figure : read_figures(run)) page.results.push_back(row_of("this run", 0, figure));
  add_curves(page, run, "this run", 0);
  const ShownRun shown{run, ""};
  add_galleries(page, shown, train);
  add_maps(page, {shown}, train);
  if (test != nullptr) add_retrieval(page, {shown}, *test);
  add_settings(page, run);
  return clip_page(page);
}

}  // namespace counterpoint::protoclip
