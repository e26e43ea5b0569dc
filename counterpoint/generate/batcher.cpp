#include "counterpoint/generate/batcher.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/generate/sampler.h"
#include "counterpoint/nn/kernels/parallel.h"

namespace counterpoint::generate {

using text::TokenId;

Batcher::Batcher(nn::Decoder& decoder, Options options)
    : decoder_(decoder),
      options_(std::move(options)),
      cache_(options_.cache, [this](std::int64_t count) { decoder_.reserve_blocks(count); }) {}

bool Batcher::step() {
  batch_ = {};
  slices_.clear();
  // 1. Every running sequence goes on: one token where it generates, more where its prompt is not yet computed.
  std::int64_t budget = options_.step_tokens;
  for (const auto& sequence : running_) {
    const std::int64_t before = batch_.rows();
    schedule(*sequence, std::max<std::int64_t>(1, budget));
    budget -= batch_.rows() - before;
  }
  // 2. Waiting ones take free places.
  admit(budget);
  if (batch_.rows() == 0) return false;
  for (size_t i = 0; i < slices_.size(); ++i) batch_.tables.push_back(slices_[i].sequence->table);
  // 3. All rows at once.
  const std::span<const float> logits = decoder_.forward(batch_);
  for (const Slice& slice : slices_) cache_.computed(slice.sequence->table);
  // 4. Each sequence draws from its own stream; rows do not touch each other.
  nn::parallel_for(static_cast<std::int64_t>(slices_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) take_logits(slices_[static_cast<size_t>(i)], logits);
  });
  for (const Slice& slice : slices_)
    if (slice.sequence->advanced) slice.sequence->advanced(*slice.sequence);
  finish_done();
  return true;
}

/// Adds up to `most` of the sequence's tokens that are not computed yet to the step.
void Batcher::schedule(Sequence& sequence, std::int64_t most) {
  // The last token of a scored continuation has nothing behind it to predict.
  const std::int64_t wanted = sequence.score ? sequence.length() - 1 : sequence.length();
  const std::int64_t begin = sequence.computed, end = std::min(wanted, begin + most);
  Slice slice{&sequence, static_cast<std::int64_t>(batch_.logit_rows.size()), 0,
              std::max(begin, sequence.first_logit())};
  for (std::int64_t position = begin; position < end; ++position) {
    const bool logits = position >= sequence.first_logit() && (sequence.score || position == sequence.length() - 1);
    if (logits && sequence.score && static_cast<std::int64_t>(batch_.logit_rows.size()) >= most_logits()) break;
    if (logits) {
      batch_.logit_rows.push_back(static_cast<std::int32_t>(batch_.rows()));
      ++slice.logits;
    }
    cache_.append(sequence.table, sequence.tokens[static_cast<size_t>(position)]);
    batch_.tokens.push_back(sequence.tokens[static_cast<size_t>(position)]);
    batch_.positions.push_back(static_cast<std::int32_t>(position));
    batch_.sequences.push_back(static_cast<std::int32_t>(slices_.size()));
    ++sequence.computed;
  }
  slices_.push_back(slice);
}

void Batcher::admit(std::int64_t budget) {
  for (size_t i = 0; i < waiting_.size() && budget > 0;) {
    if (static_cast<std::int64_t>(running_.size()) >= options_.max_batch) return;
    if (!has_room(*waiting_[i])) return;
    if (!start(*waiting_[i])) {  // its prompt is just being computed by another: next step
      ++i;
      continue;
    }
    running_.push_back(std::move(waiting_[i]));
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    const std::int64_t before = batch_.rows();
    schedule(*running_.back(), budget);
    budget -= batch_.rows() - before;
  }
}

/// Blocks that others use and this one would need fit in the cache; one sequence alone always may run.
bool Batcher::has_room(const Sequence& sequence) const {
  if (running_.empty()) return true;
  const std::int64_t tokens = sequence.length() + (sequence.score ? 0 : sequence.sampling.max_new_tokens);
  return cache_.blocks_in_use() + tokens / nn::kBlockPositions + 1 <= cache_.limit();
}

/// Takes over what is computed of its prompt. False: it should wait for the next step.
bool Batcher::start(Sequence& sequence) {
  const PrefixCache::Match match = cache_.match(sequence.tokens, sequence.first_logit());
  if (match.wait) return false;
  sequence.table = match.blocks;
  if (match.copy_tokens > 0) {
    cache_.append_copied(sequence.table, match.copy_from, match.copy_tokens);
    if (sequence.table.back() != match.copy_from)
      decoder_.copy_block(match.copy_from, sequence.table.back(), match.copy_tokens);
  }
  sequence.computed = sequence.reused = match.tokens + match.copy_tokens;
  return true;
}

void Batcher::take_logits(const Slice& slice, std::span<const float> logits) {
  const auto width = static_cast<size_t>(decoder_.config().vocab_size);
  Sequence& sequence = *slice.sequence;
  for (std::int64_t i = 0; i < slice.logits; ++i) {
    const std::span<const float> row = logits.subspan(static_cast<size_t>(slice.first_logit + i) * width, width);
    try {
      if (sequence.score) {
        score_row(sequence, slice.position + i, row);
      } else {
        append_token(sequence, row);
      }
    } catch (const Error& error) {  // of this sequence alone; the thread that it runs on serves others
      sequence.error = error.what();
      sequence.finished = true;
      return;
    }
  }
  if (sequence.score && sequence.computed >= sequence.length() - 1) sequence.finished = true;
}

void Batcher::append_token(Sequence& sequence, std::span<const float> row) {
  static thread_local std::vector<float> scratch;
  const bool too_short = sequence.new_tokens() < sequence.sampling.min_new_tokens;
  const std::span<const TokenId> forbidden =
      too_short ? std::span<const TokenId>(options_.stop_tokens) : std::span<const TokenId>();
  const TokenId token = sample(row, sequence.sampling, forbidden, sequence.random, scratch);
  sequence.tokens.push_back(token);
  const auto& stops = options_.stop_tokens;
  sequence.stopped = std::find(stops.begin(), stops.end(), token) != stops.end();
  sequence.finished = sequence.stopped || sequence.new_tokens() >= sequence.sampling.max_new_tokens;
}

void Batcher::score_row(Sequence& sequence, std::int64_t position, std::span<const float> row) {
  static thread_local std::vector<float> scratch;
  sequence.token_logprobs.push_back(log_probability(row, sequence.tokens[static_cast<size_t>(position + 1)], scratch));
}

void Batcher::finish_done() {
  std::vector<std::unique_ptr<Sequence>> done;
  for (auto& sequence : running_)
    if (sequence->finished) done.push_back(std::move(sequence));
  std::erase(running_, nullptr);
  for (auto& sequence : done) cache_.release(sequence->table);
  for (auto& sequence : done) sequence->done(*sequence);  // may submit more
}

}  // namespace counterpoint::generate
