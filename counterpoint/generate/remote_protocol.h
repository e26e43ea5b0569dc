// The chat completions of OpenAI-compatible servers: what is sent, and what an answer says.
#pragma once
#include <string>

#include "counterpoint/generate/chat_model.h"

namespace counterpoint::generate {

/// The JSON that is posted: model, messages, temperature, top_p, max_tokens, seed, and where they are not at their
/// defaults top_k and min_tokens (the names that vLLM knows). An opening goes as a last assistant message together
/// with vLLM's continue_final_message, so that the server goes on with it instead of answering it.
std::string chat_body(const std::string& model, const ChatRequest& request);

/// The seed that the server gets: 31 bits (servers disagree on what they take beyond), drawn from request.stream alone.
std::int64_t server_seed(std::uint64_t stream);

/// Reads the body of a 200. ChatReply::text begins with the opening: servers that give only the continuation get the
/// opening put in front. Closing tokens that a server lets through are cut off. Whatever is wrong goes to
/// ChatReply::error.
ChatReply read_chat_answer(const std::string& body, const std::string& opening);

/// What the server says about an error (its JSON's error.message, else the body), as shown to a user: one line, at most
/// 200 bytes, `secret` replaced by "[key]".
std::string server_message(const std::string& body, const std::string& secret);

}  // namespace counterpoint::generate
