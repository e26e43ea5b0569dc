// Measures a model: features once, then all that was asked for (spec 2.3).
#pragma once
#include <torch/torch.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/protoclip/evaluate/encode.h"
#include "counterpoint/protoclip/evaluate/figure.h"
#include "counterpoint/protoclip/evaluate/probe.h"
#include "counterpoint/protoclip/evaluate/targets.h"
#include "counterpoint/protoclip/evaluate/zero_shot.h"

namespace counterpoint::protoclip {

/// zeroshot, probe, knn, retrieval, cluster, gap.
const std::vector<std::string>& evaluation_names();

struct EvaluationSettings {
  std::vector<std::string> evaluations = evaluation_names();  ///< what is measured where nothing else is asked for
  std::vector<std::string> templates = default_templates();
  std::vector<Keyword> keywords;  ///< not empty: the labels are these, whatever labels the sets have
  ProbeOptions probe;
  std::vector<std::int64_t> neighbours{1, 5, 20};  ///< the last one's figure is "knn", the others' "knn_1", ..
  bool first_caption_only = false;                 ///< retrieval: one caption a picture instead of all
  bool intervals = true;                           ///< with those evaluations, by bootstrap
  std::uint64_t seed = 0;                          ///< of the held-out part of the probe, K-means, bootstrap
  EncodeSettings encode;                           ///< its progress is told of decoding and each evaluation as well
  /// Decoded pictures of both sets are kept in memory between runs where they need less than this.
  std::int64_t cache_bytes = std::int64_t{512} << 20;
};

/// Figures by evaluation (shares are 0 to 1):
///   zeroshot   zeroshot, zeroshot_top5 (more than 5 classes, one each)
///   probe      probe
///   knn        knn_1, knn_5, knn
///   retrieval  image_to_text_r1, _r5, _r10, text_to_image_r1, _r5, _r10, mean_recall
///   cluster    ami, ari
///   gap        gap, self_cosine_image, self_cosine_text, feature_std_image, feature_std_text
/// "_" in a class name is read as a space. With keywords zeroshot, probe and knn are mean average precision, and
/// clusters are compared with main keywords.
///
/// One object serves all that is measured on the same sets: it keeps their decoded pictures.
class Evaluator {
 public:
  /// `train` (for probe and knn) may be null. Error: an evaluation among the settings' that is unknown, or that the
  /// sets cannot serve (no labels, keywords that no caption holds, no training set): what is missing.
  Evaluator(text::ClipTokenizer tokenizer, std::shared_ptr<const image_text::PairSet> test,
            std::shared_ptr<const image_text::PairSet> train, EvaluationSettings settings);

  /// Error: as the constructor's, of these evaluations.
  void check(const std::vector<std::string>& evaluations) const;

  /// Of these evaluations, in their order. The model's mode and gradients stay as they are; the figures depend on
  /// nothing else than the weights. `pairs`, if not null, becomes the features of the test set, as encode_pairs gives
  /// them. What the settings' progress throws is thrown on.
  std::vector<Figure> run(nn::ClipModel& model, const std::vector<std::string>& evaluations, bool intervals,
                          PairFeatures* pairs = nullptr);
  /// The same of the settings' evaluations, with intervals if they say so.
  std::vector<Figure> run(nn::ClipModel& model, PairFeatures* pairs = nullptr) {
    return run(model, settings_.evaluations, settings_.intervals, pairs);
  }

  const EvaluationSettings& settings() const { return settings_; }
  /// The first few pictures of both sets that the last run could not read and left out, and why.
  const std::vector<std::string>& bad_pictures() const { return bad_; }

 private:
  struct Features;
  using Evaluation = void (Evaluator::*)(const Features&, std::vector<Figure>&) const;
  static Evaluation evaluation(const std::string& name);

  Features encode(nn::ClipModel& model, const std::vector<std::string>& evaluations, bool with_texts);
  const image_text::PairSet& cached(std::shared_ptr<const image_text::PairSet>& pairs, int& cached_side, int side);
  void tell(const std::string& evaluation, std::int64_t pictures) const;
  void grade(const std::string& name, const torch::Tensor& scores, const Features& features,
             std::vector<Figure>& out) const;
  void zero_shot(const Features& features, std::vector<Figure>& out) const;
  void probe(const Features& features, std::vector<Figure>& out) const;
  void knn(const Features& features, std::vector<Figure>& out) const;
  void retrieval(const Features& features, std::vector<Figure>& out) const;
  void cluster(const Features& features, std::vector<Figure>& out) const;
  void gap(const Features& features, std::vector<Figure>& out) const;

  text::ClipTokenizer tokenizer_;
  std::shared_ptr<const image_text::PairSet> test_, train_;
  int test_side_ = 0, train_side_ = 0;  ///< for which the sets' pictures are in memory; 0: not yet
  EvaluationSettings settings_;
  TargetsOfSets targets_;
  std::vector<std::string> bad_;
};

/// Why these sets cannot serve an evaluation; "": they can. Error: an unknown name, with the nearest.
std::string hindrance(const std::string& evaluation, const image_text::PairSet& test, const TargetsOfSets& targets);
/// The evaluations that they can serve.
std::vector<std::string> possible_evaluations(const image_text::PairSet& test, const image_text::PairSet* train,
                                              const std::vector<Keyword>& keywords = {});

}  // namespace counterpoint::protoclip
