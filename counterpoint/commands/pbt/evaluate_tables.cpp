#include "counterpoint/commands/pbt/evaluate_tables.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using report::Align;

std::string number(double value) { return fmt::format("{:.3f}", value); }
std::string range(double low, double high) { return fmt::format("{:.3f} to {:.3f}", low, high); }

void print(const report::Table& table) { std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout); }

}  // namespace

void print_figures(const std::vector<persuasion::Figure>& figures) {
  report::Table table({{"metric"}, {"value", Align::right}, {"95 % interval", Align::right}, {"n", Align::right}});
  for (const persuasion::Figure& one : figures)
    table.add_row({one.metric, number(one.value), range(one.low, one.high), std::to_string(one.n)});
  print(table);
}

void print_comparison(const std::string& there, const persuasion::Comparison& comparison) {
  std::printf("\nAgainst %s, on the %lld items of both", there.c_str(), static_cast<long long>(comparison.items));
  if (comparison.only_here + comparison.only_there > 0)
    std::printf(" (%lld only here, %lld only there)", static_cast<long long>(comparison.only_here),
                static_cast<long long>(comparison.only_there));
  std::printf(":\n");
  report::Table table({{"metric"},
                       {"there", Align::right},
                       {"here", Align::right},
                       {"difference", Align::right},
                       {"95 % interval", Align::right},
                       {"McNemar p", Align::right},
                       {"n", Align::right}});
  for (const persuasion::Difference& one : comparison.differences)
    table.add_row({one.metric, number(one.there), number(one.here), fmt::format("{:+.3f}", one.difference),
                   range(one.low, one.high), one.test ? fmt::format("{:.4f}", one.test->exact) : "-",
                   std::to_string(one.n)});
  print(table);
}

}  // namespace counterpoint::commands
