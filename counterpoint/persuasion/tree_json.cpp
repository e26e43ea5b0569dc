// Trees as JSON, one tree a line. Reading is strict: a key that is missing, unknown or of another type is an error
// that names it, because a misspelled optional key would otherwise be lost without a word.
#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/question_format.h"
#include "counterpoint/persuasion/tree.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

using data::Fields;
using data::Json;

Json to_json(const AgentInfo& agent) {
  Json out{{"name", agent.name}, {"model", agent.model}};
  if (!agent.adapter.empty()) out["adapter"] = agent.adapter;
  return out;
}

Json to_json(const Node& node) {
  Json out{{"id", node.id},     {"parent", node.parent}, {"turn", node.turn},    {"agent", node.agent},
           {"role", node.role}, {"text", node.text},     {"answer", node.answer}};
  out["confidence"] = node.confidence ? Json(*node.confidence) : Json();
  out["correct"] = node.correct;
  out["score"] = node.score;
  Json& answers = out["answers"] = Json::array();
  for (const auto& answer : node.answers) answers.push_back(answer ? Json(*answer) : Json());
  out["agreed"] = node.agreed;
  out["prompt"] = text::to_json(node.prompt);
  return out;
}

AgentInfo read_agent(const Json& row, std::string where) {
  static const std::vector<std::string> keys{"name", "model", "adapter"};
  const Fields fields(row, std::move(where));
  fields.only(keys);
  return {fields.text("name"), fields.text("model"), fields.has("adapter") ? fields.text("adapter") : ""};
}

std::vector<std::optional<std::string>> read_answers(const Fields& fields) {
  std::vector<std::optional<std::string>> answers;
  for (const Json& answer : fields.list("answers")) {
    if (!answer.is_null() && !answer.is_string()) fields.wrong("answers", "holds something else than texts and null");
    answers.push_back(answer.is_null() ? std::nullopt : std::optional(answer.get<std::string>()));
  }
  return answers;
}

Node read_node(const Json& row, const std::string& where) {
  static const std::vector<std::string> keys{"id",         "parent",  "turn",  "agent",   "role",   "text",  "answer",
                                             "confidence", "correct", "score", "answers", "agreed", "prompt"};
  const Fields fields(row, where);
  fields.only(keys);
  Node node;
  node.id = fields.small_whole("id");
  node.parent = fields.small_whole("parent", -1);
  node.turn = fields.small_whole("turn");
  node.agent = fields.small_whole("agent");
  node.role = fields.text("role");
  node.text = fields.text("text");
  node.answer = fields.text("answer");
  if (fields.has("confidence")) node.confidence = fields.number("confidence");
  node.correct = fields.flag("correct");
  node.score = fields.number("score");
  node.answers = read_answers(fields);
  node.agreed = fields.flag("agreed");
  node.prompt = text::messages_from_json(fields.list("prompt"), where + ".prompt");
  return node;
}

/// What the rest of the program relies on: ids are indices, parents come first, everybody has a slot for an answer.
void check_node(const Tree& tree, const Node& node, size_t index, const std::string& where) {
  const auto agents = static_cast<int>(tree.agents.size());
  if (node.id != static_cast<int>(index)) fail("{}: 'id' is {}, {} was expected", where, node.id, index);
  if (node.parent < -1 || node.parent >= node.id)
    fail("{}: 'parent' is {}; a root has -1, every other node one that stands before it", where, node.parent);
  const int turn = node.parent < 0 ? 0 : tree.nodes[node.parent].turn + 1;
  if (node.turn != turn) fail("{}: 'turn' is {}, {} was expected below its parent", where, node.turn, turn);
  if (node.agent < 0 || node.agent >= agents)
    fail("{}: 'agent' is {}, but the tree has {} agents", where, node.agent, agents);
  if (node.answers.size() != tree.agents.size())
    fail("{}: 'answers' has {} entries for {} agents", where, node.answers.size(), agents);
  if (node.prompt.empty()) fail("{}: 'prompt' is empty", where);
  if (node.correct && node.answer.empty()) fail("{}: 'correct' is true without an 'answer'", where);
}

}  // namespace

Json to_json(const Tree& tree) {
  Json out = persuasion::to_json(tree.question);
  Json& agents = out["agents"] = Json::array();
  for (const AgentInfo& agent : tree.agents) agents.push_back(to_json(agent));
  out["settings"] = tree.settings;
  Json& nodes = out["nodes"] = Json::array();
  for (const Node& node : tree.nodes) nodes.push_back(to_json(node));
  return out;
}

Tree tree_from_json(const Json& row, const data::RowPlace& place) {
  static const std::vector<std::string> keys{"id",       "question", "answers",  "choices",
                                             "category", "agents",   "settings", "nodes"};
  const std::string line = place.text();
  const Fields fields(row, line);
  fields.only(keys);
  Tree tree{.question = parse_counterpoint(fields), .agents = {}, .settings = fields.at("settings"), .nodes = {}};
  for (const Json& agent : fields.list("agents"))
    tree.agents.push_back(read_agent(agent, fmt::format("{}: agents[{}]", line, tree.agents.size())));
  const Json& nodes = fields.list("nodes");
  tree.nodes.reserve(nodes.size());
  for (const Json& node : nodes) {
    const std::string where = fmt::format("{}: nodes[{}]", line, tree.nodes.size());
    tree.nodes.push_back(read_node(node, where));
    check_node(tree, tree.nodes.back(), tree.nodes.size() - 1, where);
  }
  if (tree.question.answers.empty()) fail("{}: 'answers' is empty, an accepted answer was expected", line);
  if (tree.nodes.empty()) fail("{}: 'nodes' is empty", line);
  return tree;
}

}  // namespace counterpoint::persuasion
