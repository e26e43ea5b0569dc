#include "counterpoint/persuasion/ask.h"

#include <map>
#include <memory>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/model_work.h"
#include "counterpoint/persuasion/reply_text.h"
#include "counterpoint/persuasion/statistics.h"

namespace counterpoint::persuasion {
namespace {

class Asking {
 public:
  Asking(const std::vector<Question>& questions, const Speaker& speaker, const AskSettings& settings)
      : speaker_(speaker), settings_(settings), done_(questions.size()) {
    for (const Question& question : questions) {
      asked_.emplace_back();
      asked_.back().question = question;
    }
  }

  bool has_next() const { return next_ < asked_.size(); }
  std::int64_t under_way() const { return under_way_; }
  std::int64_t done() const { return static_cast<std::int64_t>(next_) - under_way_; }

  void ask_next() {
    const size_t index = next_++;
    ++under_way_;
    const Question& question = asked_[index].question;
    auto dialogue = dialogue_view(settings_.config, question.question, {}, Turn{});
    if (settings_.direct) return read(index, std::move(dialogue), "");
    generate::ChatRequest request{.messages = dialogue, .opening = "", .sampling = settings_.sampling, .stream = 0};
    request.stream = stream_seed(settings_.seed, {question.id, "ask"});
    speaker_.model->submit(std::move(request), [this, index, dialogue](const generate::ChatReply& reply) {
      if (!reply.error.empty()) return finish(index, {.answer = "", .confidence = std::nullopt, .error = reply.error});
      read(index, dialogue, clean_reply(reply));
    });
  }

  std::vector<Asked> take_done() {
    std::vector<Asked> out;
    for (size_t i = 0; i < asked_.size(); ++i)
      if (done_[i]) out.push_back(std::move(asked_[i]));
    return out;
  }

 private:
  void read(size_t index, text::Messages dialogue, std::string reply) {
    asked_[index].reply = reply;
    speaker_.reader->read({.question = asked_[index].question,
                           .dialogue = std::move(dialogue),
                           .reply = std::move(reply),
                           .own = std::nullopt,
                           .other = std::nullopt},
                          [this, index](const ReadAnswer& answer) { finish(index, answer); });
  }

  void finish(size_t index, const ReadAnswer& answer) {
    Asked& asked = asked_[index];
    asked.answer = answer.answer;
    asked.confidence = answer.confidence;
    asked.error = answer.error;
    asked.correct = is_accepted(answer.answer, asked.question);
    done_[index] = true;
    --under_way_;
  }

  const Speaker& speaker_;
  const AskSettings& settings_;
  std::vector<Asked> asked_;
  std::vector<bool> done_;
  size_t next_ = 0;
  std::int64_t under_way_ = 0;
};

AskedGroup summarise(const std::string& category, const std::vector<const Asked*>& members) {
  AskedGroup group{.category = category, .mean_confidence = std::nullopt, .auroc = std::nullopt};
  std::vector<Scored> scored;
  double sum = 0;
  for (const Asked* asked : members) {
    ++group.n;
    group.correct += asked->correct;
    group.without_answer += asked->answer.empty();
    if (!asked->confidence) continue;
    scored.push_back({*asked->confidence, asked->correct});
    sum += *asked->confidence;
  }
  if (scored.empty()) return group;
  group.mean_confidence = sum / static_cast<double>(scored.size());
  group.auroc = auroc(std::move(scored));
  return group;
}

}  // namespace

AskResult ask_questions(const std::vector<Question>& questions, const Speaker& speaker, const AskSettings& settings,
                        ProgressSink& progress) {
  ModelWork work({speaker.model, speaker.reader->model()});
  // Kept by the callbacks' owner until the end: nobody advances the models after an interruption.
  Asking asking(questions, speaker, settings);
  AskResult result;
  while (!(result.interrupted = settings.stop())) {
    while (asking.has_next() && asking.under_way() < settings.in_flight) asking.ask_next();
    if (asking.under_way() == 0) break;
    const std::int64_t before = asking.done();
    const bool busy = work.advance();
    COUNTERPOINT_ASSERT(busy || asking.done() > before);
    progress.update(asking.done(), std::ssize(questions), work.detail());
  }
  progress.finish();
  result.asked = asking.take_done();
  return result;
}

std::vector<AskedGroup> group_asked(const std::vector<Asked>& asked) {
  std::map<std::string, std::vector<const Asked*>> by_category;
  std::vector<const Asked*> all;
  for (const Asked& one : asked) {
    if (!one.error.empty()) continue;
    all.push_back(&one);
    if (!one.question.category.empty()) by_category[one.question.category].push_back(&one);
  }
  std::vector<AskedGroup> groups;
  for (const auto& [category, members] : by_category) groups.push_back(summarise(category, members));
  groups.push_back(summarise("all", all));
  return groups;
}

data::Json to_json(const Asked& asked) {
  data::Json row{{"id", asked.question.id}};
  if (!asked.question.category.empty()) row["category"] = asked.question.category;
  row["question"] = asked.question.question;
  row["reply"] = asked.reply;
  row["answer"] = asked.answer;
  row["correct"] = asked.correct;
  row["confidence"] = asked.confidence ? data::Json(*asked.confidence) : data::Json();
  if (!asked.error.empty()) row["error"] = asked.error;
  return row;
}

}  // namespace counterpoint::persuasion
