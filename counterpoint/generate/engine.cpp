#include "counterpoint/generate/engine.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/generate/batcher.h"
#include "counterpoint/generate/sampler.h"
#include "counterpoint/generate/streamed_text.h"
#include "counterpoint/text/encode_chat.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::generate {
namespace {

using text::TokenId;

void check(const EngineOptions& options) {
  if (options.max_batch < 1 || options.max_batch > 4096)
    fail("batch is {}: expected 1 to 4096 sequences", options.max_batch);
  if (options.step_tokens < 1) fail("step-tokens is {}: expected 1 or more", options.step_tokens);
  if (options.kv_tokens < 0) fail("kv-tokens is {}: expected 0 (automatic) or more", options.kv_tokens);
}

/// The chat format's closing token and whatever the model's files name as end of sequence.
std::vector<TokenId> stop_tokens(const weights::ModelFiles& files) {
  std::vector<TokenId> stops;
  stops.push_back(text::stop_id(*files.tokenizer, *files.chat_format));
  for (const std::int64_t id : files.config.eos_token_ids) {
    if (id < 0 || id >= files.config.vocab_size)
      fail("{}: eos_token_id {} is outside the vocabulary of {}", files.path.string(), id, files.config.vocab_size);
    stops.push_back(static_cast<TokenId>(id));
  }
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
  return stops;
}

Batcher::Options batcher_options(const EngineOptions& options, const weights::ModelFiles& files) {
  Batcher::Options batcher;
  batcher.max_batch = options.max_batch;
  batcher.step_tokens = options.step_tokens;
  batcher.stop_tokens = stop_tokens(files);
  const std::int64_t kv_tokens =
      options.kv_tokens ? options.kv_tokens : 512 * static_cast<std::int64_t>(options.max_batch);
  batcher.cache.blocks = std::max<std::int64_t>(1, kv_tokens / nn::kBlockPositions);
  batcher.cache.reuse = options.prefix_reuse;
  return batcher;
}

void append(Sequence& sequence, const std::vector<TokenId>& ids, std::ptrdiff_t from) {
  sequence.tokens.insert(sequence.tokens.end(), ids.begin() + from, ids.end());
}

class LocalEngine final : public Engine {
 public:
  explicit LocalEngine(const EngineOptions& options)
      : files_(weights::open_model(options.model, {.chat_format = options.chat_format, .adapter = options.adapter})),
        decoder_(nn::load_decoder(files_, {options.dtype, options.device})),
        batcher_(*decoder_, batcher_options(options, files_)) {}

  std::string name() const override { return files_.path.string(); }
  bool can_score() const override { return true; }
  ModelUse use() const override { return use_; }
  const text::Tokenizer& tokenizer() const override { return *files_.tokenizer; }
  std::int64_t weight_bytes() const override { return decoder_->weight_bytes(); }
  std::int64_t cache_bytes() const override { return batcher_.cache().blocks_held() * decoder_->block_bytes(); }
  bool advance() override;
  void submit(ChatRequest request, std::function<void(ChatReply)> done) override;
  void submit(ScoreRequest request, std::function<void(ScoreReply)> done) override;

 private:
  std::unique_ptr<Sequence> begin(const text::Messages& messages, const std::string& opening) const;
  std::unique_ptr<Sequence> begin_score(const ScoreRequest& request, const std::string& continuation) const;
  std::string text_of(const Sequence& sequence) const;
  void follow(Sequence& sequence, const ChatRequest& request, std::function<void(ChatReply)> done);
  ChatReply reply_of(const Sequence& sequence);
  void check_length(const Sequence& sequence, std::int64_t more) const;

