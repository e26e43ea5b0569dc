#include "counterpoint/text/message_json.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"

namespace counterpoint::text {

data::Json to_json(const Messages& messages) {
  data::Json list = data::Json::array();
  for (const Message& message : messages) list.push_back({{"role", message.role}, {"content", message.content}});
  return list;
}

Messages messages_from_json(const data::Json& list, const std::string& where) {
  if (!list.is_array()) fail("{}: a list of {{\"role\", \"content\"}} was expected", where);
  static const std::vector<std::string> roles = {"system", "user", "assistant"}, keys = {"role", "content"};
  Messages messages;
  for (const data::Json& item : list) {
    const data::Fields fields(item, fmt::format("{}[{}]", where, messages.size()));
    fields.only(keys);
    Message message{fields.text("role"), fields.text("content")};
    if (std::find(roles.begin(), roles.end(), message.role) == roles.end())
      fields.wrong("role", fmt::format("is '{}'{}", message.role, suggestion(message.role, roles)));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace counterpoint::text
