// Reading an agent's answer out of its reply. Three modes behind one interface:
//   alias    finds an accepted spelling or a wrong choice in the words of the reply; needs no model
//   choices  asks a model how likely each choice is as the final answer behind the reply; works with small models
//   model    the paper's way: a few-shot prompt extracts an answer, Agree, Disagree or NONE
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/generate/chat_model.h"
#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

struct ReadRequest {
  Question question;
  text::Messages dialogue;           ///< as the speaker saw it, without its role instruction
  std::string reply;                 ///< "" (choices only): the answer that the model would give at once
  std::optional<std::string> own;    ///< the speaker's previous answer, if it gave one
  std::optional<std::string> other;  ///< the answer of the agent to whom it replies, if it saw one
};

struct ReadAnswer {
  std::string answer;                ///< canonical_answer; "" = none could be read
  std::optional<double> confidence;  ///< probability of that answer in (0, 1), where the mode gives one
  std::string error;                 ///< not empty: the reading failed, one line that says why
};

/// What comes out of a reply is a function of the request alone: the reading is greedy, nothing is sampled.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  /// `done` is called from within the model's advance(), or at once where no model is asked.
  virtual void read(ReadRequest request, std::function<void(ReadAnswer)> done) = 0;
  /// The model that is asked and must be advanced; null: none.
  virtual generate::ChatModel* model() const = 0;
};

std::vector<std::string> answer_modes();

/// `model` outlives the reader; it may be null for `alias`. Error: unknown mode; `choices` with a model that cannot
/// score (a server).
std::unique_ptr<AnswerReader> make_answer_reader(const std::string& mode, generate::ChatModel* model);

/// Error: a mode that cannot read these questions (`choices` where a question has none), naming the first.
void check_answer_mode(const std::string& mode, const std::vector<Question>& questions);

/// The one that a reply asserts: behind the last "the answer is"; else in the last sentence that begins with a contrast
/// ("However", "No") and asserts one, else in the first that does; there the last. Denied ones are no answers.
/// "" if none is asserted.
std::string read_by_alias(const std::string& reply, const Question& question);

/// What `choices` asks: how likely each of the question's choices is behind dialogue and reply (none: at once). The
/// question has choices.
generate::ScoreRequest choices_request(const ReadRequest& request);
/// The choices' probabilities, in their order; they add up to 1.
std::vector<double> choice_probabilities(const generate::ScoreReply& reply);

/// What `model` asks for a confidence: whether an answer is right, given what somebody said about it.
generate::ScoreRequest confidence_request(const Question& question, const std::string& answer, const std::string& said);
/// P(yes) / (P(yes) + P(no)) (spec 1.2).
double confidence_from(const generate::ScoreReply& reply);

std::unique_ptr<AnswerReader> make_alias_reader();
std::unique_ptr<AnswerReader> make_choices_reader(generate::ChatModel& model);
std::unique_ptr<AnswerReader> make_model_reader(generate::ChatModel& model);

}  // namespace counterpoint::persuasion
