#include "counterpoint/protoclip/train/measured_run.h"

#include <algorithm>

#include "counterpoint/core/files.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/nn/torch/device.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/evaluate/scores.h"
#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {
namespace {

using data::Json;
using torch::Tensor;

constexpr const char *figures_file = "figures.json", *retrieval_file = "retrieval.json";
constexpr std::int64_t shown_pictures = 6, shown_examples = 6, rows_at_once = 1024;

/// Each picture's first caption as a query for pictures: unit rows.
struct Queries {
  Tensor images, texts;  ///< [P, d]

  Tensor scores(std::int64_t first, std::int64_t rows) const { return texts.narrow(0, first, rows).mm(images.t()); }
};

/// Of each query: its own picture's place (1: first), and how far its score is above the others', in deviations.
struct Standing {
  Tensor rank, margin;  ///< [P] int64, float32

  /// Queries by rank, of equal ones that with the larger margin first.
  Tensor best_first() const {
    const Tensor by_margin = margin.argsort(/*stable=*/true, 0, /*descending=*/true);
    return by_margin.index_select(0, rank.index_select(0, by_margin).argsort(/*stable=*/true, 0, /*descending=*/false));
  }
};

/// Never more than rows_at_once rows of the matrix of scores exist.
Standing standing_of(const Queries& queries) {
  const std::int64_t count = queries.texts.size(0);
  std::vector<Tensor> ranks, margins;
  for (std::int64_t first = 0; first < count; first += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, count - first);
    const Tensor scores = queries.scores(first, rows);
    ranks.push_back(places_of(scores, torch::arange(first, first + rows, torch::kInt64)) + 1);
    margins.push_back((scores.diagonal(first) - scores.mean(1)) / scores.std(1));
  }
  return {torch::cat(ranks), torch::cat(margins)};
}

/// Query `row`: what comes first, and where its own picture came.
Json example(const PairFeatures& features, const Queries& queries, std::int64_t row, std::int64_t rank) {
  const Tensor scores = queries.scores(row, 1).squeeze(0);
  const Tensor best = scores.argsort(/*stable=*/true, 0, /*descending=*/true).slice(0, 0, shown_pictures);
  Json found = Json::array();
  for (std::int64_t i = 0; i < best.size(0); ++i)
    found.push_back(features.samples[static_cast<std::size_t>(best[i].item<std::int64_t>())]);
  return {{"sample", features.samples[static_cast<std::size_t>(row)]}, {"rank", rank}, {"found", found}};
}

Json retrieval_examples(const PairFeatures& features) {
  const Queries queries{unit_rows(features.images), unit_rows(features.texts.index_select(0, features.first_caption))};
  const Standing standing = standing_of(queries);
  const Tensor order = standing.best_first();
  const auto shown = [&](std::int64_t place) {
    const auto row = order[place].item<std::int64_t>();
    return example(features, queries, row, standing.rank[row].item<std::int64_t>());
  };
  Json good = Json::array(), bad = Json::array();
  for (std::int64_t i = 0; i < std::min(shown_examples, order.size(0)); ++i) {
    good.push_back(shown(i));
    bad.push_back(shown(order.size(0) - 1 - i));
  }
  return {{"good", good}, {"bad", bad}};
}

}  // namespace

std::vector<Figure> measure_run(const std::filesystem::path& run_folder, Evaluator& evaluator,
                                const std::string& device) {
  // Should this fail, what other pairs gave must not stand for these.
  for (const char* file : {figures_file, retrieval_file}) std::filesystem::remove(run_folder / file);
  OpenedModel opened = open_model(run_folder);
  opened.model->to(nn::torch_device(device));
  PairFeatures features;
  const data::Json figures = json_of(evaluator.run(opened.model, &features));
  write_file_atomic(run_folder / retrieval_file, retrieval_examples(features).dump() + "\n");
  write_file_atomic(run_folder / figures_file, figures.dump(1) + "\n");
  return read_figures(run_folder);  // what later calls will find
}

std::vector<Figure> read_figures(const std::filesystem::path& run_folder) {
  const std::filesystem::path file = run_folder / figures_file;
  std::vector<Figure> figures;
  if (!std::filesystem::exists(file)) return figures;
  for (const Json& row : data::read_json(file)) {
    const data::Fields fields(row, file.string());
    if (!fields.has("value")) continue;  // earlier versions wrote null for what was not finite
    Figure figure{
        .name = fields.text("metric"), .value = fields.number("value"), .interval = {}, .n = fields.whole("n")};
    if (fields.has("about")) figure.about = fields.text("about");
    if (fields.has("low")) figure.interval = Interval{fields.number("low"), fields.number("high")};
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace counterpoint::protoclip
