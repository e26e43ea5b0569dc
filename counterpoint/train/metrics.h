// What a run measures, step by step: metrics.jsonl for programs, TensorBoard's events for eyes.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "counterpoint/core/files.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::train {

/// Writes both into a run's folder:
///   metrics.jsonl          {"step": 5, "loss": 0.69, ..}, one object a line
///   events.out.tfevents.*  the same for TensorBoard, a new file each time that the run is started or resumed
class MetricLog {
 public:
  /// `resumed_at`: the number of steps that were done when the checkpoint was written from which the run goes on; what
  /// was logged for later steps is cut off. nullopt: the run begins; what is there is cut off as a whole.
  /// Error: a line of metrics.jsonl that is not ours, with file and line.
  explicit MetricLog(const std::filesystem::path& run_folder, std::optional<std::int64_t> resumed_at = std::nullopt);

  /// A number that is not finite becomes null in metrics.jsonl. May be called several times for a step. Error: no
  /// space.
  void write(std::int64_t step, std::span<const Metric> metrics);

 private:
  std::unique_ptr<LineAppender> lines_;
  EventFile events_;
};

}  // namespace counterpoint::train
