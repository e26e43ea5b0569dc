// The evaluations, from features to figures.
#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/protoclip/evaluate/cluster_scores.h"
#include "counterpoint/protoclip/evaluate/evaluator_features.h"
#include "counterpoint/protoclip/evaluate/gap.h"
#include "counterpoint/protoclip/evaluate/knn.h"
#include "counterpoint/protoclip/evaluate/retrieval.h"
#include "counterpoint/protoclip/evaluate/scores.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

std::vector<double> numbers(const Tensor& tensor) {
  const Tensor plain = tensor.to(torch::kFloat64).contiguous();
  return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

Figure accuracy(const std::string& name, const Tensor& scores, const Tensor& classes, std::int64_t k,
                std::optional<std::uint64_t> bootstrap) {
  const std::vector<double> hits = numbers(top_hits(scores, classes, k));
  double sum = 0;
  for (const double hit : hits) sum += hit;
  Figure figure{.name = name, .value = sum / static_cast<double>(hits.size()), .n = std::ssize(hits)};
  if (bootstrap) figure.interval = share_interval(hits, *bootstrap);
  figure.about = fmt::format("top-{} accuracy, {} classes", k, scores.size(1));
  return figure;
}

/// Hits of each picture's captions at depth k, and how many captions it has.
struct CaptionHits {
  std::vector<double> hits, captions;
};

CaptionHits by_picture(const Tensor& ranks, const Tensor& owner, std::int64_t pictures, std::int64_t k) {
  return {numbers(torch::bincount(owner, (ranks < k).to(torch::kFloat64), pictures)),
          numbers(torch::bincount(owner, {}, pictures))};
}

/// A sum over a sum, of the pictures as often as they were drawn.
double share(std::span<const double> times, const CaptionHits& counts) {
  double hits = 0, captions = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    hits += times[i] * counts.hits[i];
    captions += times[i] * counts.captions[i];
  }
  return hits / captions;
}

/// One recall, or the mean of several.
Figure recall(const std::string& name, std::string about, const std::vector<CaptionHits>& parts,
              std::optional<std::uint64_t> bootstrap) {
  const OfTimes mean = [&](std::span<const double> times) {
    double sum = 0;
    for (const CaptionHits& part : parts) sum += share(times, part);
    return sum / static_cast<double>(parts.size());
  };
  const std::vector<double> once(parts.front().hits.size(), 1.0);
  Figure figure{.name = name, .value = mean(once), .n = std::ssize(once), .about = std::move(about)};
  if (bootstrap) figure.interval = bootstrap_interval(figure.n, mean, *bootstrap);
  return figure;
}

void add_recalls(const RetrievalRanks& ranks, const Tensor& owner, std::int64_t pictures,
                 std::optional<std::uint64_t> bootstrap, std::vector<Figure>& out) {
  const Tensor itself = torch::arange(pictures, torch::TensorOptions(torch::kInt64));
  std::vector<CaptionHits> parts;
  const auto add = [&](const char* direction, const char* about, const Tensor& found, const Tensor& owners) {
    for (const std::int64_t k : recall_depths) {
      parts.push_back(by_picture(found, owners, pictures, k));
      out.push_back(recall(fmt::format("{}_r{}", direction, k),
                           fmt::format(fmt::runtime(about), k, owner.numel(), pictures), {parts.back()}, bootstrap));
    }
  };
  add("image_to_text", "one of its captions among the first {} of {}", ranks.image_to_text, itself);
  add("text_to_image", "its picture among the first {0} of {2}", ranks.text_to_image, owner);
  out.push_back(recall("mean_recall", "mean of the six recalls", parts, bootstrap));
}

}  // namespace

