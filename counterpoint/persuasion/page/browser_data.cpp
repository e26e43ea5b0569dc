// What the page's script reads: trees, pairs and replies as plain data. None of it is markup.
#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

/// The last part of a folder's or file's name: the whole path says more about the machine than about the model.
std::string short_name(const std::string& model) {
  if (model.starts_with("http://") || model.starts_with("https://")) return model;
  const std::string name = model.ends_with("/") ? model.substr(0, model.size() - 1) : model;
  return name.substr(name.rfind('/') + 1);
}

Json pair_json(const Pair& pair) {
  return {{"kind", name_of(pair.kind)},
          {"agent", pair.agent},
          {"turn", pair.turn},
          {"chosen", pair.node_chosen},
          {"rejected", pair.node_rejected},
          {"prompt", text::to_json(pair.prompt)},
          {"chosen_text", pair.chosen},
          {"rejected_text", pair.rejected}};
}

Json node_json(const Node& node) {
  Json out{{"id", node.id},       {"parent", node.parent}, {"turn", node.turn},     {"agent", node.agent},
           {"role", node.role},   {"text", node.text},     {"answer", node.answer}, {"right", node.correct},
           {"score", node.score}, {"agreed", node.agreed}};
  if (node.confidence) out["confidence"] = *node.confidence;
  return out;
}

Json tree_json(const TreeSample& sample) {
  const Tree& tree = sample.tree;
  Json out{{"id", tree.question.id}, {"question", tree.question.question}, {"accepted", tree.question.answers}};
  for (const char* list : {"agents", "nodes", "pairs"}) out[list] = Json::array();
  for (const AgentInfo& agent : tree.agents)
    out["agents"].push_back(
        {{"name", agent.name}, {"model", short_name(agent.model)}, {"adapter", short_name(agent.adapter)}});
  for (const Node& node : tree.nodes) out["nodes"].push_back(node_json(node));
  for (const Pair& pair : sample.pairs) out["pairs"].push_back(pair_json(pair));
  return out;
}

}  // namespace

Json trees_for_page(const std::vector<TreeSample>& trees) {
  Json out = Json::array();
  for (const TreeSample& tree : trees) out.push_back(tree_json(tree));
  return out;
}

Json pairs_for_page(const std::vector<Pair>& pairs) {
  Json out = Json::array();
  for (const Pair& pair : pairs) {
    out.push_back(pair_json(pair));
    out.back()["question_id"] = pair.question_id;
  }
  return out;
}

Json replies_for_page(const std::vector<ReplyCase>& replies, const ArmOrder& order) {
  Json out = Json::array();
  for (const ReplyCase& reply : replies) {
    Json arms = Json::array();
    for (const ArmReply& arm : order.sorted(reply.replies))
      arms.push_back({{"arm", arm.arm},
                      {"colour", order.colour(arm.arm) % 6},
                      {"text", arm.text},
                      {"answer", arm.answer},
                      {"right", arm.right ? Json(*arm.right) : Json()}});
    out.push_back({{"question", reply.question},
                   {"kind", reply.kind},
                   {"accepted", reply.accepted},
                   {"prompt", text::to_json(reply.prompt)},
                   {"replies", arms}});
  }
  return out;
}

}  // namespace counterpoint::persuasion
