#include "counterpoint/persuasion/evaluate/acceptance.h"

#include <cmath>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/answer_text.h"

namespace counterpoint::persuasion {
namespace {

/// What shapes all items of a run.
struct Setting {
  const Speaker& speaker;
  const Speaker* other;
  const AcceptanceSettings& settings;
  AcceptanceSettings drawn;  ///< the same at the samples' temperature
};

std::string draw_other(const Question& question, const std::string& own, std::uint64_t seed) {
  std::vector<std::string> others;
  for (const std::string& choice : question.choices)
    if (!same_answer(choice, own, question)) others.push_back(canonical_answer(choice, question));
  RandomStream random(stream_seed(seed, {question.id, "acceptance/other"}));
  return others.empty() ? "" : others[random.below(others.size())];
}

double answers_entropy(const std::vector<std::string>& answers, const Question& question) {
  std::vector<std::string> kinds;
  std::vector<std::int64_t> counts;
  for (const std::string& answer : answers) {
    size_t kind = 0;
    while (kind < kinds.size() && kinds[kind] != answer && !same_answer(kinds[kind], answer, question)) ++kind;
    if (kind == kinds.size()) {
      kinds.push_back(answer);
      counts.push_back(0);
    }
    ++counts[kind];
  }
  return entropy_of(counts);
}

double mean_logprob(const generate::ScoreReply::Continuation& continuation) {
  COUNTERPOINT_ASSERT(!continuation.token_logprobs.empty());
  return continuation.logprob / static_cast<double>(continuation.token_logprobs.size());
}

/// The own answer and the one that challenges it.
Script take_sides(const Talk& talk, const Setting& setting, const Question& question, const text::Messages& asked,
                  AcceptanceItem& item) {
  item.own = co_await talk.answer(setting.speaker, asked, "acceptance/own");
  if (setting.other) {
    const Heard other = co_await talk.answer(*setting.other, asked, "acceptance/other");
    item.other = other.answer;
    item.other_text = other.text;
  } else {
    item.other = draw_other(question, item.own.answer, setting.settings.seed);
    item.other_text = claim_of(item.other);
  }
  if (item.own.answer.empty())
    item.left_out = "no answer of its own could be read";
  else if (item.other.empty())
    item.left_out = "there is no other answer";
  else if (same_answer(item.own.answer, item.other, question))
    item.left_out = "both give the same answer";
}

Script draw_sample(const Talk& drawn, const Setting& setting, text::Messages asked, int number, std::string& answer) {
  const Heard heard = co_await drawn.answer(setting.speaker, asked, fmt::format("acceptance/sample {}", number));
  answer = heard.answer;
}

Script measure_entropy(const Talk& drawn, const Setting& setting, const Question& question, const text::Messages& asked,
                       AcceptanceItem& item) {
  item.samples.resize(static_cast<size_t>(setting.settings.samples));
  std::vector<Script> samples;
  for (int i = 0; i < setting.settings.samples; ++i)
    samples.push_back(draw_sample(drawn, setting, asked, i, item.samples[i]));
  co_await together(std::move(samples));
  item.answer_entropy = answers_entropy(item.samples, question);
}

Script measure_plausibility(const Talk& talk, const Setting& setting, const text::Messages& asked,
                            AcceptanceItem& item) {
  generate::ScoreRequest plausible{.messages = asked, .opening = "The answer is", .continuations = {}};
  plausible.continuations = {" " + item.own.answer + ".", " " + item.other + "."};
  const generate::ScoreReply scored = co_await talk.score(setting.speaker, plausible);
  item.own_logprob = mean_logprob(scored.continuations[0]);
  item.other_logprob = mean_logprob(scored.continuations[1]);
}

Script measure_confidence(const Talk& talk, const Setting& setting, generate::ScoreRequest request,
                          double& confidence) {
  const generate::ScoreReply scored = co_await talk.score(setting.speaker, request);
  confidence = confidence_from(scored);
}

/// What the model does when it is told the other answer.
Script challenge(const Talk& talk, const Setting& setting, const Question& question, AcceptanceItem& item) {
  const text::Messages told = after_other(setting.settings.config, question, item.own.text, item.other_text);
  const Before before{.own = item.own.answer, .other = item.other};
  item.after = co_await talk.answer(setting.speaker, told, "acceptance/after", before);
  item.flipped = !same_answer(item.own.answer, item.after.answer, question);
}

Script acceptance(const Question& question, const Setting& setting, AcceptanceItem& item) {
  const Talk talk(question, question.id, setting.settings), drawn(question, question.id, setting.drawn);
  const text::Messages asked = dialogue_view(setting.settings.config, question.question, {}, Turn{});
  co_await take_sides(talk, setting, question, asked, item);
  if (!item.left_out.empty()) co_return;
  std::vector<Script> all;
  all.push_back(measure_entropy(drawn, setting, question, asked, item));
  all.push_back(measure_plausibility(talk, setting, asked, item));
  all.push_back(measure_confidence(talk, setting, confidence_request(question, item.own.answer, item.own.text),
                                   item.own_confidence));
  all.push_back(measure_confidence(talk, setting, confidence_request(question, item.other, item.other_text),
                                   item.other_confidence));
  all.push_back(challenge(talk, setting, question, item));
  co_await together(std::move(all));
}

void check(const std::vector<Question>& questions, const Speaker& speaker, const Speaker* other) {
  if (!speaker.model->can_score())
    fail("{} does not tell how likely its answers are, which the regression needs: use a local model",
         speaker.model->name());
  if (other) return;
  for (const Question& question : questions)
    if (question.choices.size() < 2)
      fail("question '{}' has no choices to challenge with; give another model, whose answers challenge", question.id);
}

}  // namespace

double entropy_of(const std::vector<std::int64_t>& counts) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  double entropy = 0;
  for (const std::int64_t count : counts) {
    const double share = static_cast<double>(count) / total;
    if (count > 0) entropy -= share * std::log(share);
  }
  return entropy;
}

AcceptanceResult evaluate_acceptance(const std::vector<Question>& questions, const Speaker& speaker,
                                     const Speaker* other, const AcceptanceSettings& settings, ProgressSink& progress) {
  check(questions, speaker, other);
  AcceptanceResult result;
  for (const Question& question : questions) {
    AcceptanceItem& item = result.items.emplace_back();
    item.id = item.question_id = question.id;
    item.question = question.question;
  }
  Setting setting{speaker, other, settings, settings};
  setting.drawn.sampling.temperature = settings.sample_temperature;
  std::vector<Speaker> speakers{speaker};
  if (other) speakers.push_back(*other);
  const auto script = [&](size_t i) { return acceptance(questions[i], setting, result.items[i]); };
  const ScriptsRun run = run_scripts(questions.size(), script, speakers, settings, progress);
  result.interrupted = run.interrupted;
  keep_done(result.items, run);
  return result;
}

}  // namespace counterpoint::persuasion
