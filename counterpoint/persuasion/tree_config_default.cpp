// The shipped tree: the paper's Figure 2, with prompts of our own that say what the paper's roles say.
#include "counterpoint/persuasion/tree_config.h"

namespace counterpoint::persuasion {

const char* default_tree_config_text() {
  return R"json({
  "name": "figure-2",
  "head": "You take part in a quiz together with other agents. Answer the question in one or two short sentences: more than a single word, and the answer itself must be in it.",
  "tail": "Keep to the question and ask no questions of your own.",
  "other": "Another agent says: {reply}",
  "ask": "What is your answer to the question now?",
  "role_in": "last_user",
  "head_in": "system",
  "turns": [
    {"agent": "A"},
    {"agent": "B", "sees_others": false},
    {"agent": "A", "roles": ["acceptant", "resistant"]},
    {"agent": "B", "roles": ["emotional", "credible", "logical"]}
  ],
  "roles": {
    "acceptant": {
      "instruction": "The other agent knows far more about this than you do. Say that it is right and take over its answer.",
      "opening": "You are right, it is {other}"
    },
    "resistant": {
      "instruction": "Disagree with the other agent, whatever it says. Keep your own answer and never change it.",
      "opening": "I still say {own}"
    },
    "emotional": {
      "instruction": "The other agent's answer is wrong and yours is right. Win it over by appealing to its feelings.",
      "opening": "Please believe me, it is {own}"
    },
    "credible": {
      "instruction": "The other agent's answer is wrong and yours is right. Win it over by showing that you are an expert who can be trusted on this.",
      "opening": "I have studied this for years, and it is {own}"
    },
    "logical": {
      "instruction": "The other agent's answer is wrong and yours is right. Win it over with facts and sound reasoning.",
      "opening": "The facts speak for {own}"
    }
  }
}
)json";
}

}  // namespace counterpoint::persuasion
