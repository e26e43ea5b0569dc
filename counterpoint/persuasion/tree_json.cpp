// Trees as JSON, one tree a line. Reading is strict: a key that is missing, unknown or of another type is an error
// that names it, because a misspelled optional key would otherwise be lost without a word.
#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {
namespace {

using data::Fields;
using data::Json;
using data::Where;

Json to_json(const AgentInfo& agent) {
  Json out{{"name", agent.name}, {"model", agent.model}};
  if (!agent.adapter.empty()) out["adapter"] = agent.adapter;
  return out;
}

Json to_json(const text::Messages& messages) {
  Json out = Json::array();
  for (const text::Message& message : messages) out.push_back({{"role", message.role}, {"content", message.content}});
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
  out["prompt"] = to_json(node.prompt);
  return out;
}

AgentInfo read_agent(const Json& row, const Where& where) {
  static const std::vector<std::string> keys{"name", "model", "adapter"};
  const Fields fields(row, where, keys);
  return {fields.get<std::string>("name"), fields.get<std::string>("model"),
          fields.has("adapter") ? fields.get<std::string>("adapter") : ""};
}

text::Messages read_messages(const Json& rows, const Where& outer) {
  static const std::vector<std::string> keys{"role", "content"};
  text::Messages messages;
  for (const Json& row : rows) {
    const Where where{outer.place, "prompt", messages.size(), &outer};
    const Fields fields(row, where, keys);
    messages.push_back({fields.get<std::string>("role"), fields.get<std::string>("content")});
  }
  return messages;
}

Node read_node(const Json& row, const Where& where) {
  static const std::vector<std::string> keys{"id",         "parent",  "turn",  "agent",   "role",   "text",  "answer",
                                             "confidence", "correct", "score", "answers", "agreed", "prompt"};
  const Fields fields(row, where, keys);
  Node node;
  node.id = fields.get<int>("id");
  node.parent = fields.get<int>("parent");
  node.turn = fields.get<int>("turn");
  node.agent = fields.get<int>("agent");
  node.role = fields.get<std::string>("role");
  node.text = fields.get<std::string>("text");
  node.answer = fields.get<std::string>("answer");
  if (fields.has("confidence")) node.confidence = fields.get<double>("confidence");
  node.correct = fields.get<bool>("correct");
  node.score = fields.get<double>("score");
  for (const Json& answer : fields.list("answers"))
    node.answers.push_back(answer.is_null() ? std::nullopt : std::optional(fields.as<std::string>(answer, "answers")));
  node.agreed = fields.get<bool>("agreed");
  node.prompt = read_messages(fields.list("prompt"), where);
  return node;
}

/// What the rest of the program relies on: ids are indices, parents come first, everybody has a slot for an answer.
void check_node(const Tree& tree, const Node& node, size_t index, const Where& where) {
  const auto agents = static_cast<int>(tree.agents.size());
  if (node.id != static_cast<int>(index)) fail("{}: 'id' is {}, {} was expected", where.text(), node.id, index);
  if (index == 0 ? node.parent != -1 : node.parent < 0 || node.parent >= node.id)
    fail("{}: 'parent' is {}; node 0 has -1, every other node one that stands before it", where.text(), node.parent);
  const int turn = index == 0 ? 0 : tree.nodes[node.parent].turn + 1;
  if (node.turn != turn) fail("{}: 'turn' is {}, its parent's plus one is {}", where.text(), node.turn, turn);
  if (node.agent < 0 || node.agent >= agents)
    fail("{}: 'agent' is {}, but the tree has {} agents", where.text(), node.agent, agents);
  if (node.answers.size() != tree.agents.size())
    fail("{}: 'answers' has {} entries for {} agents", where.text(), node.answers.size(), agents);
  if (node.correct && node.answer.empty()) fail("{}: 'correct' is true without an 'answer'", where.text());
}

Question read_question(const Fields& fields) {
  Question question;
  question.id = fields.get<std::string>("id");
  question.question = fields.get<std::string>("question");
  question.answers = fields.strings("answers");
  if (fields.has("choices")) question.choices = fields.strings("choices");
  if (fields.has("category")) question.category = fields.get<std::string>("category");
  return question;
}

}  // namespace

Json to_json(const Tree& tree) {
  const Question& question = tree.question;
  Json out{{"id", question.id}, {"question", question.question}, {"answers", question.answers}};
  if (!question.choices.empty()) out["choices"] = question.choices;
  if (!question.category.empty()) out["category"] = question.category;
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
  const Where root{place};
  const Fields fields(row, root, keys);
  Tree tree{.question = read_question(fields), .agents = {}, .settings = fields.at("settings"), .nodes = {}};
  for (const Json& agent : fields.list("agents"))
    tree.agents.push_back(read_agent(agent, Where{place, "agents", tree.agents.size()}));
  const Json& nodes = fields.list("nodes");
  tree.nodes.reserve(nodes.size());
  for (const Json& node : nodes) {
    const Where where{place, "nodes", tree.nodes.size()};
    tree.nodes.push_back(read_node(node, where));
    check_node(tree, tree.nodes.back(), tree.nodes.size() - 1, where);
  }
  if (tree.question.answers.empty()) fail("{}: 'answers' is empty, an accepted answer was expected", place.text());
  if (tree.nodes.empty()) fail("{}: 'nodes' is empty", place.text());
  return tree;
}

}  // namespace counterpoint::persuasion
