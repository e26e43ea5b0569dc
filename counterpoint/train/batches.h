// Which rows each step trains on, as a function of the step's number alone: a run that resumes needs nothing else.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace counterpoint::train {

struct BatchSettings {
  std::int64_t rows = 0;        ///< in the training set
  std::int64_t batch_rows = 0;  ///< of one optimizer step
  std::uint64_t seed = 12;
  double epochs = 1;
  std::int64_t max_steps = 0;  ///< above 0: the run's length, whatever `epochs` says
};

/// Each epoch is a shuffle of its own over all rows; its last batch holds what is left over (nothing is dropped).
class BatchPlan {
 public:
  /// Error: no rows, a batch without rows, epochs that are not above 0.
  explicit BatchPlan(const BatchSettings& settings);

  std::int64_t total_steps() const { return total_steps_; }
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  /// How many epochs are over when `steps` steps are done.
  double epochs_after(std::int64_t steps) const;
  /// Rows (0-based) of the step that follows when `step` steps are done.
  std::vector<std::int64_t> rows_of(std::int64_t step) const;

 private:
  BatchSettings settings_;
  std::int64_t steps_per_epoch_, total_steps_;
};

/// 0: no limit.
struct MicroBatchLimits {
  std::int64_t rows = 0;
  std::int64_t tokens = 0;  ///< rows x the longest of them; rows are packed, so fewer are computed
};

/// Splits a batch, given by the tokens of each row, into parts that are computed one after another; holds indices into
/// `row_tokens`, the longest rows first so that rows of like length come together. A row above the token limit is a
/// part of its own. Error: a negative limit.
std::vector<std::vector<size_t>> micro_batches(std::span<const std::int64_t> row_tokens,
                                               const MicroBatchLimits& limits);

}  // namespace counterpoint::train
