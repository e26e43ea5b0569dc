// What pbt train tells: what became of the rows, a margin that runs away, and the closing table.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/commands/pbt/train_options.h"
#include "counterpoint/train/fit.h"

namespace counterpoint::commands {

/// "64 of 67 rows are used: 2 bad, 1 whose prompt alone fills --max-length; 3 cut", and the first of those left out, on
/// standard error.
void tell_rows(const std::string& file, const persuasion::RowReport& report, std::int64_t max_length);

/// Warns once, on standard error, when a step's mean log-odds between chosen and rejected pass 50 nats.
class MarginWatch {
 public:
  explicit MarginWatch(double beta) : beta_(beta) {}
  void look(std::int64_t step, const std::vector<train::Metric>& metrics);

 private:
  double beta_;
  bool warned_ = false;
};

/// Steps, first and last loss, margins, accuracies, best step and the adapter's folder, out of the run's metrics.jsonl.
void print_run(const TrainOptions& options, const train::FitResult& result);

/// The commands that a trained adapter is good for.
void print_next(const TrainOptions& options);

}  // namespace counterpoint::commands
