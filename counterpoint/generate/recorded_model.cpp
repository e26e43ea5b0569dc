#include "counterpoint/generate/recorded_model.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "counterpoint/core/file_print.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::generate {
namespace {

using data::Json;

Json to_json(const ChatRequest& request) {
  const Sampling& sampling = request.sampling;
  return {{"messages", text::to_json(request.messages)},
          {"opening", request.opening},
          {"sampling", {sampling.temperature, sampling.top_k, sampling.top_p}},
          {"tokens", {sampling.min_new_tokens, sampling.max_new_tokens}},
          {"stream", request.stream}};
}

Json to_json(const ScoreRequest& request) {
  return {{"messages", text::to_json(request.messages)},
          {"opening", request.opening},
          {"continuations", request.continuations},
          {"close_turn", request.close_turn}};
}

Json to_json(const ChatReply& reply) {
  return {{"text", reply.text},
          {"stopped", reply.stopped},
          {"tokens", {reply.prompt_tokens, reply.reused_tokens, reply.new_tokens}}};
}

Json to_json(const ScoreReply& reply) {
  Json out = Json::array();
  for (const ScoreReply::Continuation& one : reply.continuations)
    out.push_back({{"logprob", one.logprob}, {"token_logprobs", one.token_logprobs}});
  return out;
}

ChatReply chat_reply(const Json& json) {
  ChatReply reply;
  reply.text = json.at("text").get<std::string>();
  reply.stopped = json.at("stopped").get<bool>();
  const Json& tokens = json.at("tokens");
  reply.prompt_tokens = tokens.at(0).get<std::int64_t>();
  reply.reused_tokens = tokens.at(1).get<std::int64_t>();
  reply.new_tokens = tokens.at(2).get<std::int64_t>();
  return reply;
}

ScoreReply score_reply(const Json& json) {
  ScoreReply reply;
  for (const Json& one : json)
    reply.continuations.push_back(
        {one.at("logprob").get<double>(), one.at("token_logprobs").get<std::vector<double>>()});
  return reply;
}

/// Null: the record has none, or it is damaged.
template <class Reply>
std::optional<Reply> read(const Json* json, Reply (*reader)(const Json&)) {
  if (!json) return {};
  try {
    return reader(*json);
  } catch (const Json::exception&) {
    return {};
  }
}

class RecordedModel final : public ChatModel {
 public:
  RecordedModel(std::unique_ptr<ChatModel> model, std::string identity, ReplyRecord& record)
      : model_(std::move(model)), identity_(std::move(identity)), record_(record) {}

  std::string name() const override { return model_->name(); }
  bool can_score() const override { return model_->can_score(); }
  ModelUse use() const override { return model_->use(); }

  void submit(ChatRequest request, std::function<void(ChatReply)> done) override {
    const std::uint64_t key = key_of(to_json(request));
    if (auto known = read(record_.find(key), chat_reply)) {
      known_.emplace_back([known = std::move(*known), on_text = std::move(request.on_text), done = std::move(done)] {
        if (on_text) on_text(known.text);
        done(known);
      });
      return;
    }
    auto stopped = std::make_shared<bool>(false);
    if (request.stop)
      request.stop = [stop = std::move(request.stop), stopped] { return *stopped = *stopped || stop(); };
    model_->submit(std::move(request), [this, key, stopped, done = std::move(done)](ChatReply reply) {
      if (reply.error.empty() && !*stopped) record_.add(key, to_json(reply));
      done(std::move(reply));
    });
  }

  void submit(ScoreRequest request, std::function<void(ScoreReply)> done) override {
    const std::uint64_t key = key_of(to_json(request));
    auto known = read(record_.find(key), score_reply);
    if (known && known->continuations.size() == request.continuations.size()) {
      known_.emplace_back([known = std::move(*known), done = std::move(done)] { done(known); });
      return;
    }
    model_->submit(std::move(request), [this, key, done = std::move(done)](ScoreReply reply) {
      if (reply.error.empty()) record_.add(key, to_json(reply));
      done(std::move(reply));
    });
  }

  bool advance() override {
    if (known_.empty()) return model_->advance();
    for (const auto& tell : std::exchange(known_, {})) tell();
    return true;
  }

 private:
  std::uint64_t key_of(Json request) const {
    request["identity"] = identity_;
    return stable_hash(data::to_line(request));
  }

  std::unique_ptr<ChatModel> model_;
  const std::string identity_;
  ReplyRecord& record_;
  std::vector<std::function<void()>> known_;  ///< replies of the record that are to be told in advance()
};

}  // namespace

std::string identity_of(const EngineOptions& engine) {
  const std::uint64_t adapter = engine.adapter.empty() ? 0 : file_print(engine.adapter);
  return fmt::format("{:016x} {:016x} {} {} {}", file_print(engine.model), adapter, engine.dtype, engine.device,
                     engine.chat_format);
}

std::unique_ptr<ChatModel> record_replies(std::unique_ptr<ChatModel> model, std::string identity, ReplyRecord& record) {
  return std::make_unique<RecordedModel>(std::move(model), std::move(identity), record);
}

}  // namespace counterpoint::generate
