#include "counterpoint/persuasion/facts.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/fact_choices.h"
#include "counterpoint/persuasion/fact_table.h"

namespace counterpoint::persuasion {
namespace {

const std::vector<FactTable>& tables() {
  static const std::vector<FactTable> parsed = [] {
    std::vector<FactTable> out;
    for (const FactTableText& table : embedded_fact_tables()) out.push_back(parse_fact_table(table.text, table.file));
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.category < b.category; });
    return out;
  }();
  return parsed;
}

void check_known(const std::vector<std::string>& categories) {
  std::vector<std::string> known;
  for (const FactTable& table : tables()) known.push_back(table.category);
  for (const std::string& category : categories)
    if (std::find(known.begin(), known.end(), category) == known.end())
      fail("the built-in facts have no category '{}'{}", category, suggestion(category, known));
}

void append_questions(const FactTable& table, std::vector<Question>& out) {
  for (const FactSection& section : table.sections) {
    const FactChoices choices(section);
    for (const FactRow& row : section)
      out.push_back({row.id, row.question, row.answers, choices.draw(row), table.category});
  }
}

}  // namespace

std::vector<FactCategory> fact_categories() {
  std::vector<FactCategory> out;
  for (const FactTable& table : tables()) {
    size_t count = 0;
    for (const FactSection& section : table.sections) count += section.size();
    out.push_back({table.category, table.title, table.difficulty, count});
  }
  return out;
}

std::vector<Question> facts(const std::vector<std::string>& categories) {
  check_known(categories);
  std::vector<Question> out;
  for (const FactTable& table : tables())
    if (categories.empty() || std::find(categories.begin(), categories.end(), table.category) != categories.end())
      append_questions(table, out);
  return out;
}

}  // namespace counterpoint::persuasion
