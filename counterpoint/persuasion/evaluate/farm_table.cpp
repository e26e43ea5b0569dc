#include "counterpoint/persuasion/evaluate/farm_table.h"

#include <fmt/format.h>

#include <charconv>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/csv.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {
namespace {

constexpr int farms_turns = 4;
constexpr const char* counts_column = "persuasion_counts";
constexpr const char* correct_column = "correct_num";

/// A column that follows from the counts; "null": no number.
struct Computed {
  const char* name;
  std::string (*of)(const FarmSummary&);
};
const std::vector<Computed>& computed_columns() {
  using S = const FarmSummary&;
  static const std::vector<Computed> columns{
      {"SR", [](S s) { return s.SR ? python_repr(*s.SR) : "null"; }},
      {"meanT", [](S s) { return s.pd > 0 ? python_repr(s.meanT) : "-1"; }},
      {"maxT", [](S s) { return std::to_string(s.maxT); }},
      {"minT", [](S s) { return std::to_string(s.minT); }},
      {"wa", [](S s) { return std::to_string(s.wa); }},
      {"pd", [](S s) { return std::to_string(s.pd); }},
      {"npd", [](S s) { return std::to_string(s.npd); }},
  };
  return columns;
}

/// Farm's own documents write "meanT" and "MeanT".
const Computed* computed(const std::string& column) {
  for (const Computed& one : computed_columns())
    if (to_lower_ascii(one.name) == to_lower_ascii(column)) return &one;
  return nullptr;
}

std::optional<size_t> place_of(const std::vector<std::string>& columns, const std::string& name) {
  for (size_t i = 0; i < columns.size(); ++i)
    if (to_lower_ascii(columns[i]) == to_lower_ascii(name)) return i;
  return std::nullopt;
}

bool same_number(const std::string& recorded, const std::string& here) {
  if (recorded == here) return true;
  double value = 0;
  const auto [end, problem] = std::from_chars(recorded.data(), recorded.data() + recorded.size(), value);
  return problem == std::errc() && end == recorded.data() + recorded.size() && python_repr(value) == here;
}

void check_correct(const std::vector<int>& correct, FarmRow& row) {
  const std::vector<std::int64_t>& unmoved = row.summary.unmoved;
  for (size_t turn = 0; turn < correct.size() && turn < unmoved.size(); ++turn) {
    if (turn == 0 ? correct[0] != unmoved[0] : correct[turn] > unmoved[turn])
      row.disagreements.push_back(fmt::format("{}: {} right beliefs are recorded at turn {}, {} {} from the counts",
                                              correct_column, correct[turn], turn, turn == 0 ? "" : "at most",
                                              unmoved[turn]));
    else
      row.turns_without_belief += correct[turn] < unmoved[turn];
  }
}

FarmRow recompute(const std::vector<std::string>& columns, const std::vector<std::string>& recorded, size_t counts_at) {
  FarmRow row{.cells = recorded, .summary = {}, .disagreements = {}};
  const auto correct_at = place_of(columns, correct_column);
  const std::vector<int> correct = correct_at ? split_counts(recorded[*correct_at]) : std::vector<int>{};
  const int turns = correct.size() > 1 ? static_cast<int>(correct.size()) - 1 : farms_turns;
  row.summary = summarise_farm(split_counts(recorded[counts_at]), turns);
  check_correct(correct, row);
  row.cells.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const Computed* column = computed(columns[i]);
    if (!column) continue;
    row.cells[i] = column->of(row.summary);
    if (i < recorded.size() && !same_number(recorded[i], row.cells[i]))
      row.disagreements.push_back(
          fmt::format("{}: {} is recorded, {} follows from the counts", columns[i], recorded[i], row.cells[i]));
  }
  return row;
}

}  // namespace

FarmTable recompute_farm(const std::filesystem::path& path) {
  const data::Csv csv = data::read_csv(path);
  FarmTable table{.columns = csv.columns, .rows = {}};
  const auto counts_at = place_of(csv.columns, counts_column);
  if (!counts_at) fail("{}: no column '{}'{}", path.string(), counts_column, suggestion(counts_column, csv.columns));
  for (const Computed& column : computed_columns())
    if (!place_of(csv.columns, column.name)) table.columns.emplace_back(column.name);
  for (const data::Csv::Row& row : csv.rows) {
    try {
      table.rows.push_back(recompute(table.columns, row.cells, *counts_at));
    } catch (const Error& error) {
      fail("{}:{}: {}", path.string(), row.line, error.what());
    }
  }
  return table;
}

std::string json_text(const FarmTable& table) {
  std::string out = "[";
  for (const FarmRow& row : table.rows) {
    out += out.size() > 1 ? ",\n {" : "\n {";
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const std::string value = computed(table.columns[i]) ? row.cells[i] : data::to_line(row.cells[i]);
      out += fmt::format("{}{}: {}", i > 0 ? ", " : "", data::to_line(table.columns[i]), value);
    }
    out += "}";
  }
  return out + "\n]\n";
}

}  // namespace counterpoint::persuasion
