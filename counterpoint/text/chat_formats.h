// The families of chat formats behind chat_format.h. Contents are strings, roles system, user and assistant; no tools.
#pragma once
#include <memory>
#include <string>

#include "counterpoint/text/chat_format.h"

namespace counterpoint::text {

/// <|im_start|>ROLE\nTEXT<|im_end|>\n. `default_system`: written where the first message is no system message; "":
/// none.
std::unique_ptr<ChatFormat> make_chatml(std::string name, std::string default_system);

/// Qwen3: ChatML whose last reply carries its thinking, an empty one where it has none; earlier replies lose theirs.
std::unique_ptr<ChatFormat> make_qwen3();

/// Llama 3; `dated`: Llama 3.1, whose system turn begins with two dates and is always there.
std::unique_ptr<ChatFormat> make_llama3(bool dated, std::string bos);

enum class MistralVersion {
  v02,           ///< a system message goes before the first user message
  v02_original,  ///< the template of the first release: no system message
  v03            ///< a system message goes before the last user message, if that ends the conversation
};
std::unique_ptr<ChatFormat> make_mistral(MistralVersion version, std::string bos, std::string eos);

/// Error: no messages, or a role other than system, user and assistant (with its number).
void check_roles(const Messages& messages, const std::string& format);

}  // namespace counterpoint::text
