// What pbt train tells: what became of the rows, and the closing table.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/commands/pbt/train_options.h"
#include "counterpoint/train/fit.h"

namespace counterpoint::commands {

/// "FILE: 64 of 67 rows; 2 bad, 1 whose prompt alone fills --max-length 1024, or .., 3 cut to it", and the first of
/// those left out, on standard error.
void tell_rows(const std::string& file, const persuasion::RowReport& report, std::int64_t max_length);

/// Steps, first and last loss, margins, accuracies, best step and the adapter's folder, out of the run's metrics.jsonl.
void print_run(const TrainOptions& options, const train::FitResult& result);

/// The commands that a trained adapter is good for.
void print_next(const TrainOptions& options);

}  // namespace counterpoint::commands
