// Runs sequences on a decoder, as many at a time as allowed.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "counterpoint/generate/prefix_cache.h"
#include "counterpoint/generate/sequence.h"
#include "counterpoint/nn/decoder.h"

namespace counterpoint::generate {

class Batcher {
 public:
  struct Options {
    std::int64_t max_batch = 48;     ///< running sequences
    std::int64_t step_tokens = 512;  ///< prompt tokens computed in one step at most
    std::vector<text::TokenId> stop_tokens;
    PrefixCache::Options cache;
  };
  Batcher(nn::Decoder& decoder, Options options);

  void submit(std::unique_ptr<Sequence> sequence) { waiting_.push_back(std::move(sequence)); }
  /// One step: decode, admit, compute, sample, call `done` of what is finished. False: nothing to do.
  bool step();
  const PrefixCache& cache() const { return cache_; }

 private:
  /// Rows of one sequence in the step under way.
  struct Slice {
    Sequence* sequence;
    std::int64_t first_logit;  ///< index into the step's logits
    std::int64_t logits;       ///< how many
    std::int64_t position;     ///< of the first of them
  };
  /// Rows of logits in one step at most, so that memory does not grow with what is scored.
  std::int64_t most_logits() const { return options_.max_batch + 64; }
  void schedule(Sequence& sequence, std::int64_t most);
  void admit(std::int64_t budget);
  bool start(Sequence& sequence);
  bool has_room(const Sequence& sequence) const;
  void take_logits(const Slice& slice, std::span<const float> logits);
  void append_token(Sequence& sequence, std::span<const float> row);
  void score_row(Sequence& sequence, std::int64_t position, std::span<const float> row);
  void finish_done();

  nn::Decoder& decoder_;
  Options options_;
  PrefixCache cache_;
  std::deque<std::unique_ptr<Sequence>> waiting_;
  std::vector<std::unique_ptr<Sequence>> running_;
  nn::ForwardBatch batch_;
  std::vector<Slice> slices_;
};

}  // namespace counterpoint::generate
