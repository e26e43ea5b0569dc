// Answer mode `choices`: how likely is each choice as the final answer behind the reply?
//
// The model sees the dialogue as the speaker saw it, the reply, and a neutral request for the final answer, and begins
// "The answer is". Each choice goes on as " CHOICE."; the full stop ends it, so that "New York" does not collect what
// belongs to "New York City". The choices' log-probabilities are summed over their tokens, not divided by their number:
// the softmax over the sums is then the model's probability of each choice given that it names one of them, while a
// mean would favour long choices, whose last tokens follow from the first. Choices of a kind have similar lengths.
#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/answer_text.h"

namespace counterpoint::persuasion {
namespace {

constexpr const char* ask_final = "What is your final answer to the question? Give only the answer.";
constexpr const char* opening = "The answer is";

ReadAnswer most_likely(const Question& question, const generate::ScoreReply& reply) {
  const std::vector<double> probabilities = choice_probabilities(reply);
  COUNTERPOINT_ASSERT(probabilities.size() == question.choices.size());
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  const std::string& choice = question.choices[static_cast<size_t>(best - probabilities.begin())];
  return {.answer = canonical_answer(choice, question), .confidence = *best, .error = ""};
}

class ChoicesReader final : public AnswerReader {
 public:
  explicit ChoicesReader(generate::ChatModel& model) : model_(model) {}

  void read(ReadRequest request, std::function<void(ReadAnswer)> done) override {
    COUNTERPOINT_ASSERT(!request.question.choices.empty());
    generate::ScoreRequest score = choices_request(request);
    model_.submit(std::move(score),
                  [question = std::move(request.question), done = std::move(done)](const generate::ScoreReply& reply) {
                    if (!reply.error.empty())
                      return done({.answer = "", .confidence = std::nullopt, .error = reply.error});
                    done(most_likely(question, reply));
                  });
  }

  generate::ChatModel* model() const override { return &model_; }

 private:
  generate::ChatModel& model_;
};

}  // namespace

generate::ScoreRequest choices_request(const ReadRequest& request) {
  generate::ScoreRequest score;
  score.messages = request.dialogue;
  if (!request.reply.empty()) {
    score.messages.push_back({"assistant", request.reply});
    score.messages.push_back({"user", ask_final});
  }
  score.opening = opening;
  for (const std::string& choice : request.question.choices) score.continuations.push_back(" " + choice + ".");
  return score;
}

std::vector<double> choice_probabilities(const generate::ScoreReply& reply) {
  const auto& scored = reply.continuations;
  COUNTERPOINT_ASSERT(!scored.empty());
  const auto best = std::max_element(scored.begin(), scored.end(),
                                     [](const auto& a, const auto& b) { return a.logprob < b.logprob; });
  double total = 0;
  for (const auto& choice : scored) total += std::exp(choice.logprob - best->logprob);
  std::vector<double> probabilities;
  for (const auto& choice : scored) probabilities.push_back(std::exp(choice.logprob - best->logprob) / total);
  return probabilities;
}

std::unique_ptr<AnswerReader> make_choices_reader(generate::ChatModel& model) {
  return std::make_unique<ChoicesReader>(model);
}

}  // namespace counterpoint::persuasion
