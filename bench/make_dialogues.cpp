// Dialogues as trees really have them, for generation_bench: the prompts of the turns under a role.
// usage: make_dialogues MODEL trees.jsonl COUNT > dialogues.jsonl
#include <cstdio>
#include <cstdlib>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/tree.h"
#include "counterpoint/text/encode_chat.h"
#include "counterpoint/text/message_json.h"
#include "counterpoint/weights/model_files.h"

namespace {

using namespace counterpoint;

void run(char** argv) {
  const weights::ModelFiles model = weights::open_model(argv[1], {.tensors = false});
  const persuasion::TreeConfig config = persuasion::default_tree_config();
  int left = std::atoi(argv[3]);
  data::read_jsonl(argv[2], [&](const data::Json& row, const data::RowPlace& place) {
    const persuasion::Tree tree = persuasion::tree_from_json(row, place);
    for (const persuasion::Node& node : tree.nodes) {
      if (node.role.empty() || left == 0) continue;
      --left;
      const text::Messages messages = persuasion::with_role(node.prompt, config, config.roles.at(node.role));
      // The peers take the ids, so that all sides compute the same tokens.
      const data::Json out = {{"id", fmt::format("{}#{}", tree.question.id, node.id)},
                              {"messages", text::to_json(messages)},
                              {"ids", text::encode_prompt(*model.tokenizer, *model.chat_format, messages)}};
      std::printf("%s\n", data::to_line(out).c_str());
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) fail("usage: make_dialogues MODEL trees.jsonl COUNT");
    run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_dialogues: %s\n", error.what());
    return 1;
  }
}
