// What mining found, for programs (summary.json) and for people (tables).
#pragma once
#include "counterpoint/persuasion/mining.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::persuasion {

data::Json summary_of(const MiningSettings& settings, const MiningResult& result);

/// Trees and nodes, pairs by kind, agent and turn, why siblings were no pair, and what each rule gives.
std::string mining_tables(const MiningSettings& settings, const MiningResult& result, const report::Terminal& terminal);

}  // namespace counterpoint::persuasion
