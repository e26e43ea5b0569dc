#include "counterpoint/persuasion/evaluate/evaluation.h"

#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/forest.h"
#include "counterpoint/persuasion/model_work.h"
#include "counterpoint/persuasion/reply_text.h"

namespace counterpoint::persuasion {
namespace {

/// The scripts that have begun and are not over.
class UnderWay {
 public:
  UnderWay(const std::function<Script(size_t)>& script, ScriptsRun& run) : script_(script), run_(run) {}

  void start(size_t index) { scripts_.emplace(index, script_(index)).first->second.start(); }
  std::int64_t count() const { return std::ssize(scripts_); }

  /// Notes how those that are over have ended; how many these are.
  std::int64_t sweep() {
    std::int64_t ended = 0;
    for (auto at = scripts_.begin(); at != scripts_.end();) {
      if (!at->second.done()) {
        ++at;
        continue;
      }
      note_end(at->first, at->second.failure());
      at = scripts_.erase(at);
      ++ended;
    }
    return ended;
  }

 private:
  void note_end(size_t index, const std::exception_ptr& failure) {
    run_.states[index] = failure ? ItemState::failed : ItemState::done;
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const ItemFailed& failed) {
      run_.errors[index] = failed.why;
    }
  }

  const std::function<Script(size_t)>& script_;
  ScriptsRun& run_;
  std::map<size_t, Script> scripts_;
};

}  // namespace

std::string claim_of(const std::string& answer) { return fmt::format("The answer is {}.", answer); }

text::Messages after_other(const TreeConfig& config, const Question& question, const std::string& own,
                           const std::string& other) {
  const std::vector<Said> path{{.agent = 0, .saw_others = false, .text = own, .answer = ""},
                               {.agent = 1, .saw_others = false, .text = other, .answer = ""}};
  return dialogue_view(config, question.question, path, Turn{});
}

generate::ChatRequest Talk::request(text::Messages prompt, const std::string& step, std::string opening) const {
  generate::ChatRequest chat{.messages = std::move(prompt),
                             .opening = std::move(opening),
                             .sampling = settings_.sampling,
                             .stream = stream_seed(settings_.seed, {item_, step})};
  return chat;
}

Awaited<std::string> Talk::say(const Speaker& speaker, text::Messages prompt, const std::string& step,
                               std::string opening) const {
  auto chat = request(std::move(prompt), step, std::move(opening));
  return Awaited<std::string>([model = speaker.model, chat = std::move(chat)](const Awaited<std::string>::Done& done) {
    model->submit(chat, [done, opening = chat.opening](const generate::ChatReply& reply) {
      done(reply.error.empty() ? clean_reply(reply, opening) : "", reply.error);
    });
  });
}

Awaited<Heard> Talk::answer(const Speaker& speaker, text::Messages dialogue, const std::string& step,
                            Before before) const {
  ReadRequest read{.question = question_,
                   .dialogue = dialogue,
                   .reply = "",
                   .own = std::move(before.own),
                   .other = std::move(before.other)};
  auto chat = request(std::move(dialogue), step, "");
  return Awaited<Heard>(
      [to = speaker, chat = std::move(chat), read = std::move(read)](const Awaited<Heard>::Done& done) {
        to.model->submit(chat, [reader = to.reader, read, done](const generate::ChatReply& reply) {
          if (!reply.error.empty()) return done({}, reply.error);
          ReadRequest full = read;
          full.reply = clean_reply(reply);
          if (full.reply.empty()) return done({}, "");  // nothing was said: no answer
          reader->read(full, [full, done](const ReadAnswer& answer) {
            done({.text = full.reply,
                  .answer = answer.answer,
                  .confidence = answer.confidence,
                  .correct = is_accepted(answer.answer, full.question)},
                 answer.error);
          });
        });
      });
}

Awaited<generate::ScoreReply> Talk::score(const Speaker& speaker, generate::ScoreRequest request) const {
  return Awaited<generate::ScoreReply>(
      [model = speaker.model, request = std::move(request)](const Awaited<generate::ScoreReply>::Done& done) {
        model->submit(request, [done](const generate::ScoreReply& reply) { done(reply, reply.error); });
      });
}

ScriptsRun run_scripts(size_t count, const std::function<Script(size_t)>& script, std::span<const Speaker> speakers,
                       const EvaluationSettings& settings, ProgressSink& progress) {
  ScriptsRun run{.states = std::vector<ItemState>(count, ItemState::not_done),
                 .errors = std::vector<std::string>(count),
                 .interrupted = false};
  ModelWork work(models_of(speakers));
  UnderWay under_way(script, run);
  size_t next = 0;
  std::int64_t ended = 0;
  while (!(run.interrupted = settings.stop())) {
    while (next < count && under_way.count() < settings.in_flight) under_way.start(next++);
    ended += under_way.sweep();
    if (under_way.count() == 0 && next == count) break;
    const bool busy = under_way.count() == 0 || work.advance();
    const std::int64_t just_ended = under_way.sweep();
    COUNTERPOINT_ASSERT(busy || just_ended > 0);  // a model that lost a request would keep us waiting for ever
    ended += just_ended;
    progress.update(ended, static_cast<std::int64_t>(count), work.detail());
  }
  progress.finish();
  return run;
}

}  // namespace counterpoint::persuasion
