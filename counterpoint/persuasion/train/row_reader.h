// Reading rows for training from JSON Lines: what all kinds of rows share.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/persuasion/train/row_encoder.h"

namespace counterpoint::persuasion {

struct RowOptions {
  std::int64_t max_length = 1024;  ///< tokens of prompt + reply, TRL's default; 0: no limit. See fit_row
  bool skip_bad = false;           ///< bad rows are counted and reported instead of ending the run
};

/// What became of the rows of a file.
struct RowReport {
  std::int64_t rows = 0;              ///< read; each is used, in `bad` or in `too_long`
  std::vector<std::string> bad;       ///< "FILE:LINE: why"
  std::vector<std::string> too_long;  ///< "FILE:LINE" whose prompt alone fills max_length: left out
  std::int64_t cut = 0;               ///< used without the end that lies behind max_length
};

/// Calls `take` with each row and its place ("FILE:LINE"). An Error that `take` throws, which names no place, and a
/// line that is no JSON make a bad row. Rows and bad rows are added to the report. Error: a bad row, with its place,
/// unless `skip_bad`; no row at all.
void read_rows(const std::filesystem::path& path, bool skip_bad, RowReport& report,
               const std::function<void(const data::Json& row, const std::string& place)>& take);

/// Fits the row and names it after its place. Returns whether it is used; else it is in the report.
bool finish_row(nn::TrainRow& row, const std::string& place, std::int64_t max_length, RowReport& report);

/// Error where none of the rows is used: says why.
void refuse_empty(const std::filesystem::path& path, size_t used, const RowReport& report);

}  // namespace counterpoint::persuasion
