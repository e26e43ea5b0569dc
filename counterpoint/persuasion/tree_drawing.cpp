#include "counterpoint/persuasion/tree_drawing.h"

#include <fmt/ranges.h>

#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/pairs.h"
#include "counterpoint/report/tree_view.h"

namespace counterpoint::persuasion {
namespace {

using report::Branch;
using report::Colour;
using report::Styled;
using report::Terminal;

/// A colour for each agent, so that turns are told apart at a glance.
Colour colour_of(int agent) {
  constexpr Colour colours[] = {Colour::cyan, Colour::magenta, Colour::yellow, Colour::blue};
  return colours[static_cast<size_t>(agent) % std::size(colours)];
}

Colour colour_of(PairKind kind) { return kind == PairKind::resist ? Colour::yellow : Colour::blue; }

std::string without_blank_lines(const std::string& text) {
  std::string out;
  for (const std::string& line : split(text, '\n'))
    if (!trim(line).empty()) out += (out.empty() ? "" : "\n") + line;
  return out;
}

class TreeDrawing {
 public:
  TreeDrawing(const Tree& tree, const Terminal& terminal)
      : tree_(tree), terminal_(terminal), children_(children_of(tree)), pairs_(mine_tree(tree).pairs) {}

  std::string draw() const {
    std::string out = paragraph({{"Question  ", Colour::dim},
                                 {tree_.question.question, Colour::bold},
                                 {"  " + tree_.question.id, Colour::dim}});
    out += paragraph({{"Accepted  ", Colour::dim}, {fmt::format("{}", fmt::join(tree_.question.answers, ", "))}});
    for (size_t i = 0; i < tree_.agents.size(); ++i) out += paragraph(agent_line(static_cast<int>(i)));
    for (const Node& node : tree_.nodes)
      if (node.parent < 0) out += "\n" + report::draw_tree(branch(node), terminal_);
    return out + "\n" + pairs_text();
  }

 private:
  std::string paragraph(const Styled& text) const {
    std::string out;
    for (const Styled& line : report::wrap(text, terminal_.width)) out += report::render(line, terminal_) + "\n";
    return out;
  }

  Styled agent_line(int index) const {
    const AgentInfo& agent = tree_.agents[index];
    Styled line{
        {"Agent ", Colour::dim}, {fmt::format("{:<4}", agent.name), colour_of(index)}, {model_name(agent.model)}};
    if (!agent.adapter.empty()) line.push_back({" + " + agent.adapter});
    return line;
  }

  /// The whole name where it fits on the line, else its last part.
  std::string model_name(const std::string& model) const {
    const size_t room = terminal_.width > 10 ? terminal_.width - 10 : 0, slash = model.rfind('/');
    if (report::display_width(model) <= room || slash == std::string::npos) return model;
    return (terminal_.utf8 ? "…" : "...") + model.substr(slash);
  }

  Branch branch(const Node& node) const {
    Branch out{.head = head(node), .body = {{without_blank_lines(node.text)}}, .children = {}};
    for (const int child : children_[node.id]) out.children.push_back(branch(tree_.nodes[child]));
    return out;
  }

  Styled head(const Node& node) const {
    const std::string dot = terminal_.utf8 ? " · " : ", ";
    Styled line{{fmt::format("#{} ", node.id), Colour::dim}, {tree_.agents[node.agent].name, colour_of(node.agent)}};
    if (!node.role.empty()) line.push_back({" " + node.role});
    line.push_back({fmt::format("{}turn {}{}", dot, node.turn, dot), Colour::dim});
    append(line, answer(node));
    if (node.confidence) line.push_back({fmt::format(" {:.0f} %", *node.confidence * 100), Colour::dim});
    line.push_back({dot + fmt::format("score {}", node.score), Colour::dim});
    if (node.agreed) line.push_back({dot + "agreed", Colour::dim});
    append(line, marks(node));
    return line;
  }

  Styled answer(const Node& node) const {
    if (node.answer.empty()) return {{"no answer read", Colour::dim}};
    const char* mark = terminal_.utf8 ? (node.correct ? "✓ " : "✗ ") : (node.correct ? "right: " : "wrong: ");
    return {{mark + node.answer, node.correct ? Colour::green : Colour::red}};
  }

  /// What this node is in which kind of pair: once each, however many pairs.
  Styled marks(const Node& node) const {
    Styled out;
    for (const PairKind kind : {PairKind::resist, PairKind::accept})
      for (const bool chosen : {true, false})
        for (const Pair& pair : pairs_)
          if (pair.kind == kind && (chosen ? pair.node_chosen : pair.node_rejected) == node.id) {
            out.push_back({fmt::format("  {}:{}", name_of(kind), chosen ? "chosen" : "rejected"), colour_of(kind)});
            break;
          }
    return out;
  }

  std::string pairs_text() const {
    if (pairs_.empty()) return paragraph({{"No pair can be mined from this tree.", Colour::dim}});
    std::string out;
    for (const Pair& pair : pairs_)
      out += paragraph(
          {{"Pair  ", Colour::dim},
           {fmt::format("{:<8}", name_of(pair.kind)), colour_of(pair.kind)},
           {fmt::format("{} at turn {}: #{} over #{}", pair.agent, pair.turn, pair.node_chosen, pair.node_rejected)}});
    return out;
  }

  static void append(Styled& line, const Styled& more) { line.insert(line.end(), more.begin(), more.end()); }

  const Tree& tree_;
  const Terminal& terminal_;
  std::vector<std::vector<int>> children_;
  std::vector<Pair> pairs_;
};

}  // namespace

std::string draw(const Tree& tree, const Terminal& terminal) { return TreeDrawing(tree, terminal).draw(); }

}  // namespace counterpoint::persuasion
