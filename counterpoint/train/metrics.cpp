#include "counterpoint/train/metrics.h"

#include "counterpoint/data/fields.h"

namespace counterpoint::train {
namespace fs = std::filesystem;
namespace {

fs::path lines_file(const fs::path& run_folder) { return run_folder / "metrics.jsonl"; }

/// Cuts the lines of later steps off, and with them the beginning of a line that a kill left.
void cut_lines(const fs::path& file, std::optional<std::int64_t> resumed_at) {
  if (!fs::exists(file)) return;
  const LineAppender cuts_unfinished_line(file);
  std::string kept;
  if (resumed_at)
    data::read_jsonl(file, [&](const data::Json& line, const data::RowPlace& place) {
      if (data::Fields(line, place.text()).whole("step") <= *resumed_at) kept += data::to_line(line) + "\n";
    });
  write_file_atomic(file, kept);
}

}  // namespace

MetricLog::MetricLog(const fs::path& run_folder, std::optional<std::int64_t> resumed_at) : events_(run_folder) {
  cut_lines(lines_file(run_folder), resumed_at);
  lines_ = std::make_unique<LineAppender>(lines_file(run_folder));
  events_.append(restart_event(wall_time(), resumed_at ? *resumed_at + 1 : 0));
}

void MetricLog::write(std::int64_t step, std::span<const Metric> metrics) {
  data::Json line{{"step", step}};
  for (const Metric& metric : metrics) line[metric.name] = metric.value;
  lines_->append(data::to_line(line));
  events_.append(scalars_event(wall_time(), step, metrics));
}

}  // namespace counterpoint::train
