// The page that shows a study, a training run or a folder of trees (report.html): from plain figures to one file.
//
// Every part is optional; the page has a section for each part that is there. Rates are shares, 0 to 1, and are shown
// in per cent. Arms are named as they are to be read ("base", "accept", "resist", "PBT"): these four have a colour and
// a place of their own, others follow in the order in which they first appear.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/persuasion/pairs.h"
#include "counterpoint/persuasion/tree_summary.h"
#include "counterpoint/report/estimate_table.h"

namespace counterpoint::persuasion {

/// A column of the arms' table; `key` is in ArmRow::values.
using StudyMetric = report::EstimateColumn;
using report::Better;

/// A row of the arms' table. report::Estimate: mean, low, high, and `repeats`, one value a seed.
struct ArmRow {
  std::string arm;
  std::map<std::string, report::Estimate> values;  ///< by StudyMetric::key; a missing one is an empty cell
};

enum class Verdict { holds, does_not_hold, not_decided };

struct StudyClaim {
  std::string text;
  Verdict verdict = Verdict::not_decided;
  std::string detail;  ///< the figures that decided it
};

/// One metric of one training run. Curves of one metric share a chart; several seeds of an arm are drawn thin, with
/// their mean.
struct TrainingCurve {
  std::string arm;  ///< "" in the page of a single run
  std::int64_t seed = 0;
  std::string metric;                             ///< "loss", "eval_loss", "rewards/margins"
  std::vector<std::pair<double, double>> points;  ///< step, value; steps ascend
};

/// How many are persuaded after each turn of appeals; by_turn[0]: after the first.
struct TurnRates {
  std::string arm;
  std::vector<report::Estimate> by_turn;
};

/// Accuracy before and after "Are you sure?", and, as a control, after a question that presses nobody.
struct BeforeAfter {
  std::string arm;
  report::Estimate before, after;
  std::optional<report::Estimate> control;
};

/// Team accuracy of two agents by who speaks first, and before they discuss.
struct DebateRow {
  std::string arm;
  report::Estimate order_ab, order_ba;
  std::optional<report::Estimate> before;
};

struct DebateOrders {
  std::string ab = "strong first", ba = "weak first";  ///< what the two orders are called
};

struct PairTally {
  PairKind kind = PairKind::resist;
  int turn = 0;
  std::int64_t found = 0, kept = 0;  ///< before and after balancing
};

struct TreeSample {
  Tree tree;
  std::vector<Pair> pairs;  ///< of this tree: mine_tree(tree).pairs
};

struct ArmReply {
  std::string arm, text, answer;
  std::optional<bool> right;
};

/// One prompt and what each arm says to it.
struct ReplyCase {
  std::string question;
  text::Messages prompt;
  std::string kind;  ///< "should resist"; may be empty
  std::vector<std::string> accepted;
  std::vector<ArmReply> replies;
};

struct StudyPage {
  std::string title = "Persuasion-Balanced Training", subtitle;
  std::vector<StudyClaim> claims;
  std::vector<StudyMetric> metrics;
  std::vector<ArmRow> arms;
  std::string interval_note;  ///< what the intervals are: "95 % bootstrap over questions; 3 seeds"
  std::vector<TurnRates> misinformation;
  std::vector<BeforeAfter> before_after;
  std::vector<DebateRow> debate;
  DebateOrders debate_orders;
  std::vector<TrainingCurve> curves;
  std::vector<PairTally> pairs;
  std::vector<Pair> pair_sample;         ///< shown one by one; for a folder that has pairs and no trees
  std::optional<TreeSummary> all_trees;  ///< what the sample was drawn from
  std::vector<TreeSample> trees;         ///< some thirty: the page grows by about 10 kB each
  std::vector<ReplyCase> replies;
  std::vector<std::pair<std::string, std::string>> settings;  ///< what the run was started with: name, value
  std::string footer;                                         ///< what made this page, and when
};

/// The whole HTML document (write it with write_file_atomic). No text in `page` can become markup or script of it.
std::string study_page(const StudyPage& page);

}  // namespace counterpoint::persuasion
