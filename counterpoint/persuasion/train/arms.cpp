#include "counterpoint/persuasion/train/arms.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/pair_selection.h"

namespace counterpoint::persuasion {
namespace {

const std::vector<std::string> arm_names{"pbt", "accept", "resist"}, match_names{"total", "none"};

template <class Value>
Value value_named(const std::string& name, const std::vector<std::string>& names, const char* what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fail("unknown {} '{}'{}", what, name, suggestion(name, names));
  return static_cast<Value>(found - names.begin());
}

struct Candidate {
  size_t row;
  std::uint64_t hash;
};

std::uint64_t hash_of(const PreferenceText& text) {
  if (text.prompt.empty()) return pair_hash({{"", text.plain_prompt}}, text.chosen, text.rejected);
  return pair_hash(text.prompt, text.chosen, text.rejected);
}

/// The rows of one kind, those first that a smaller choice has too.
std::vector<Candidate> side_of(std::span<const PreferenceRow> rows, PairKind kind) {
  std::vector<Candidate> side;
  for (size_t row = 0; row < rows.size(); ++row)
    if (rows[row].text.kind == kind) side.push_back({row, hash_of(rows[row].text)});
  // Rows of equal hash are the same pair; which of two copies comes first makes no difference but to messages.
  std::stable_sort(side.begin(), side.end(), [](const auto& a, const auto& b) { return a.hash < b.hash; });
  spread_over_questions(side,
                        [&](const Candidate& one) -> const std::string& { return rows[one.row].text.question_id; });
  return side;
}

void check_kinds(std::span<const PreferenceRow> rows) {
  for (const PreferenceRow& row : rows)
    if (!row.text.kind)
      fail(
          "{}: an arm is made of pairs whose \"kind\" is \"resist\" or \"accept\", as 'pbt mine' writes them; this row "
          "has none",
          row.tokens.id);
}

/// How many pairs of accept and resist the arm has, of so many that are there.
std::array<size_t, 2> shares(std::array<size_t, 2> there, Arm arm, Match match) {
  const size_t total = std::min(there[0], there[1]) / 2 * 2;
  if (match == Match::total) there = arm == Arm::pbt ? std::array{total / 2, total / 2} : std::array{total, total};
  return {arm == Arm::resist ? 0 : there[0], arm == Arm::accept ? 0 : there[1]};
}

}  // namespace

const char* name_of(Arm arm) { return arm_names[static_cast<size_t>(arm)].c_str(); }
const char* name_of(Match match) { return match_names[static_cast<size_t>(match)].c_str(); }
Arm arm_named(const std::string& name) { return value_named<Arm>(name, arm_names, "arm"); }
Match match_named(const std::string& name) { return value_named<Match>(name, match_names, "match"); }

std::vector<size_t> rows_of_arm(std::span<const PreferenceRow> rows, Arm arm, Match match) {
  check_kinds(rows);
  std::array sides{side_of(rows, PairKind::accept), side_of(rows, PairKind::resist)};
  const auto count = shares({sides[0].size(), sides[1].size()}, arm, match);
  const bool lacks_accept = arm != Arm::resist && count[0] == 0, lacks_resist = arm != Arm::accept && count[1] == 0;
  if (lacks_accept || lacks_resist)
    fail("there are {} accept and {} resist pairs: too few for the arm '{}'{}", sides[0].size(), sides[1].size(),
         name_of(arm),
         match == Match::total ? ", which is to have as many as the other arms can (--match none takes all)" : "");
  std::vector<Candidate> chosen;
  for (size_t side = 0; side < 2; ++side)
    chosen.insert(chosen.end(), sides[side].begin(), sides[side].begin() + static_cast<std::ptrdiff_t>(count[side]));
  std::sort(chosen.begin(), chosen.end(),
            [](const auto& a, const auto& b) { return std::tie(a.hash, a.row) < std::tie(b.hash, b.row); });
  std::vector<size_t> out;
  for (const Candidate& candidate : chosen) out.push_back(candidate.row);
  return out;
}

std::vector<nn::TrainRow> pairs_of_arm(std::span<const PreferenceRow> rows, Arm arm, Match match) {
  std::vector<nn::TrainRow> pairs;
  for (const size_t index : rows_of_arm(rows, arm, match)) pairs.push_back(rows[index].tokens);
  return pairs;
}

}  // namespace counterpoint::persuasion
