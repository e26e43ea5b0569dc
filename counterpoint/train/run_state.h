// What a run's next step depends on besides adapter and optimizer: a checkpoint's state.json.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::train {

/// The metrics of the steps since the last line of the log. A line tells the mean of some, as TRL's does, and of others
/// the last step's value.
class MetricWindow {
 public:
  void add(const std::vector<Metric>& averaged, const std::vector<Metric>& last = {});
  bool empty() const { return steps_ == 0; }
  /// The means, then the last values; the window is empty afterwards.
  std::vector<Metric> take();

  data::Json to_json() const;
  static MetricWindow from_json(const data::Json& json);

 private:
  std::int64_t steps_ = 0;
  std::vector<Metric> sums_, last_;
};

struct RunState {
  struct Best {
    std::int64_t step = 0;
    double value = 0;
  };
  std::optional<Best> best;    ///< of the evaluations
  int without_gain = 0;        ///< evaluations since the best one
  bool stopped_early = false;  ///< there were too many of them
  bool unmeasured = false;     ///< an evaluation was broken off: it is to be made again
  std::int64_t tokens = 0;     ///< trained on
  MetricWindow unlogged;

  data::Json to_json() const;
  /// What is not there is as at the start.
  static RunState from_json(const data::Json& json);
};

}  // namespace counterpoint::train
