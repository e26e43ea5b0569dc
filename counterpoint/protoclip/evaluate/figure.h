// One measured number with what it is called and how sure it is.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/protoclip/evaluate/bootstrap.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::protoclip {

/// Shares (accuracy, recall, mean average precision) are 0 to 1.
struct Figure {
  std::string name;  ///< as metrics and results.json call it: "probe", "mean_recall"
  double value = 0;
  std::optional<Interval> interval;  ///< 95 %, by bootstrap over pictures
  std::int64_t n = 0;                ///< pictures it was measured on
  std::string about;                 ///< what it is, for a reader: "top-1 accuracy, 9 classes"
};

/// The names and values alone.
std::vector<train::Metric> metrics_of(const std::vector<Figure>& figures);

/// A list of {"metric", "value", "low", "high", "n", "about"}; no ends where there is no interval. A figure that is not
/// finite is left out: JSON has no number for it.
data::Json json_of(const std::vector<Figure>& figures);

}  // namespace counterpoint::protoclip
