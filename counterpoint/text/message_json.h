// Conversations as JSON: a list of {"role", "content"}.
#pragma once
#include "counterpoint/data/jsonl.h"
#include "counterpoint/text/message.h"

namespace counterpoint::text {

data::Json to_json(const Messages& messages);

/// Error: no list, a role other than system, user, assistant, a content that is no text, any other key. `where` begins
/// the message.
Messages messages_from_json(const data::Json& list, const std::string& where);

}  // namespace counterpoint::text
