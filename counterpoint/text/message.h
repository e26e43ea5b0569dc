// One turn of a conversation, as chat formats and OpenAI-compatible servers know it.
#pragma once
#include <string>
#include <vector>

namespace counterpoint::text {

struct Message {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
  bool operator==(const Message&) const = default;
};

using Messages = std::vector<Message>;

}  // namespace counterpoint::text
