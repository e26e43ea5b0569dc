// The sub-commands of pbt.
#pragma once
#include "counterpoint/commands/command.h"

namespace counterpoint::commands {

void declare_tokenize(CLI::App& program);
void declare_render(CLI::App& program);
void declare_score(CLI::App& program);
void declare_ask(CLI::App& program);
void declare_generate(CLI::App& program);
void declare_show(CLI::App& program);
void declare_mine(CLI::App& program);
void declare_train(CLI::App& program);
void declare_evaluate(CLI::App& program);
void declare_export(CLI::App& program);
void declare_chat(CLI::App& program);
void declare_report(CLI::App& program);
void declare_study(CLI::App& program);

}  // namespace counterpoint::commands
