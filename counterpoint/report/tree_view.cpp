#include "counterpoint/report/tree_view.h"

#include <algorithm>

namespace counterpoint::report {
namespace {

constexpr size_t narrowest_text = 24;

/// The pieces of which branch lines are made, three columns each.
struct Lines {
  const char *fork, *last, *pass, *none;
};

constexpr Lines drawn{"├─ ", "└─ ", "│  ", "   "};
constexpr Lines ascii{"|- ", "`- ", "|  ", "   "};

class Drawing {
 public:
  explicit Drawing(const Terminal& terminal) : terminal_(terminal), lines_(terminal.utf8 ? drawn : ascii) {}

  /// `first` stands before the head's first line, `rest` before every other line down to the branch's last child.
  void branch(const Branch& branch, const std::string& first, const std::string& rest) {
    const std::string below = rest + (branch.children.empty() ? lines_.none : lines_.pass);
    text(branch.head, first, below);
    text(branch.body, below, below);
    for (size_t i = 0; i < branch.children.size(); ++i) {
      const bool last = i + 1 == branch.children.size();
      line(rest + lines_.pass, {});
      this->branch(branch.children[i], rest + (last ? lines_.last : lines_.fork),
                   rest + (last ? lines_.none : lines_.pass));
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void text(const Styled& styled, const std::string& first, const std::string& rest) {
    const size_t edge = std::max(display_width(first), display_width(rest));
    const size_t room = std::max(narrowest_text, terminal_.width > edge ? terminal_.width - edge : 0);
    const std::vector<Styled> wrapped = wrap(styled, room);
    for (size_t i = 0; i < wrapped.size(); ++i) line(i == 0 ? first : rest, wrapped[i]);
  }

  void line(std::string edge, const Styled& styled) {
    if (styled.empty()) edge.erase(edge.find_last_not_of(' ') + 1);
    out_ += render({{edge, Colour::dim}}, terminal_) + render(styled, terminal_) + "\n";
  }

  const Terminal& terminal_;
  const Lines& lines_;
  std::string out_;
};

}  // namespace

std::string draw_tree(const Branch& root, const Terminal& terminal) {
  Drawing drawing(terminal);
  drawing.branch(root, "", "");
  return drawing.take();
}

}  // namespace counterpoint::report
