// Which samples an episode holds, and in which batches: a function of the seed and the episode's number alone.
//
// Nothing needs to be saved for a resumed run to go on with the same samples.
#pragma once
#include <cstdint>
#include <vector>

namespace counterpoint::protoclip {

struct EpisodeOptions {
  std::int64_t dataset_size = 0;  ///< D
  std::int64_t episode_size = 0;  ///< M; 0: the whole data set
  std::uint64_t seed = 0;
  bool with_replacement = false;  ///< the released draw: samples of an episode may repeat, some are never seen
};

class EpisodePlan {
 public:
  /// Error: no samples, M > D without replacement.
  explicit EpisodePlan(const EpisodeOptions& options);

  /// The M samples of episode e. Without replacement all episodes together walk through one permutation of the data
  /// after another; an episode that spans two of them never holds a sample twice: what its first part holds comes later
  /// in the second permutation. Each sample is drawn once a pass.
  std::vector<std::int64_t> samples(std::int64_t episode) const;

  /// Positions 0 .. M-1 within the episode, shuffled, `batch` at a time. An incomplete last batch is dropped.
  /// Error: an episode smaller than a batch (it would train nothing).
  std::vector<std::vector<std::int64_t>> batches(std::int64_t episode, std::int64_t batch) const;

 private:
  const std::vector<std::int64_t>& pass(std::int64_t number) const;
  std::vector<std::int64_t> plain_pass(std::int64_t number) const;

  EpisodeOptions options_;
  mutable std::int64_t cached_number_ = -1;  ///< pass() builds on the pass before: walking forward costs O(D) a pass
  mutable std::vector<std::int64_t> cached_pass_;
  mutable std::vector<std::int64_t> previous_pass_;
};

}  // namespace counterpoint::protoclip