  weights::ModelFiles files_;
  std::unique_ptr<nn::Decoder> decoder_;
  Batcher batcher_;
  ModelUse use_;
  std::vector<std::function<void()>> refused_;  ///< requests that cannot run: told at the next advance()
};

/// Prompt and opening as tokens; the prompt's are those of the prompt alone, so that they are found in the cache.
std::unique_ptr<Sequence> LocalEngine::begin(const text::Messages& messages, const std::string& opening) const {
  auto sequence = std::make_unique<Sequence>();
  sequence->tokens = text::encode_prompt(*files_.tokenizer, *files_.chat_format, messages);
  sequence->opening_begin = sequence->length();
  append(*sequence, text::encode_reply(*files_.tokenizer, *files_.chat_format, opening, text::ReplyEnd::open), 0);
  sequence->prompt_tokens = sequence->length();
  return sequence;
}

/// The opening and one continuation of it, encoded as one text; what goes beyond the opening's own tokens is scored.
std::unique_ptr<Sequence> LocalEngine::begin_score(const ScoreRequest& request, const std::string& continuation) const {
  std::unique_ptr<Sequence> sequence = begin(request.messages, request.opening);
  const text::ReplyEnd end = request.close_turn ? text::ReplyEnd::stop_token : text::ReplyEnd::open;
  const std::vector<TokenId> reply =
      text::encode_reply(*files_.tokenizer, *files_.chat_format, request.opening + continuation, end);
  const auto opening = sequence->tokens.begin() + sequence->opening_begin;
  const auto parting = std::mismatch(opening, sequence->tokens.end(), reply.begin(), reply.end());
  sequence->tokens.erase(parting.first, sequence->tokens.end());
  sequence->prompt_tokens = sequence->length();
  append(*sequence, reply, parting.second - reply.begin());
  if (sequence->new_tokens() == 0) fail("a continuation to score is empty");
  check_length(*sequence, 0);
  sequence->score = true;
  return sequence;
}

void LocalEngine::check_length(const Sequence& sequence, std::int64_t more) const {
  const std::int64_t most = files_.config.max_position;
  if (most > 0 && sequence.length() + more > most)
    fail("the dialogue has {} tokens and may grow by {}: the model takes {} at most", sequence.length(), more, most);
}

void LocalEngine::submit(ChatRequest request, std::function<void(ChatReply)> done) {
  try {
    check(request.sampling);
    std::unique_ptr<Sequence> sequence = begin(request.messages, request.opening);
    check_length(*sequence, request.sampling.max_new_tokens);
    sequence->sampling = request.sampling;
    sequence->random = RandomStream(request.stream);
    follow(*sequence, request, done);
    batcher_.submit(std::move(sequence));
  } catch (const Error& error) {
    ++use_.failed;
    refused_.push_back([done, why = std::string(error.what())] { done({.error = why}); });
  }
}

/// Says what the request wants to hear of its reply.
void LocalEngine::follow(Sequence& sequence, const ChatRequest& request, std::function<void(ChatReply)> done) {
  const auto streamed = request.on_text ? std::make_shared<StreamedText>(request.on_text) : nullptr;
  if (streamed || request.stop)
    sequence.advanced = [this, streamed, stop = request.stop](Sequence& growing) {
      if (streamed) streamed->grow(text_of(growing));
      if (stop && stop()) growing.finished = true;
    };
  sequence.done = [this, streamed, done = std::move(done)](Sequence& finished) {
    if (!finished.error.empty()) {
      ++use_.failed;
      return done({.error = finished.error});
    }
    ChatReply reply = reply_of(finished);
    if (streamed) streamed->finish(reply.text);
    done(std::move(reply));
  };
}

/// The reply so far, opening included.
std::string LocalEngine::text_of(const Sequence& sequence) const {
  const auto end = sequence.tokens.end() - (sequence.stopped ? 1 : 0);
  const std::vector<TokenId> ids(sequence.tokens.begin() + sequence.opening_begin, end);
  return valid_utf8(files_.tokenizer->decode(ids, /*skip_special=*/true));
}

ChatReply LocalEngine::reply_of(const Sequence& sequence) {
  ChatReply reply;
  reply.stopped = sequence.stopped;
  reply.prompt_tokens = sequence.prompt_tokens;
  reply.reused_tokens = sequence.reused;
  reply.new_tokens = sequence.new_tokens();
  reply.text = std::string(trim(text_of(sequence)));
  use_.prompt_tokens += reply.prompt_tokens;
  use_.reused_tokens += reply.reused_tokens;
  use_.new_tokens += reply.new_tokens;
  ++use_.replies;
  return reply;
}

void LocalEngine::submit(ScoreRequest request, std::function<void(ScoreReply)> done) {
  /// Collects the continuations' results; the last one reports.
  struct Collector {
    ScoreReply reply;
    size_t missing;
    std::function<void(ScoreReply)> done;
  };
  auto collector = std::make_shared<Collector>(Collector{{}, request.continuations.size(), std::move(done)});
  collector->reply.continuations.resize(request.continuations.size());
  try {
    std::vector<std::unique_ptr<Sequence>> sequences;
    for (size_t i = 0; i < request.continuations.size(); ++i) {
      std::unique_ptr<Sequence> sequence = begin_score(request, request.continuations[i]);
      sequence->done = [this, collector, i](Sequence& finished) {
        use_.prompt_tokens += finished.prompt_tokens;
        use_.reused_tokens += finished.reused;
        ScoreReply::Continuation& result = collector->reply.continuations[i];
        result.token_logprobs = finished.token_logprobs;
        if (!finished.error.empty()) collector->reply.error = finished.error;
        for (const double logprob : finished.token_logprobs) result.logprob += logprob;
        if (--collector->missing > 0) return;
        use_.failed += !collector->reply.error.empty();
        collector->done(std::move(collector->reply));
      };
      sequences.push_back(std::move(sequence));
    }
    for (auto& sequence : sequences) batcher_.submit(std::move(sequence));
    if (sequences.empty()) fail("a score request without continuations");
  } catch (const Error& error) {
    ++use_.failed;
    refused_.push_back([collector, why = std::string(error.what())] { collector->done({{}, why}); });
  }
}

bool LocalEngine::advance() {
  if (!refused_.empty()) {
    for (const auto& tell : std::exchange(refused_, {})) tell();
    return true;
  }
  return batcher_.step();
}

}  // namespace

std::unique_ptr<Engine> open_engine(const EngineOptions& options) {
  check(options);
  return std::make_unique<LocalEngine>(options);
}

}  // namespace counterpoint::generate
