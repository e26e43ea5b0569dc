// What drives acceptance (paper's section 5, Table 4): when another agent gives another answer, does the model go over
// to it because of how plausible it finds the two answers, because of the confidence that it states, or because it was
// wrong? A logistic regression of flipping on:
//
//   answer_entropy                  of the answers in some replies drawn at a temperature, nats
//   own_logprob, other_logprob      mean log-probability of a token of either answer behind "The answer is", nats. The
//                                   released code takes each token's from the position before it and divides products
//                                   of probabilities by lengths; here sums of logarithms are divided
//   own_confidence, other_confidence  P(yes) / (P(yes) + P(no)) for "Is the proposed answer right?"
//   correct                         the model's own answer is right
//
// The outcome is 1 where it flipped. The paper's signs fit the opposite outcome (staying).
#pragma once
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/evaluate/figures.h"
#include "counterpoint/persuasion/evaluate/logistic.h"

namespace counterpoint::persuasion {

struct AcceptanceSettings : EvaluationSettings {
  int samples = 20;                 ///< replies for the entropy
  double sample_temperature = 0.7;  ///< at which they are drawn
};

struct AcceptanceItem : EvaluatedItem {
  std::string question;
  Heard own;          ///< before anybody speaks
  std::string other;  ///< the other agent's answer
  std::string other_text;
  std::string left_out;  ///< not empty: why it is no case: no answer of its own, or the other one is the same
  std::vector<std::string> samples;
  double answer_entropy = 0, own_logprob = 0, other_logprob = 0, own_confidence = 0, other_confidence = 0;
  Heard after;
  bool flipped = false;  ///< another answer after the challenge, of whatever kind; says nothing where it has none
};

struct AcceptanceResult {
  std::vector<AcceptanceItem> items;
  bool interrupted = false;
};

/// `other`: the agent whose answers challenge; null: a choice that is not the model's own, drawn by seed and question.
/// Error: a model that cannot score (a server); without `other`, a question without choices.
AcceptanceResult evaluate_acceptance(const std::vector<Question>& questions, const Speaker& speaker,
                                     const Speaker* other, const AcceptanceSettings& settings, ProgressSink& progress);

/// Of counts of equal answers, in nats.
double entropy_of(const std::vector<std::int64_t>& counts);

LogisticFit regression_of(const AcceptanceResult& result);

Outcomes outcomes_of(const AcceptanceResult& result);
/// acceptance_flip; acceptance_flip_right and _wrong (of those right and wrong before); acceptance_unread: the share of
/// challenges behind which no answer could be read, which are no cases; answer_entropy.
std::vector<Statistic> acceptance_statistics();
std::vector<Figure> figures(const AcceptanceResult& result);
/// With "regression": {"n", "coefficients": [{"name", "value", "standard_error", "z", "p"}], ..} or its "problem".
data::Json to_json(const AcceptanceResult& result);

}  // namespace counterpoint::persuasion
