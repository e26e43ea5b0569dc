// protoclip: ProtoCLIP with Prototypical Back Translation (arXiv 2206.10996), from pairs to trained and measured
// models.
#include <unistd.h>

#include <cstdlib>

#include "counterpoint/commands/protoclip/commands.h"

namespace {

/// Waiting OpenMP threads are to sleep: spinning, they take the cores from the loader and from whatever else runs
/// there. The runtime reads this when it is loaded, before main, so the program starts itself once more.
void let_waiting_threads_sleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || setenv("OMP_WAIT_POLICY", "PASSIVE", 0) != 0) return;
  execv("/proc/self/exe", argv);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace counterpoint::commands::protoclip;
  let_waiting_threads_sleep(argv);
  return counterpoint::commands::run_program(
      argc, argv, "protoclip", "ProtoCLIP: contrastive image-text training with prototypes, and its evaluation.",
      {declare_emoji, declare_vocabulary, declare_teacher, declare_train, declare_study, declare_export,
       declare_evaluate, declare_embed, declare_classify, declare_search});
}
