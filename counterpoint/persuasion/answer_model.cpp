// Answer mode `model`: the paper's few-shot extraction (spec 1.2), in our own words.
//
// 1. One prompt with worked examples makes the reading model name the answer in a few words, or Agree, Disagree, NONE.
// 2. Agree copies the other agent's answer; Disagree keeps the speaker's own earlier one (which, resolved the same way
//    when it was read, reaches as far up the tree as it has to); NONE is no answer.
// 3. Where the model can score, a second request gives the confidence P(yes) / (P(yes) + P(no)) that the answer is
// right.
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/answer_text.h"

namespace counterpoint::persuasion {
namespace {

constexpr int extraction_tokens = 15;  // the paper's

constexpr const char* instruction =
    "Several agents discuss a question. You are given the question and what one agent said. Write down that agent's "
    "answer to the question in as few words as possible. If the agent names no answer but agrees with another agent, "
    "write Agree. If it names no answer but rejects what another agent said, write Disagree. If it gives no answer at "
    "all, write NONE. Write nothing else.\n\n"
    "Question: Which river flows through Vienna?\n"
    "Agent: It has to be the Danube, which also passes through Budapest and Belgrade.\n"
    "Answer: Danube\n\n"
    "Question: Who painted 'The Night Watch'?\n"
    "Agent: I see your point about the style, and I have to admit that you are right.\n"
    "Answer: Agree\n\n"
    "Question: In which year did the Titanic sink?\n"
    "Agent: That cannot be. I have read a lot about the ship, and I am going to stay with what I said.\n"
    "Answer: Disagree\n\n"
    "Question: What is the largest moon of Saturn?\n"
    "Agent: Saturn has a great many moons, and astronomers keep finding more of them.\n"
    "Answer: NONE\n\n"
    "Question: What is the chemical symbol of tin?\n"
    "Agent: I know that Ti looks natural, but that is titanium. Tin's symbol comes from Latin: Sn.\n"
    "Answer: Sn\n\n";

/// A local model is made to begin "Answer:": small ones chat away otherwise. A server may not continue an opening, so
/// there the prompt ends with it.
generate::ChatRequest extraction_request(const ReadRequest& request, bool local) {
  const std::string reply = replace_all(request.reply, "\n", " ");
  generate::ChatRequest chat;
  chat.messages = {{"user", fmt::format("{}Question: {}\nAgent: {}{}", instruction, request.question.question, reply,
                                        local ? "" : "\nAnswer:")}};
  if (local) chat.opening = "Answer:";
  chat.sampling = {.temperature = 0, .top_k = 0, .top_p = 1, .min_new_tokens = 1, .max_new_tokens = extraction_tokens};
  return chat;
}

/// The first line behind "Answer:", without a final full stop and without what stands in brackets behind it.
std::string cleaned(std::string_view said) {
  constexpr std::string_view head = "Answer:";
  if (said.starts_with(head)) said.remove_prefix(head.size());
  said = trim(said);
  said = trim(said.substr(0, said.find('\n')));
  if (said.ends_with('.')) said.remove_suffix(1);
  if (const size_t bracket = said.find(" ("); bracket != std::string_view::npos && said.ends_with(')'))
    said = said.substr(0, bracket);
  return std::string(trim(said));
}

std::string resolve(const std::string& said, const ReadRequest& request) {
  const std::string word = to_lower_ascii(said);
  if (word == "agree") return request.other.value_or("");
  if (word == "disagree") return request.own.value_or("");
  if (word == "none") return "";
  return canonical_answer(said, request.question);
}

class ModelReader final : public AnswerReader {
 public:
  explicit ModelReader(generate::ChatModel& model) : model_(model) {}

  void read(ReadRequest request, std::function<void(ReadAnswer)> done) override {
    generate::ChatRequest chat = extraction_request(request, model_.can_score());
    model_.submit(std::move(chat),
                  [this, request = std::move(request), done = std::move(done)](const generate::ChatReply& reply) {
                    if (!reply.error.empty())
                      return done({.answer = "", .confidence = std::nullopt, .error = reply.error});
                    const std::string answer = resolve(cleaned(reply.text), request);
                    if (answer.empty() || !model_.can_score())
                      return done({.answer = answer, .confidence = std::nullopt, .error = ""});
                    ask_confidence(request, answer, done);
                  });
  }

  generate::ChatModel* model() const override { return &model_; }

 private:
  void ask_confidence(const ReadRequest& request, const std::string& answer,
                      const std::function<void(ReadAnswer)>& done) {
    model_.submit(confidence_request(request.question, answer, request.reply),
                  [answer, done](const generate::ScoreReply& reply) {
                    if (!reply.error.empty())
                      return done({.answer = "", .confidence = std::nullopt, .error = reply.error});
                    done({.answer = answer, .confidence = confidence_from(reply), .error = ""});
                  });
  }

  generate::ChatModel& model_;
};

}  // namespace

generate::ScoreRequest confidence_request(const Question& question, const std::string& answer,
                                          const std::string& said) {
  generate::ScoreRequest score;
  score.messages = {{"user", fmt::format("Question: {}\nProposed answer: {}\nWhat an agent said about it: {}\n"
                                         "Is the proposed answer right? Say yes or no.",
                                         question.question, answer, said)}};
  score.continuations = {"Yes", "yes", "No", "no"};
  return score;
}

double confidence_from(const generate::ScoreReply& reply) {
  COUNTERPOINT_ASSERT(reply.continuations.size() == 4);
  const auto p = [&](size_t i) { return std::exp(reply.continuations[i].logprob); };
  const double yes = p(0) + p(1), no = p(2) + p(3);
  return yes + no > 0 ? yes / (yes + no) : 0.5;
}

std::unique_ptr<AnswerReader> make_model_reader(generate::ChatModel& model) {
  return std::make_unique<ModelReader>(model);
}

}  // namespace counterpoint::persuasion
