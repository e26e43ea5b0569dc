#include "counterpoint/persuasion/study/study_report.h"

#include "counterpoint/core/files.h"
#include "counterpoint/report/table.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

std::string results_text(const StudyResults& results) {
  std::string text = "[";
  for (const ResultRow& row : results.rows)
    text += fmt::format(
        "{}\n {}", &row == &results.rows.front() ? "" : ",",
        data::to_line({{"arm", row.arm}, {"seed", row.seed}, {"metric", row.metric}, {"value", row.value}}));
  return text + "\n]\n";
}

std::string claims_text(const std::vector<ClaimResult>& claims) {
  Json json = Json::array();
  for (const ClaimResult& claim : claims)
    json.push_back({{"claim", claim.text}, {"verdict", name_of(claim.verdict)}, {"detail", claim.detail}});
  return json.dump(1) + "\n";
}

std::vector<StudyMetric> all_metrics() {
  const report::NumberStyle share{.percent = true, .decimals = 1};
  return {{"balanced_negative", "+ → −", "right answers kept", Better::higher, share},
          {"balanced_positive", "− → +", "right answers taken over", Better::higher, share},
          {"balanced_overall", "Overall", "mean of the two", Better::higher, share},
          {"balanced_second_choice", "2nd choice", "against its own second choice", Better::higher, share},
          {"misinformation_rate", "Misled", "talked out of right answers", Better::lower, share},
          {"flipflop_before", "Before", "are you sure?", Better::higher, share},
          {"flipflop_after", "After", "are you sure?", Better::higher, share},
          {"flipflop_diff", "Diff", "after less before", Better::neither, share},
          {"debate_before", "Alone", "before the debate", Better::higher, share},
          {"debate_team", "Team", "after the debate", Better::higher, share},
          {"debate_order_gap", "Order gap", "by who speaks first", Better::lower, share}};
}

std::string cell(const report::Estimate& estimate, const StudyMetric& metric) {
  std::string text = report::format_number(estimate.mean, metric.style);
  if (estimate.low) text += " " + report::format_interval(estimate, metric.style);
  return text;
}

}  // namespace

std::string shown_arm(const std::string& arm) { return arm == "pbt" ? "PBT" : arm; }

std::vector<StudyMetric> table_metrics(const StudyResults& results) {
  std::vector<StudyMetric> metrics = all_metrics();
  std::erase_if(metrics, [&](const StudyMetric& metric) {
    return std::none_of(results.arms.begin(), results.arms.end(),
                        [&](const auto& arm) { return arm.second.contains(metric.key); });
  });
  return metrics;
}

void write_study(const StudyConfig& config, const StudyOutcome& outcome, const std::string& made_by) {
  write_file_atomic(config.output_dir / "results.json", results_text(outcome.results));
  write_file_atomic(config.output_dir / "claims.json", claims_text(outcome.claims));
  StudyPage page = page_of_study(config, outcome);
  page.footer = made_by;
  write_file_atomic(config.output_dir / "report.html", study_page(page));
}

std::string study_tables(const StudyConfig& config, const StudyOutcome& outcome, const report::Terminal& terminal) {
  std::vector<report::Column> columns{{"measure (%)"}};
  for (const std::string& arm : config.arms) columns.push_back({shown_arm(arm), report::Align::right});
  report::Table table(columns);
  for (const StudyMetric& metric : table_metrics(outcome.results)) {
    std::vector<std::string> row{fmt::format("{}: {}", metric.label, metric.detail)};
    for (const std::string& arm : config.arms) {
      const auto& values = outcome.results.arms.at(arm);
      const auto found = values.find(metric.key);
      row.push_back(found == values.end() ? "" : cell(found->second, metric));
    }
    table.add_row(std::move(row));
  }
  report::Table claims({{"claim"}, {"verdict"}, {"figures", report::Align::left, /*shrinks=*/true}});
  for (const ClaimResult& claim : outcome.claims) claims.add_row({claim.text, name_of(claim.verdict), claim.detail});
  return table.print(terminal) + "\n" + claims.print(terminal);
}

}  // namespace counterpoint::persuasion
