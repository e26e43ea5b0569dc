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

ShownPicture shown(const image_text::PairSet& pairs, const Json& sample) {
  const auto index = sample.get<std::size_t>();
  ShownPicture picture{.address = "", .caption = pairs.pair(index).captions.front()};
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

PrototypeGallery gallery(const char* title, const char* note, const Json& clusters, const image_text::PairSet& pairs) {
  PrototypeGallery out{.title = title, .note = note, .cards = {}};
  for (const Json& cluster : drawn_cards(clusters)) {
    PrototypeCard card{.number = cluster.at("cluster"), .size = cluster.at("size"), .pictures = {}, .captions = {}};
    for (const Json& sample : cluster.at("nearest")) {
      if (card.pictures.size() < 6) card.pictures.push_back(shown(pairs, sample));
      if (card.captions.size() < 3) card.captions.push_back(pairs.pair(sample.get<std::size_t>()).captions.front());
    }
    out.cards.push_back(std::move(card));
  }
  return out;
}

FeatureMap map_of(const char* title, const Json& map, const image_text::PairSet& pairs) {
  FeatureMap out{.title = title, .pictures = {}, .captions = {}, .words = {}, .gap = map.at("gap")};
  for (const Json& point : map.at("points")) {
    out.pictures.emplace_back(point[1].get<double>(), point[2].get<double>());
    out.captions.emplace_back(point[3].get<double>(), point[4].get<double>());
    out.words.push_back(pairs.pair(point[0].get<std::size_t>()).captions.front());
  }
  return out;
}

RetrievalExample example(const Json& json, const image_text::PairSet& pairs) {
  RetrievalExample out{.caption = pairs.pair(json.at("sample").get<std::size_t>()).captions.front(),
                       .found = {},
                       .rank = json.at("rank"),
                       .own = -1};
  for (const Json& sample : json.at("found")) {
    if (sample == json.at("sample")) out.own = std::ssize(out.found);
    out.found.push_back(shown(pairs, sample));
  }
  return out;
}

void add_pictures(ClipPage& page, const fs::path& run, const image_text::PairSet& train,
                  const image_text::PairSet* test) {
  if (fs::exists(run / "prototypes.json")) {
    const Json json = data::read_json(run / "prototypes.json");
    page.galleries = {
        gallery("Clusters of pictures", "The pairs whose picture lies nearest to a prototype of the pictures.",
                json.at("image"), train),
        gallery("Clusters of captions", "The pairs whose caption lies nearest to a prototype of the captions.",
                json.at("text"), train)};
  }
  if (fs::exists(run / "map.json")) {
    const Json json = data::read_json(run / "map.json");
    if (json.contains("before")) page.maps.push_back(map_of("Before training", json.at("before"), train));
    if (json.contains("after")) page.maps.push_back(map_of("After training", json.at("after"), train));
  }
  if (test == nullptr || !fs::exists(run / "retrieval.json")) return;
  const Json json = data::read_json(run / "retrieval.json");
  for (const Json& row : json.at("good")) page.good.push_back(example(row, *test));
  for (const Json& row : json.at("bad")) page.bad.push_back(example(row, *test));
}

void add_curves(ClipPage& page, const fs::path& run, const std::string& arm, std::int64_t seed) {
  if (!fs::exists(run / "metrics.jsonl")) return;
  std::map<std::string, ClipCurve> curves;
  data::read_jsonl(run / "metrics.jsonl", [&](const Json& row, const data::RowPlace&) {
    for (const auto& [name, value] : row.items()) {
      if (name == "step" || !value.is_number()) continue;
      ClipCurve& curve = curves.try_emplace(name, ClipCurve{arm, seed, name, {}}).first->second;
      curve.points.emplace_back(row.at("step").get<double>(), value.get<double>());
    }
  });
  // A page has room for what tells whether a run went well.
  for (const char* name : {"loss", "loss/clip", "loss/prototype", "loss/teacher", "logit_scale", "mean_recall",
                           "zeroshot", "probe", "prototypes/image/own_weight", "prototypes/text/own_weight"})
    if (const auto found = curves.find(name); found != curves.end()) page.curves.push_back(found->second);
}

void add_settings(ClipPage& page, const fs::path& run) {
  if (!fs::exists(run / "config.json")) return;
  for (const auto& [key, value] : data::read_json(run / "config.json").at("settings").items())
    page.settings.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

fs::path run_folder(const ClipStudyConfig& config, const std::string& arm, std::uint64_t seed) {
  return config.output_dir / "runs" / fmt::format("{}-{}", arm, seed);
}

ResultRow row_of(const std::string& arm, std::uint64_t seed, const Figure& figure) {
  const double value = figure.name == "mean_recall" ? 100 * figure.value : figure.value;
  return {arm, static_cast<std::int64_t>(seed), figure.name, value};
}

std::string study_report(const ClipStudyConfig& config, const std::vector<ResultRow>& results,
                         const image_text::PairSet& train, const image_text::PairSet& test) {
  ClipPage page{.title = config.title, .base = config.base, .results = results};
  page.subtitle = fmt::format("{} arms, {} seeds; {} pairs to train on, {} held out", config.arms.size(),
                              config.seeds.size(), train.size(), test.size());
  fs::path pictured;
  for (const StudyArm& arm : config.arms) {
    for (const std::uint64_t seed : config.seeds)
      add_curves(page, run_folder(config, arm.name, seed), arm.name, static_cast<std::int64_t>(seed));
    const fs::path first = run_folder(config, arm.name, config.seeds.front());
    if (fs::exists(first / "prototypes.json") || pictured.empty()) pictured = first;
  }
  add_pictures(page, pictured, train, &test);
  add_settings(page, pictured);
  page.footer = fmt::format("Prototypes, maps and retrieval are those of {}.", pictured.filename().string());
  return clip_page(page);
}

std::string run_report(const fs::path& run, const image_text::PairSet& train, const image_text::PairSet* test) {
  ClipPage page{.title = run.filename().string(), .subtitle = fmt::format("{} pairs to train on", train.size())};
  for (const Figure& figure : read_figures(run)) page.results.push_back(row_of("this run", 0, figure));
  add_curves(page, run, "this run", 0);
  add_pictures(page, run, train, test);
  add_settings(page, run);
  return clip_page(page);
}

}  // namespace counterpoint::protoclip
