// The dialogue as one agent sees it: its own turns as assistant, everybody else's as user.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "counterpoint/persuasion/tree_config.h"
#include "counterpoint/text/message.h"

namespace counterpoint::persuasion {

/// One reply on the way from the root to the turn that comes next.
struct Said {
  int agent = 0;
  bool saw_others = true;  ///< Turn::sees_others of that turn
  std::string text;
  std::string answer;
};

/// System head, the question, then the turns in `path` from the side of `turn.agent`; ends with a user message, user
/// and assistant alternate. What the agent was not shown when it spoke is told in its next user message. Without any
/// role instruction: this is Node::prompt.
text::Messages dialogue_view(const TreeConfig& config, const std::string& question, std::span<const Said> path,
                             const Turn& turn);

/// The same with a role's instruction where TreeConfig::role_in puts it.
text::Messages with_role(text::Messages dialogue, const TreeConfig& config, const Role& role);

/// The answer that the next speaker was told last by somebody else; nullopt: it sees none.
std::optional<std::string> answer_of_other(std::span<const Said> path, const Turn& turn);

/// The role's opening with {own} and {other} filled in; "" where it needs an answer that is not there.
std::string filled_opening(const Role& role, const std::optional<std::string>& own,
                           const std::optional<std::string>& other);

}  // namespace counterpoint::persuasion
