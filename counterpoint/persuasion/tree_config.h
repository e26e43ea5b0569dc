// What a dialogue tree looks like: who speaks at which turn, under which roles, with which words. docs/formats.md
// describes the JSON; default_tree_config() is the paper's Figure 2.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {

/// A role prompt (paper: Acceptant, Resistant, Emotional, Credible, Logical).
struct Role {
  std::string instruction;  ///< told to the speaker for this turn only; left out of Node::prompt
  std::string opening;      ///< with --openings the reply begins with this; {own} and {other} are the answers so far
};

/// One level of the tree. Every node above gets roles x samples children.
struct Turn {
  int agent = 0;                   ///< who speaks, index
  std::vector<std::string> roles;  ///< names in TreeConfig::roles; empty: one neutral reply
  int samples = 1;                 ///< replies under each role
  bool sees_others = true;         ///< false: the speaker does not see what the others said so far (`both_do_first`)
};

enum class RoleIn {
  last_user,  ///< behind the last user message, so that siblings share the whole prompt before it in the KV cache
  system      ///< behind the head, as the paper has it
};

enum class HeadIn {
  system,
  first_user  ///< before the question, for chat formats without a system message
};

struct TreeConfig {
  std::string name;
  std::string head;   ///< what every agent is told about its task
  std::string tail;   ///< the same, behind the role's place
  std::string other;  ///< how another agent's reply is told; {reply} is its text
  std::string ask;    ///< ends a user message that tells others' replies; "" = nothing
  RoleIn role_in = RoleIn::last_user;
  HeadIn head_in = HeadIn::system;
  std::vector<Turn> turns;
  std::map<std::string, Role> roles;
  data::Json source;  ///< the JSON it was read from

  int agent_count() const;
  /// Nodes of a tree in which no branch ends early.
  std::int64_t most_nodes() const;
  /// Of everything that shapes the trees, as 16 hexadecimal digits.
  std::string hash() const;
};

/// "A", "B", ..
std::string agent_name(int index);

/// Error: an unknown key or role with the nearest right name, no turns, samples out of range, an agent that would
/// answer itself; each with file and key.
TreeConfig tree_config_from_json(const data::Json& json, const std::string& place);
TreeConfig load_tree_config(const std::filesystem::path& path);
TreeConfig default_tree_config();

/// The text of the shipped config, a starting point for one's own.
const char* default_tree_config_text();

}  // namespace counterpoint::persuasion
