// The sub-commands of protoclip.
#pragma once
#include "counterpoint/commands/command.h"

namespace counterpoint::commands::protoclip {

void declare_emoji(CLI::App& program);
void declare_vocabulary(CLI::App& program);
void declare_teacher(CLI::App& program);
void declare_train(CLI::App& program);
void declare_study(CLI::App& program);
void declare_export(CLI::App& program);
void declare_evaluate(CLI::App& program);
void declare_embed(CLI::App& program);
void declare_classify(CLI::App& program);
void declare_search(CLI::App& program);

}  // namespace counterpoint::commands::protoclip
