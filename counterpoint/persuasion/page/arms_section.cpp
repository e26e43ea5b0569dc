// The claims and the arms' table.
#include <fmt/format.h>

#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/report/estimate_table.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"

namespace counterpoint::persuasion {
namespace {

struct VerdictWords {
  const char *sign, *words, *style;
};

VerdictWords words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return {"✓", "holds", "good"};
    case Verdict::does_not_hold:
      return {"✗", "does not hold", "bad"};
    case Verdict::not_decided:
      break;
  }
  return {"?", "not decided at this size", "open"};
}

}  // namespace

std::string claims_html(const StudyPage& page) {
  if (page.claims.empty()) return "";
  std::string out = "<ul class=\"claims\">\n";
  for (const StudyClaim& claim : page.claims) {
    const VerdictWords verdict = words_of(claim.verdict);
    out += fmt::format("<li><p>{}</p><p class=\"verdict {}\"><span aria-hidden=\"true\">{}</span> {}</p>{}</li>\n",
                       report::escape_html(claim.text), verdict.style, verdict.sign, verdict.words,
                       report::note_html(claim.detail));
  }
  return out + "</ul>\n";
}

std::string arms_html(const StudyPage& page, const ArmOrder& order) {
  std::vector<report::EstimateRow> rows;
  for (const ArmRow& row : order.sorted(page.arms)) rows.push_back({row.arm, order.colour(row.arm), row.values});
  const std::string table = report::estimate_table("The arms' results", "Arm", page.metrics, rows);
  return table.empty() ? "" : table + report::note_html(report::kEstimateTableNote + (" " + page.interval_note));
}

}  // namespace counterpoint::persuasion
