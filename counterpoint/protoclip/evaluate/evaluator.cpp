#include "counterpoint/protoclip/evaluate/evaluator.h"

#include <algorithm>
#include <map>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/evaluate/evaluator_features.h"

namespace counterpoint::protoclip {
namespace {

using image_text::PairSet;
using torch::Tensor;

bool has(const std::vector<std::string>& names, std::initializer_list<const char*> any) {
  return std::any_of(any.begin(), any.end(),
                     [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); });
}

std::vector<std::string> class_names(const PairSet& test, const PairSet* train) {
  std::set<std::string> names;
  for (const std::string& label : test.labels()) names.insert(label);
  if (train)
    for (const std::string& label : train->labels()) names.insert(label);
  return {names.begin(), names.end()};
}

void check(const std::vector<std::string>& wanted, const PairSet& test, const PairSet* train, bool keywords) {
  const auto possible = possible_evaluations(test, train, keywords);
  for (const std::string& name : wanted) {
    const auto& known = evaluation_names();
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail("unknown evaluation '{}'{}", name, suggestion(name, known));
    if (has(possible, {name.c_str()})) continue;
    if (!keywords && test.labels().empty())
      fail("'{}' needs labels: class folders, a label column or keywords (--keywords)", name);
    if (train == nullptr) fail("'{}' needs a training set as well (--train-data)", name);
    fail("'{}' needs labels, and the training set has none", name);
  }
}

std::vector<std::string> spoken(std::vector<std::string> names) {
  for (std::string& name : names) name = replace_all(std::move(name), "_", " ");
  return names;
}

}  // namespace

const std::vector<std::string>& evaluation_names() {
  static const std::vector<std::string> names{"zeroshot", "probe", "knn", "retrieval", "cluster", "gap"};
  return names;
}

std::vector<std::string> possible_evaluations(const PairSet& test, const PairSet* train, bool keywords) {
  const bool labels = keywords || !test.labels().empty();
  const bool taught = labels && train != nullptr && (keywords || !train->labels().empty());
  std::vector<std::string> possible;
  for (const std::string& name : evaluation_names()) {
    const bool needs_training = name == "probe" || name == "knn",
               needs_labels = name == "zeroshot" || name == "cluster";
    if ((!needs_training || taught) && (!needs_labels || labels)) possible.push_back(name);
  }
  return possible;
}

Evaluator::Evaluator(text::ClipTokenizer tokenizer, std::shared_ptr<const PairSet> test,
                     std::shared_ptr<const PairSet> train, EvaluationSettings settings)
    : tokenizer_(std::move(tokenizer)),
      test_(std::move(test)),
      train_(std::move(train)),
      settings_(std::move(settings)) {
  check(settings_.evaluations, *test_, train_.get(), !settings_.keywords.empty());
  const auto names = class_names(*test_, train_.get());
  const auto targets = [&](const PairSet& pairs) {
    return settings_.keywords.empty() ? label_targets(pairs, names) : keyword_targets(pairs, settings_.keywords);
  };
  test_targets_ = targets(*test_);
  if (train_) train_targets_ = targets(*train_);
}

const PairSet& Evaluator::cached(std::shared_ptr<const PairSet>& pairs, int& cached_side, int side) {
  // A JPEG is decoded at up to twice the side that is asked for; half as much again for the longer side.
  const std::int64_t bytes = static_cast<std::int64_t>(pairs->size()) * 3 * 6 * side * side;
  if (cached_side == side || bytes > settings_.cache_bytes) return *pairs;
  ProgressSink silent;
  pairs = std::make_shared<PairSet>(
      pairs->with_pictures(image_text::decoded_pictures(*pairs, side, {}, settings_.encode.workers, silent)));
  cached_side = side;
  return *pairs;
}

Evaluator::Features Evaluator::encode(nn::ClipModel& model, const std::vector<std::string>& evaluations) {
  const int side = static_cast<int>(model->config().vision.image_size);
  const auto rows = [](const std::vector<std::int64_t>& samples) { return torch::tensor(samples, torch::kInt64); };
  Features features;
  const PairSet& test = cached(test_, test_side_, side);
  if (has(evaluations, {"retrieval", "gap"})) {
    features.test = encode_pairs(model, tokenizer_, test, settings_.encode);
  } else {
    EncodedPictures pictures = encode_pictures(model, test, settings_.encode);
    features.test.images = pictures.rows;
    features.test.samples = std::move(pictures.samples);
    features.test.bad = std::move(pictures.bad);
  }
  bad_ = features.test.bad;
  features.test_truth = test_targets_.rows(rows(features.test.samples));
  if (has(evaluations, {"zeroshot"})) {
    const auto texts = filled_templates(spoken(test_targets_.names), settings_.templates);
    features.classes =
        class_embeddings(encode_captions(model, tokenizer_, texts, settings_.encode.batch), test_targets_.classes());
  }
  if (has(evaluations, {"probe", "knn"})) {
    const EncodedPictures pictures = encode_pictures(model, cached(train_, train_side_, side), settings_.encode);
    features.train = pictures.rows;
    bad_.insert(bad_.end(), pictures.bad.begin(), pictures.bad.end());
    features.train_truth = train_targets_.rows(rows(pictures.samples));
  }
  return features;
}

Evaluator::Evaluation Evaluator::evaluation(const std::string& name) {
  static const std::map<std::string, Evaluation> evaluations{
      {"zeroshot", &Evaluator::zero_shot},  {"probe", &Evaluator::probe},     {"knn", &Evaluator::knn},
      {"retrieval", &Evaluator::retrieval}, {"cluster", &Evaluator::cluster}, {"gap", &Evaluator::gap}};
  return evaluations.at(name);
}

std::vector<Figure> Evaluator::run(nn::ClipModel& model) { return run(model, settings_.evaluations); }

std::vector<Figure> Evaluator::run(nn::ClipModel& model, const std::vector<std::string>& evaluations) {
  check(evaluations, *test_, train_.get(), !settings_.keywords.empty());
  const torch::NoGradGuard no_grad;
  const Features features = encode(model, evaluations);
  std::vector<Figure> figures;
  for (const std::string& name : evaluations) (this->*evaluation(name))(features, figures);
  return figures;
}

}  // namespace counterpoint::protoclip
