// A conversation and the reply to it as token ids, so that prompt + reply is what the model sees in either use:
// generating, scoring, training.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/chat_format.h"
#include "counterpoint/text/tokenizer.h"

namespace counterpoint::text {

/// The prompt, ready for the assistant's reply. BOS is there once, where the template writes one.
std::vector<TokenId> encode_prompt(const Tokenizer& tokenizer, const ChatFormat& format, const Messages& messages);

enum class ReplyEnd {
  open,        ///< the reply goes on (an opening; a continuation that is compared with others)
  stop_token,  ///< and the token that ends the turn
  turn_end     ///< and all that the template writes behind it ("<|im_end|>\n")
};

/// The reply's ids, to be put behind the prompt's: the two parts are encoded apart, so that the prompt's ids are always
/// a prefix of the whole, and no token spans the border. What stands between prompt and text (ChatFormat::reply_prefix)
/// belongs to the reply; one that is closed is written as ChatFormat::reply does. Special tokens spelled in `text` are
/// text. An open reply without text is empty but for Qwen3's empty thinking part.
/// Error: the stop token is not in the vocabulary.
std::vector<TokenId> encode_reply(const Tokenizer& tokenizer, const ChatFormat& format, std::string_view text,
                                  ReplyEnd end);

/// The id of the token that ends a turn. Error: not in the vocabulary (the tokenizer is another model's).
TokenId stop_id(const Tokenizer& tokenizer, const ChatFormat& format);

}  // namespace counterpoint::text
