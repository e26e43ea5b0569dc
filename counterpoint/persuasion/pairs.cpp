#include "counterpoint/persuasion/pairs.h"

#include <optional>

#include "counterpoint/data/fields.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

/// The last node up the path, from `start` on, that `who` accepts and out of which an answer could be read.
template <class Who>
const Node* latest_answer(const Tree& tree, int start, const Who& who) {
  for (int at = start; at >= 0; at = tree.nodes[at].parent)
    if (const Node& node = tree.nodes[at]; who(node.agent) && !node.answer.empty()) return &node;
  return nullptr;
}

/// What the paper's terms hang on: what was said before these siblings spoke.
struct Before {
  const Node* own = nullptr;    ///< the agent's own latest answer, by its own index
  const Node* other = nullptr;  ///< the latest answer of anybody else
};

Before before(const Tree& tree, const Node& node) {
  return {latest_answer(tree, node.parent, [&](int agent) { return agent == node.agent; }),
          latest_answer(tree, node.parent, [&](int agent) { return agent != node.agent; })};
}

std::optional<NoPair> reason_against(const Before& said, const Node& a, const Node& b) {
  if (a.agent != b.agent || a.prompt != b.prompt) return NoPair::other_prompt;
  if (a.answer.empty() || b.answer.empty()) return NoPair::no_answer;
  if (!said.own) return NoPair::first_answer;
  if (a.correct && b.correct) return NoPair::both_right;
  if (!a.correct && !b.correct) return NoPair::both_wrong;
  if (!said.own->correct && !(said.other && said.other->correct)) return NoPair::not_offered;
  if (a.text == b.text) return NoPair::same_text;
  return std::nullopt;
}

Pair make_pair_of(const Tree& tree, PairKind kind, const Node& chosen, const Node& rejected) {
  return {.kind = kind,
          .question_id = tree.question.id,
          .agent = tree.agents[chosen.agent].name,
          .turn = chosen.turn,
          .node_chosen = chosen.id,
          .node_rejected = rejected.id,
          .higher_score = chosen.score > rejected.score,
          .prompt = chosen.prompt,
          .chosen = chosen.text,
          .rejected = rejected.text};
}

void mine_siblings(const Tree& tree, const Node& a, const Node& b, TreePairs& mined) {
  ++mined.siblings;
  const Before said = before(tree, a);
  if (const auto reason = reason_against(said, a, b)) {
    ++mined.dropped[static_cast<size_t>(*reason)];
    return;
  }
  const PairKind kind = said.own->correct ? PairKind::resist : PairKind::accept;
  mined.pairs.push_back(make_pair_of(tree, kind, a.correct ? a : b, a.correct ? b : a));
}

data::Json reply(const std::string& content) {
  return data::Json::array({{{"role", "assistant"}, {"content", content}}});
}

std::string reply_text(const data::Fields& fields, const char* key) {
  const text::Messages messages = text::messages_from_json(fields.list(key), fields.where(key));
  if (messages.size() != 1) fields.wrong(key, fmt::format("has {} messages, one reply was expected", messages.size()));
  return messages.front().content;
}

}  // namespace

TreePairs mine_tree(const Tree& tree) {
  TreePairs mined;
  for (const std::vector<int>& siblings : children_of(tree))
    for (size_t i = 0; i < siblings.size(); ++i)
      for (size_t j = i + 1; j < siblings.size(); ++j)
        mine_siblings(tree, tree.nodes[siblings[i]], tree.nodes[siblings[j]], mined);
  return mined;
}

const char* name_of(PairKind kind) { return kind == PairKind::resist ? "resist" : "accept"; }

const char* name_of(NoPair reason) {
  constexpr const char* names[no_pair_reasons] = {"other_prompt", "no_answer",   "first_answer", "both_right",
                                                  "both_wrong",   "not_offered", "same_text"};
  return names[static_cast<size_t>(reason)];
}

data::Json to_json(const Pair& pair) {
  return {{"prompt", text::to_json(pair.prompt)},
          {"chosen", reply(pair.chosen)},
          {"rejected", reply(pair.rejected)},
          {"kind", name_of(pair.kind)},
          {"question_id", pair.question_id},
          {"node_chosen", pair.node_chosen},
          {"node_rejected", pair.node_rejected},
          {"agent", pair.agent},
          {"turn", pair.turn}};
}

Pair pair_from_json(const data::Json& row, const data::RowPlace& place) {
  const data::Fields fields(row, place.text());
  const std::string kind = fields.text("kind");
  if (kind != name_of(PairKind::resist) && kind != name_of(PairKind::accept))
    fields.wrong("kind", fmt::format("is '{}', resist or accept was expected", kind));
  return {.kind = kind == name_of(PairKind::resist) ? PairKind::resist : PairKind::accept,
          .question_id = fields.text("question_id"),
          .agent = fields.text("agent"),
          .turn = fields.small_whole("turn"),
          .node_chosen = fields.small_whole("node_chosen"),
          .node_rejected = fields.small_whole("node_rejected"),
          .prompt = text::messages_from_json(fields.list("prompt"), fields.where("prompt")),
          .chosen = reply_text(fields, "chosen"),
          .rejected = reply_text(fields, "rejected")};
}

std::string lines_of(const std::vector<const Pair*>& pairs) {
  std::string lines;
  for (const Pair* pair : pairs) lines += data::to_line(to_json(*pair)) + "\n";
  return lines;
}

}  // namespace counterpoint::persuasion
