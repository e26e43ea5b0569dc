#include "counterpoint/protoclip/evaluate/evaluator.h"

#include <algorithm>
#include <map>

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

/// Of what needs pictures of so many classes.
std::string class_hindrance(const Targets& test, std::int64_t least) {
  const std::int64_t met = std::ssize(test.met());
  if (met >= least) return "";
  if (!test.one_each)
    return fmt::format("{} of the keywords {} a test picture's main one, {} or more are needed", met,
                       met == 1 ? "is" : "are", least);
  return met == 0 ? "it needs labels: class folders, a label column or keywords (--keywords)"
                  : "it needs 2 classes or more";
}

bool share_a_class(const Targets& test, const Targets& train) {
  const auto ours = test.met(), theirs = train.met();
  return std::any_of(ours.begin(), ours.end(), [&](std::int64_t one) { return theirs.contains(one); });
}

/// Of what learns from the training set.
std::string training_hindrance(const Targets& test, const std::optional<Targets>& train) {
  if (!train) return "it needs a training set as well (--train-data)";
  const bool unlabelled = train->met().empty();
  if (!train->one_each) {
    if (unlabelled) return "no caption of the training set holds a keyword";
    return train->main.numel() < 5 ? "it needs 5 training pictures or more" : "";
  }
  if (unlabelled) return "it needs labels, and the training set has none";
  if (!share_a_class(test, *train)) return "no class of the test set is one of the training set";
  if ((train->main >= 0).sum().item<std::int64_t>() < 5 || train->classes() < 2)
    return "it needs 5 labelled training pictures or more, and 2 classes";
  return "";
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

std::string hindrance(const std::string& name, const PairSet& test, const TargetsOfSets& targets) {
  const auto& known = evaluation_names();
  if (std::find(known.begin(), known.end(), name) == known.end())
    fail("unknown evaluation '{}'{}", name, suggestion(name, known));
  if (name == "gap") return test.size() < 2 ? "it needs 2 pictures or more" : "";
  if (name == "retrieval") return "";
  const bool clusters = name == "cluster";
  std::string why = class_hindrance(targets.test, clusters ? 2 : 1);
  if (why.empty() && !clusters && name != "zeroshot") why = training_hindrance(targets.test, targets.train);
  return why;
}

std::vector<std::string> possible_evaluations(const PairSet& test, const PairSet* train,
                                              const std::vector<Keyword>& keywords) {
  const TargetsOfSets targets = targets_of(test, train, keywords);
  std::vector<std::string> possible;
  for (const std::string& name : evaluation_names())
    if (hindrance(name, test, targets).empty()) possible.push_back(name);
  return possible;
}

Evaluator::Evaluator(text::ClipTokenizer tokenizer, std::shared_ptr<const PairSet> test,
                     std::shared_ptr<const PairSet> train, EvaluationSettings settings)
    : tokenizer_(std::move(tokenizer)),
      test_(std::move(test)),
      train_(std::move(train)),
      settings_(std::move(settings)),
      targets_(targets_of(*test_, train_.get(), settings_.keywords)) {
  check(settings_.evaluations);
}

void Evaluator::check(const std::vector<std::string>& evaluations) const {
  for (const std::string& name : evaluations)
    if (const std::string why = hindrance(name, *test_, targets_); !why.empty()) fail("{}: {}", name, why);
}

const PairSet& Evaluator::cached(std::shared_ptr<const PairSet>& pairs, int& cached_side, int side) {
  // No picture needs less than its side squared: a set that cannot fit is not tried.
  const std::int64_t least = static_cast<std::int64_t>(pairs->size()) * 3 * side * side;
  if (cached_side == side || least > settings_.cache_bytes) return *pairs;
  const EncodeSettings& encode = settings_.encode;
  ProgressSink silent;
  auto pictures = image_text::decoded_in_memory(*pairs, side, encode.workers, settings_.cache_bytes,
                                                encode.progress ? *encode.progress : silent);
  cached_side = side;  // not before: what was stopped is to be done later
  if (pictures) pairs = std::make_shared<PairSet>(pairs->with_pictures(std::move(pictures)));
  return *pairs;
}

Evaluator::Features Evaluator::encode(nn::ClipModel& model, const std::vector<std::string>& evaluations,
                                      bool with_texts) {
  const int side = static_cast<int>(model->config().vision.image_size);
  const auto rows = [](const std::vector<std::int64_t>& samples) { return torch::tensor(samples, torch::kInt64); };
  Features features;
  const PairSet& test = cached(test_, test_side_, side);
  if (with_texts || has(evaluations, {"retrieval", "gap"})) {
    features.test = encode_pairs(model, tokenizer_, test, settings_.encode);
  } else {
    EncodedPictures pictures = encode_pictures(model, test, settings_.encode);
    features.test.images = pictures.rows;
    features.test.samples = std::move(pictures.samples);
    features.test.bad = std::move(pictures.bad);
  }
  bad_ = features.test.bad;
  features.test_truth = targets_.test.rows(rows(features.test.samples));
  if (has(evaluations, {"zeroshot"})) {
    const auto texts = filled_templates(spoken(targets_.test.names), settings_.templates);
    features.classes =
        class_embeddings(encode_captions(model, tokenizer_, texts, settings_.encode), targets_.test.classes());
  }
  if (has(evaluations, {"probe", "knn"})) {
    const EncodedPictures pictures = encode_pictures(model, cached(train_, train_side_, side), settings_.encode);
    features.train = pictures.rows;
    bad_.insert(bad_.end(), pictures.bad.begin(), pictures.bad.end());
    features.train_truth = targets_.train->rows(rows(pictures.samples));
  }
  return features;
}

Evaluator::Evaluation Evaluator::evaluation(const std::string& name) {
  static const std::map<std::string, Evaluation> evaluations{
      {"zeroshot", &Evaluator::zero_shot},  {"probe", &Evaluator::probe},     {"knn", &Evaluator::knn},
      {"retrieval", &Evaluator::retrieval}, {"cluster", &Evaluator::cluster}, {"gap", &Evaluator::gap}};
  return evaluations.at(name);
}

void Evaluator::tell(const std::string& evaluation, std::int64_t pictures) const {
  if (settings_.encode.progress) settings_.encode.progress->update(pictures, pictures, evaluation);
}

std::vector<Figure> Evaluator::run(nn::ClipModel& model, const std::vector<std::string>& evaluations, bool intervals,
                                   PairFeatures* pairs) {
  const torch::NoGradGuard no_grad;
  Features features = encode(model, evaluations, pairs != nullptr);
  if (intervals) features.bootstrap = settings_.seed;
  std::vector<Figure> figures;
  for (const std::string& name : evaluations) {
    tell(name, features.test.images.size(0));
    (this->*evaluation(name))(features, figures);
  }
  if (pairs != nullptr) *pairs = std::move(features.test);
  return figures;
}

}  // namespace counterpoint::protoclip
