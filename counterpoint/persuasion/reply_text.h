// From what a model said to what stands in the dialogue.
#pragma once
#include <string>

#include "counterpoint/generate/chat_model.h"

namespace counterpoint::persuasion {

/// As the paper cleans replies: a header of a turn that leaked into the text ("assistant" or "user" alone on a line) is
/// dropped where the reply begins with it and ends the reply elsewhere, since what follows is another turn; a reply
/// that was cut by max_new_tokens loses its unfinished last sentence, unless that would leave nothing behind `opening`.
std::string clean_reply(const generate::ChatReply& reply, const std::string& opening = "");

}  // namespace counterpoint::persuasion