/// Accuracy where each picture has one class (those without are left out), else mAP.
void Evaluator::grade(const std::string& name, const Tensor& scores, const Features& features,
                      std::vector<Figure>& out) const {
  const Targets& truth = features.test_truth;
  if (!truth.one_each) {
    out.push_back({.name = name,
                   .value = mean_average_precision(scores, truth.truth),
                   .n = scores.size(0),
                   .about = fmt::format("mean average precision, {} keywords", truth.classes())});
    return;
  }
  const Tensor rows = (truth.main >= 0).nonzero().flatten();
  const Tensor known = scores.index_select(0, rows), classes = truth.main.index_select(0, rows);
  out.push_back(accuracy(name, known, classes, 1, features.bootstrap));
  if (name == "zeroshot" && truth.classes() > 5)
    out.push_back(accuracy("zeroshot_top5", known, classes, 5, features.bootstrap));
}

void Evaluator::zero_shot(const Features& features, std::vector<Figure>& out) const {
  grade("zeroshot", zero_shot_scores(features.test.images, features.classes), features, out);
}

void Evaluator::probe(const Features& features, std::vector<Figure>& out) const {
  ProbeOptions options = settings_.probe;
  options.seed = settings_.seed;
  const Probe probe = linear_probe(features.train, features.train_truth, features.test.images, options);
  grade("probe", probe.scores, features, out);
  out.back().about += fmt::format(", C = {:g}", probe.c);
}

void Evaluator::knn(const Features& features, std::vector<Figure>& out) const {
  for (const std::int64_t k : settings_.neighbours) {
    const std::string name = k == settings_.neighbours.back() ? "knn" : fmt::format("knn_{}", k);
    grade(name, knn_scores(features.train, features.train_truth, features.test.images, k), features, out);
    out.back().about += fmt::format(", k = {}", std::min(k, features.train.size(0)));
  }
}

void Evaluator::retrieval(const Features& features, std::vector<Figure>& out) const {
  const PairFeatures& test = features.test;
  const bool first = settings_.first_caption_only;
  const Tensor texts = first ? test.texts.index_select(0, test.first_caption) : test.texts;
  const Tensor owner = first ? test.owner.index_select(0, test.first_caption) : test.owner;
  add_recalls(retrieval_ranks(test.images, texts, owner), owner, test.images.size(0), features.bootstrap, out);
}

void Evaluator::cluster(const Features& features, std::vector<Figure>& out) const {
  const Targets& truth = features.test_truth;
  const Tensor rows = (truth.main >= 0).nonzero().flatten();
  const Tensor labels = truth.main.index_select(0, rows);
  if (std::get<0>(at::_unique(labels)).numel() < 2) fail("cluster: the pictures that were read are of one class");
  const ClusterAgreement agreement =
      cluster_agreement(features.test.images.index_select(0, rows), labels, settings_.seed);
  const std::string about =
      fmt::format("{} clusters against {}, mean of {} starts", std::get<0>(at::_unique(labels)).numel(),
                  truth.one_each ? "classes" : "main keywords", cluster_starts);
  out.push_back({.name = "ami", .value = agreement.ami, .n = rows.numel(), .about = about});
  out.push_back({.name = "ari", .value = agreement.ari, .n = rows.numel(), .about = about});
}

void Evaluator::gap(const Features& features, std::vector<Figure>& out) const {
  const PairFeatures& test = features.test;
  if (test.images.size(0) < 2) fail("the modality gap needs 2 pictures or more");
  const ModalityGap gap = modality_gap(test.images, test.texts.index_select(0, test.first_caption));
  const auto add = [&](const char* name, double value, const char* about) {
    out.push_back({.name = name, .value = value, .n = test.images.size(0), .about = about});
  };
  add("gap", gap.gap, "distance between the means of pictures and first captions");
  add("self_cosine_image", gap.self_cosine_image, "mean cosine of two pictures");
  add("self_cosine_text", gap.self_cosine_text, "mean cosine of two first captions");
  add("feature_std_image", gap.feature_std_image, "deviation of a unit feature's numbers over pictures");
  add("feature_std_text", gap.feature_std_text, "the same over first captions");
}

}  // namespace counterpoint::protoclip
