#include "counterpoint/persuasion/dialogue.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

/// Texts with `gap` between those that are not empty.
std::string join(std::initializer_list<std::string_view> parts, std::string_view gap) {
  std::string out;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += gap;
    out += part;
  }
  return out;
}

/// Collects messages turn by turn; what others said waits until it is shown.
class View {
 public:
  View(const TreeConfig& config, const std::string& question) : config_(config) {
    const std::string task = join({config.head, config.tail}, " ");
    if (config.head_in == HeadIn::system && !task.empty()) messages_.push_back({"system", task});
    user_ = config.head_in == HeadIn::first_user ? join({task, question}, "\n\n") : question;
  }

  void others_turn(const std::string& text) {
    unheard_ = join({unheard_, replace_all(config_.other, "{reply}", text)}, "\n\n");
  }

  void show_others() {
    if (unheard_.empty()) return;
    user_ = join({user_, unheard_, config_.ask}, "\n\n");
    unheard_.clear();
  }

  void own_turn(const std::string& text) {
    close_user();
    messages_.push_back({"assistant", text});
  }

  text::Messages take() {
    close_user();
    return std::move(messages_);
  }

 private:
  void close_user() {
    // The config's check lets nobody answer itself; but a reply may be blank, and the config put no word around it.
    if (user_.empty()) fail("an agent replied nothing that another could answer");
    messages_.push_back({"user", std::move(user_)});
    user_.clear();
  }

  const TreeConfig& config_;
  text::Messages messages_;
  std::string user_, unheard_;
};

bool missing(const std::string& opening, const char* name, const std::optional<std::string>& answer) {
  return opening.find(name) != std::string::npos && (!answer || answer->empty());
}

}  // namespace

text::Messages dialogue_view(const TreeConfig& config, const std::string& question, std::span<const Said> path,
                             const Turn& turn) {
  View view(config, question);
  for (const Said& said : path) {
    if (said.agent != turn.agent) {
      view.others_turn(said.text);
      continue;
    }
    if (said.saw_others) view.show_others();
    view.own_turn(said.text);
  }
  if (turn.sees_others) view.show_others();
  return view.take();
}

text::Messages with_role(text::Messages dialogue, const TreeConfig& config, const Role& role) {
  if (role.instruction.empty()) return dialogue;
  if (config.role_in == RoleIn::last_user) {
    dialogue.back().content += "\n\n" + role.instruction;
  } else if (config.head_in == HeadIn::first_user) {
    text::Message& first = dialogue.front();
    first.content = join({role.instruction, first.content}, "\n\n");
  } else {
    const std::string task = join({config.head, role.instruction, config.tail}, " ");
    if (dialogue.front().role != "system") dialogue.insert(dialogue.begin(), {"system", ""});
    dialogue.front().content = task;
  }
  return dialogue;
}

std::optional<std::string> answer_of_other(std::span<const Said> path, const Turn& turn) {
  if (!turn.sees_others) return std::nullopt;
  for (auto said = path.rbegin(); said != path.rend(); ++said)
    if (said->agent != turn.agent) return said->answer;
  return std::nullopt;
}

std::string filled_opening(const Role& role, const std::optional<std::string>& own,
                           const std::optional<std::string>& other) {
  if (missing(role.opening, "{own}", own) || missing(role.opening, "{other}", other)) return "";
  // One after the other would also fill braces that stand in an answer; answers with "{other}" do not occur.
  return replace_all(replace_all(role.opening, "{own}", own.value_or("")), "{other}", other.value_or(""));
}

}  // namespace counterpoint::persuasion
