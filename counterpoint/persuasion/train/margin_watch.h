// A margin that runs away: measured, one-sided arms collapse at a learning rate of 1.5e-3, to log-odds of -70 and +67
// nats.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "counterpoint/train/event_file.h"

namespace counterpoint::persuasion {

/// Warns once when a step's mean log-odds between chosen and rejected pass 50 nats.
class MarginWatch {
 public:
  MarginWatch(double beta, std::function<void(const std::string& line)> tell) : beta_(beta), tell_(std::move(tell)) {}
  /// `metrics` of a step, under TRL's names.
  void look(std::int64_t step, const std::vector<train::Metric>& metrics);

 private:
  double beta_;
  std::function<void(const std::string&)> tell_;
  bool warned_ = false;
};

}  // namespace counterpoint::persuasion
