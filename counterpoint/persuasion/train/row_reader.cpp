#include "counterpoint/persuasion/train/row_reader.h"

#include "counterpoint/core/error.h"

namespace counterpoint::persuasion {
namespace fs = std::filesystem;
namespace {

/// TRL renders them into the prompt; trained without, the model would see another prompt than it is given later.
void refuse_tools(const data::Json& row) {
  const auto tools = row.is_object() ? row.find("tools") : row.end();
  if (tools == row.end() || tools->empty() || *tools == "" || *tools == "[]") return;
  fail("'tools' are given: prompts are made without tools here");
}

}  // namespace

void read_rows(const fs::path& path, bool skip_bad, RowReport& report,
               const std::function<void(const data::Json&, const std::string&)>& take) {
  const auto bad = [&](const data::RowPlace& place, const std::string& why) {
    if (!skip_bad) fail("{}: {} (--skip-bad leaves such rows out)", place.text(), why);
    report.bad.push_back(fmt::format("{}: {}", place.text(), why));
  };
  const auto row = [&](const data::Json& value, const data::RowPlace& place) {
    ++report.rows;
    std::string problem;
    try {
      refuse_tools(value);
      take(value, place.text());
    } catch (const Error& error) {
      problem = error.what();
    }
    if (!problem.empty()) bad(place, problem);
  };
  data::read_jsonl(path, row, [&](const data::RowPlace& place, const std::string& why) {
    ++report.rows;
    bad(place, why);
  });
  if (report.rows == 0) fail("{}: the file holds no row", path.string());
}

bool finish_row(nn::TrainRow& row, const std::string& place, std::int64_t max_length, RowReport& report) {
  const Fit fit = fit_row(row, max_length);
  // Cut, two replies may say the same: there is nothing to prefer.
  const bool same = fit == Fit::cut && row.branches.size() == 2 && row.branches[0].tokens == row.branches[1].tokens;
  if (fit == Fit::nothing_left || same) {
    report.too_long.push_back(place);
    return false;
  }
  report.cut += fit == Fit::cut;
  name_row(row, place);
  return true;
}

void refuse_empty(const fs::path& path, size_t used, const RowReport& report) {
  if (used > 0) return;
  const std::string why = report.too_long.empty() ? "the first: " + report.bad.front()
                                                  : "the prompts alone fill the longest row's tokens (--max-length)";
  fail("{}: not one of its {} rows can be used; {}", path.string(), report.rows, why);
}

}  // namespace counterpoint::persuasion
