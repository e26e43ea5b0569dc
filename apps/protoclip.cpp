// protoclip: ProtoCLIP with Prototypical Back Translation (arXiv 2206.10996), from pairs to trained and measured
// models.
#include "counterpoint/commands/protoclip/commands.h"

int main(int argc, char** argv) {
  using namespace counterpoint::commands::protoclip;
  return counterpoint::commands::run_program(
      argc, argv, "protoclip", "ProtoCLIP: contrastive image-text training with prototypes, and its evaluation.",
      {declare_emoji, declare_vocabulary, declare_teacher, declare_train, declare_study, declare_export,
       declare_evaluate, declare_embed, declare_classify, declare_search});
}
