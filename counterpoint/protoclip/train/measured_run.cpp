#include "counterpoint/protoclip/train/measured_run.h"

#include <algorithm>
#include <numeric>

#include "counterpoint/core/files.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {
namespace {

using data::Json;
using torch::Tensor;

constexpr std::int64_t shown_pictures = 6, shown_examples = 6;

/// The query of row `row`: its first caption, what comes first, and where its own picture came.
Json example(const PairFeatures& features, const Tensor& scores, std::int64_t row, std::int64_t rank) {
  const Tensor best = scores[row].argsort(0, true).narrow(0, 0, std::min(shown_pictures, scores.size(1)));
  Json found = Json::array();
  for (std::int64_t i = 0; i < best.size(0); ++i)
    found.push_back(features.samples[static_cast<std::size_t>(best[i].item<std::int64_t>())]);
  return {{"sample", features.samples[static_cast<std::size_t>(row)]}, {"rank", rank}, {"found", found}};
}

Json retrieval_examples(const PairFeatures& features) {
  const Tensor images = unit_rows(features.images);
  const Tensor texts = unit_rows(features.texts.index_select(0, features.first_caption));
  const Tensor scores = texts.mm(images.t());  // [P, P]
  const Tensor own = scores.diagonal().unsqueeze(1);
  const Tensor rank = scores.gt(own).sum(1).add(1);
  const Tensor margin = (own.squeeze(1) - scores.mean(1)) / scores.std(1);
  const Tensor order = (rank.to(torch::kFloat) * 1000 - margin).argsort();
  Json good = Json::array(), bad = Json::array();
  for (std::int64_t i = 0; i < std::min(shown_examples, order.size(0)); ++i) {
    const auto best = order[i].item<std::int64_t>(), worst = order[order.size(0) - 1 - i].item<std::int64_t>();
    good.push_back(example(features, scores, best, rank[best].item<std::int64_t>()));
    bad.push_back(example(features, scores, worst, rank[worst].item<std::int64_t>()));
  }
  return {{"good", good}, {"bad", bad}};
}

}  // namespace

std::vector<Figure> measure_run(const std::filesystem::path& run_folder, Evaluator& evaluator,
                                const image_text::PairSet& test) {
  OpenedModel opened = open_model(run_folder);
  const std::vector<Figure> figures = evaluator.run(opened.model);
  const PairFeatures features = encode_pairs(opened.model, opened.tokenizer, test, evaluator.settings().encode);
  write_file_atomic(run_folder / "retrieval.json", retrieval_examples(features).dump() + "\n");
  write_file_atomic(run_folder / "figures.json", json_of(figures).dump(1) + "\n");
  return figures;
}

std::vector<Figure> read_figures(const std::filesystem::path& run_folder) {
  const std::filesystem::path file = run_folder / "figures.json";
  std::vector<Figure> figures;
  if (!std::filesystem::exists(file)) return figures;
  for (const Json& row : data::read_json(file)) {
    const data::Fields fields(row, file.string());
    Figure figure{
        .name = fields.text("metric"), .value = fields.number("value"), .interval = {}, .n = fields.whole("n")};
    if (fields.has("about")) figure.about = fields.text("about");
    if (fields.has("low")) figure.interval = Interval{fields.number("low"), fields.number("high")};
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace counterpoint::protoclip
