#include "counterpoint/persuasion/growing_tree.h"

#include <algorithm>
#include <deque>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/reply_text.h"

namespace counterpoint::persuasion {

struct GrowingTree::Growing {
  Node node;         ///< id and parent are set when the tree is done
  std::string path;  ///< "A#0/B#0/A.resistant#0": a name that no other node has, whatever grows beside it
  Growing* parent = nullptr;
  std::vector<std::unique_ptr<Growing>> children;
};

namespace {

std::string path_step(const Node& node, int sample) {
  const std::string role = node.role.empty() ? "" : "." + node.role;
  return fmt::format("{}{}#{}", agent_name(node.agent), role, sample);
}

}  // namespace

GrowingTree::GrowingTree(Question question, std::span<const Speaker> speakers, const GrowSettings& settings)
    : question_(std::move(question)),
      speakers_(speakers),
      settings_(settings),
      above_root_(std::make_unique<Growing>()) {
  COUNTERPOINT_ASSERT(std::ssize(speakers) >= settings.config.agent_count());
  above_root_->node.turn = -1;
  above_root_->node.answers.resize(speakers.size());
}

GrowingTree::~GrowingTree() = default;

void GrowingTree::start(std::function<void()> done) {
  done_ = std::move(done);
  ++under_way_;  // so that a reader that answers at once cannot end the tree before all is asked
  expand(*above_root_, 0);
  one_less_under_way();
}

void GrowingTree::expand(Growing& parent, size_t turn) {
  const Turn& next = settings_.config.turns[turn];
  const std::vector<std::string> roles = next.roles.empty() ? std::vector<std::string>{""} : next.roles;
  for (const std::string& role : roles)
    for (int sample = 0; sample < next.samples; ++sample) {
      auto child = std::make_unique<Growing>();
      child->parent = &parent;
      child->node.turn = static_cast<int>(turn);
      child->node.agent = next.agent;
      child->node.role = role;
      child->path = (parent.path.empty() ? "" : parent.path + "/") + path_step(child->node, sample);
      parent.children.push_back(std::move(child));
    }
  for (const auto& child : parent.children) ask(*child);
}

void GrowingTree::ask(Growing& node) {
  const TreeConfig& config = settings_.config;
  const Turn& turn = config.turns[node.node.turn];
  const std::vector<Said> path = path_above(node);
  node.node.prompt = dialogue_view(config, question_.question, path, turn);
  generate::ChatRequest request{
      .messages = node.node.prompt, .opening = "", .sampling = settings_.sampling, .stream = 0};
  if (!node.node.role.empty()) {
    const Role& role = config.roles.at(node.node.role);
    request.messages = with_role(std::move(request.messages), config, role);
    const auto& own = node.parent->node.answers[turn.agent];
    if (settings_.openings) request.opening = filled_opening(role, own, answer_of_other(path, turn));
  }
  request.stream = stream_seed(settings_.seed, {question_.id, node.path});
  ++under_way_;
  std::string opening = request.opening;
  speakers_[turn.agent].model->submit(
      std::move(request),
      [weak = weak_from_this(), at = &node, opening = std::move(opening)](const generate::ChatReply& reply) {
        if (const auto self = weak.lock()) self->heard(*at, opening, reply);
      });
}

void GrowingTree::heard(Growing& node, const std::string& opening, const generate::ChatReply& reply) {
  if (!reply.error.empty()) return failed(node, reply.error);
  node.node.text = clean_reply(reply, opening);
  if (node.node.text.empty()) return failed(node, "the reply is blank");  // there is nothing to answer or to train on
  const Turn& turn = settings_.config.turns[node.node.turn];
  ReadRequest request{.question = question_,
                      .dialogue = node.node.prompt,
                      .reply = node.node.text,
                      .own = node.parent->node.answers[turn.agent],
                      .other = answer_of_other(path_above(node), turn)};
  speakers_[turn.agent].reader->read(std::move(request), [weak = weak_from_this(), at = &node](const ReadAnswer& read) {
    if (const auto self = weak.lock()) self->understood(*at, read);
  });
}

void GrowingTree::understood(Growing& growing, const ReadAnswer& read) {
  if (!read.error.empty()) return failed(growing, read.error);
  Node& node = growing.node;
  node.answer = settled_answer(read.answer, growing.parent->node.answers, question_);
  node.confidence = read.confidence;
  node.correct = is_accepted(node.answer, question_);
  node.answers = growing.parent->node.answers;
  node.answers[node.agent] = node.answer;
  node.agreed = all_agree(node.answers, question_);
  const auto next = static_cast<size_t>(node.turn) + 1;
  if (!node.agreed && error_.empty() && next < settings_.config.turns.size()) expand(growing, next);
  one_less_under_way();
}

void GrowingTree::failed(const Growing& node, const std::string& why) {
  if (error_.empty()) error_ = fmt::format("agent {} at {}: {}", agent_name(node.node.agent), node.path, why);
  one_less_under_way();
}

void GrowingTree::one_less_under_way() {
  if (--under_way_ == 0) done_();
}

std::vector<Said> GrowingTree::path_above(const Growing& node) const {
  std::vector<Said> path;
  for (const Growing* at = node.parent; at->parent; at = at->parent)
    path.push_back({.agent = at->node.agent,
                    .saw_others = settings_.config.turns[at->node.turn].sees_others,
                    .text = at->node.text,
                    .answer = at->node.answer});
  std::reverse(path.begin(), path.end());
  return path;
}

Tree GrowingTree::take() {
  COUNTERPOINT_ASSERT(under_way_ == 0 && error_.empty());
  Tree tree{.question = question_, .agents = {}, .settings = settings_.tree_settings, .nodes = {}};
  for (const Speaker& speaker : speakers_) tree.agents.push_back(speaker.info);
  std::deque<std::pair<Growing*, int>> waiting;  // level by level; with the parent's id
  for (const auto& root : above_root_->children) waiting.emplace_back(root.get(), -1);
  while (!waiting.empty()) {
    const auto [growing, parent] = waiting.front();
    waiting.pop_front();
    growing->node.parent = parent;
    growing->node.id = static_cast<int>(tree.nodes.size());
    for (const auto& child : growing->children) waiting.emplace_back(child.get(), growing->node.id);
    tree.nodes.push_back(std::move(growing->node));
  }
  score_tree(tree);
  return tree;
}

}  // namespace counterpoint::persuasion
