#include "counterpoint/train/batches.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::train {
namespace {

std::vector<std::int64_t> shuffled(const BatchSettings& settings, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<size_t>(settings.rows));
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(stream_seed(settings.seed, {"order of rows", std::to_string(epoch)}));
  shuffle(order, random);
  return order;
}

std::int64_t steps_of(const BatchSettings& settings, std::int64_t steps_per_epoch) {
  if (settings.max_steps > 0) return settings.max_steps;
  return static_cast<std::int64_t>(std::ceil(settings.epochs * static_cast<double>(steps_per_epoch)));
}

}  // namespace

BatchPlan::BatchPlan(const BatchSettings& settings) : settings_(settings) {
  if (settings.rows < 1) fail("there are no rows to train on");
  if (settings.batch_rows < 1) fail("a batch has {} rows, at least 1 was expected", settings.batch_rows);
  if (settings.max_steps < 0) fail("the run has {} steps, at least 1 was expected", settings.max_steps);
  if (settings.max_steps == 0 && !(settings.epochs > 0 && std::isfinite(settings.epochs)))
    fail("the run has {} epochs, more than 0 were expected", settings.epochs);
  steps_per_epoch_ = (settings.rows + settings.batch_rows - 1) / settings.batch_rows;
  total_steps_ = steps_of(settings, steps_per_epoch_);
}

double BatchPlan::epochs_after(std::int64_t steps) const {
  return static_cast<double>(steps) / static_cast<double>(steps_per_epoch_);
}

std::vector<std::int64_t> BatchPlan::rows_of(std::int64_t step) const {
  COUNTERPOINT_ASSERT(step >= 0);
  const std::vector<std::int64_t> order = shuffled(settings_, step / steps_per_epoch_);
  const std::int64_t first = step % steps_per_epoch_ * settings_.batch_rows;
  const std::int64_t end = std::min(first + settings_.batch_rows, settings_.rows);
  return {order.begin() + first, order.begin() + end};
}

std::vector<std::vector<size_t>> micro_batches(std::span<const std::int64_t> row_tokens,
                                               const MicroBatchLimits& limits) {
  if (limits.rows < 0 || limits.tokens < 0)
    fail("a micro-batch is limited to {} rows and {} tokens; 0 (no limit) or more were expected", limits.rows,
         limits.tokens);
  std::vector<size_t> order(row_tokens.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return row_tokens[a] > row_tokens[b]; });
  std::vector<std::vector<size_t>> parts;
  for (const size_t row : order) {
    const std::int64_t rows = parts.empty() ? 0 : std::ssize(parts.back());
    const bool full = parts.empty() || (limits.rows > 0 && rows >= limits.rows) ||
                      (limits.tokens > 0 && (rows + 1) * row_tokens[parts.back().front()] > limits.tokens);
    if (full) parts.emplace_back();
    parts.back().push_back(row);
  }
  return parts;
}

}  // namespace counterpoint::train
