#include "counterpoint/persuasion/tree_config.h"

#include <algorithm>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/fields.h"

namespace counterpoint::persuasion {
namespace {

using data::Fields;
using data::Json;

constexpr int most_agents = 26;
constexpr int most_samples = 64;
constexpr size_t most_turns = 32;
constexpr std::int64_t most_tree_nodes = 100'000;

/// "A" or 0.
int read_agent(const Fields& turn) {
  const Json& agent = turn.at("agent");
  if (agent.is_number_integer() && agent >= 0 && agent < most_agents) return agent.get<int>();
  const std::string name = agent.is_string() ? agent.get<std::string>() : "";
  if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') return name[0] - 'A';
  turn.wrong("agent", fmt::format("is {}, a name from \"A\" to \"Z\" or an index from 0 was expected", agent.dump()));
}

Turn read_turn(const Json& json, const std::string& where) {
  const Fields fields(json, where);
  fields.only({"agent", "roles", "samples", "sees_others"});
  Turn turn;
  turn.agent = read_agent(fields);
  if (fields.has("roles")) turn.roles = fields.texts("roles");
  if (fields.has("sees_others")) turn.sees_others = fields.flag("sees_others");
  const std::int64_t samples = fields.has("samples") ? fields.whole("samples") : 1;
  if (samples < 1 || samples > most_samples)
    fields.wrong("samples", fmt::format("is {}, a number from 1 to {} was expected", samples, most_samples));
  turn.samples = static_cast<int>(samples);
  return turn;
}

/// Every {name} in an opening has a meaning.
void check_opening(const Fields& role, const std::string& opening) {
  const std::string rest = replace_all(replace_all(opening, "{own}", ""), "{other}", "");
  if (rest.find_first_of("{}") != std::string::npos)
    role.wrong("opening", fmt::format("is \"{}\"; in braces it may have {{own}} and {{other}} only", opening));
}

Role read_role(const Json& json, const std::string& where) {
  const Fields fields(json, where);
  fields.only({"instruction", "opening"});
  Role role{.instruction = fields.text("instruction"), .opening = fields.has("opening") ? fields.text("opening") : ""};
  check_opening(fields, role.opening);
  return role;
}

/// One of the names of an enumeration, the first where the key is not there.
template <class Enum>
Enum read_choice(const Fields& fields, const char* key, const std::vector<std::string>& names) {
  if (!fields.has(key)) return Enum{};
  const std::string name = fields.text(key);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fields.wrong(key, fmt::format("is '{}'{}", name, suggestion(name, names)));
  return static_cast<Enum>(found - names.begin());
}

void check_roles(const TreeConfig& config, const Fields& fields) {
  std::vector<std::string> names;
  for (const auto& [name, role] : config.roles) names.push_back(name);
  for (size_t i = 0; i < config.turns.size(); ++i) {
    const std::string where = fields.where(fmt::format("turns[{}].roles", i));
    std::set<std::string> seen;
    for (const std::string& role : config.turns[i].roles) {
      if (!config.roles.contains(role)) fail("{}: unknown role '{}'{}", where, role, suggestion(role, names));
      if (!seen.insert(role).second)
        fail("{}: the role '{}' stands twice; for several replies of it set the turn's samples", where, role);
    }
  }
}

/// Between two turns of an agent it must get something new to answer, or it would talk to itself.
void check_dialogue(const TreeConfig& config, const Fields& fields) {
  for (size_t i = 0; i < config.turns.size(); ++i) {
    const Turn& turn = config.turns[i];
    bool spoke = false, heard = false;
    for (size_t before = 0; before < i; ++before) {
      const Turn& earlier = config.turns[before];
      if (earlier.agent != turn.agent) heard = true;
      if (earlier.agent == turn.agent) spoke = true;
      if (earlier.agent == turn.agent && earlier.sees_others) heard = false;
    }
    if (spoke && !(heard && turn.sees_others))
      fail("{}: agent {} spoke before and would see nothing new; let another agent speak first, with sees_others",
           fields.where(fmt::format("turns[{}]", i)), agent_name(turn.agent));
  }
}

void read_turns(const Fields& fields, TreeConfig& config) {
  const Json& turns = fields.list("turns");
  if (turns.empty()) fields.wrong("turns", "is empty, a turn at least was expected");
  if (turns.size() > most_turns)
    fields.wrong("turns", fmt::format("has {} turns, at most {}", turns.size(), most_turns));
  for (size_t i = 0; i < turns.size(); ++i)
    config.turns.push_back(read_turn(turns[i], fields.where(fmt::format("turns[{}]", i))));
  const Turn& root = config.turns.front();
  if (root.roles.size() > 1 || root.samples > 1)
    fail("{}: a tree has one root; ask for several roles or samples from turn 1 on", fields.where("turns[0]"));
  if (config.most_nodes() > most_tree_nodes)
    fields.wrong("turns", fmt::format("would grow more than {} nodes a tree", most_tree_nodes));
}

}  // namespace

std::string agent_name(int index) { return std::string(1, static_cast<char>('A' + index)); }

int TreeConfig::agent_count() const {
  int count = 0;
  for (const Turn& turn : turns) count = std::max(count, turn.agent + 1);
  return count;
}

std::int64_t TreeConfig::most_nodes() const {
  std::int64_t level = 1, total = 0;
  for (const Turn& turn : turns) {
    level *= static_cast<std::int64_t>(std::max<size_t>(1, turn.roles.size())) * turn.samples;
    total += level;
    if (total > most_tree_nodes) break;  // the product may grow beyond any number
  }
  return total;
}

std::string TreeConfig::hash() const { return fmt::format("{:016x}", stable_hash(data::to_line(source))); }

TreeConfig tree_config_from_json(const Json& json, const std::string& place) {
  const Fields fields(json, place);
  fields.only({"name", "head", "tail", "other", "ask", "role_in", "head_in", "turns", "roles"});
  TreeConfig config;
  config.source = json;
  const auto text_or = [&](const char* key, const char* otherwise) {
    return fields.has(key) ? fields.text(key) : std::string(otherwise);
  };
  config.name = fields.text("name");
  config.head = text_or("head", "");
  config.tail = text_or("tail", "");
  config.other = text_or("other", "{reply}");
  if (config.other.find("{reply}") == std::string::npos) fields.wrong("other", "does not hold {reply}");
  config.ask = text_or("ask", "");
  config.role_in = read_choice<RoleIn>(fields, "role_in", {"last_user", "system"});
  config.head_in = read_choice<HeadIn>(fields, "head_in", {"system", "first_user"});
  if (fields.has("roles"))
    for (const auto& role : fields.object("roles").items())
      config.roles[role.key()] = read_role(role.value(), fields.where("roles." + role.key()));
  read_turns(fields, config);
  check_roles(config, fields);
  check_dialogue(config, fields);
  return config;
}

TreeConfig load_tree_config(const std::filesystem::path& path) {
  return tree_config_from_json(data::read_json(path), path.string());
}

TreeConfig default_tree_config() {
  return tree_config_from_json(Json::parse(default_tree_config_text()), "the shipped tree config");
}

}  // namespace counterpoint::persuasion
