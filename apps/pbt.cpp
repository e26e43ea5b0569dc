// pbt: Persuasion-Balanced Training (arXiv 2410.14596), from questions to trained and measured models.
#include "counterpoint/commands/pbt/commands.h"

int main(int argc, char** argv) {
  using namespace counterpoint::commands;
  return run_program(
      argc, argv, "pbt", "Persuasion-Balanced Training: balanced pairs out of dialogue trees, training, evaluation.",
      {declare_ask, declare_generate, declare_show, declare_mine, declare_train, declare_evaluate, declare_study,
       declare_report, declare_score, declare_export, declare_chat, declare_tokenize, declare_render});
}
