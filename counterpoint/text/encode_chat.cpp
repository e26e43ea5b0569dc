#include "counterpoint/text/encode_chat.h"

#include "counterpoint/core/error.h"

namespace counterpoint::text {

std::vector<TokenId> encode_prompt(const Tokenizer& tokenizer, const ChatFormat& format, const Messages& messages) {
  return tokenizer.encode(format.render(messages, {.add_generation_prompt = true}));
}

std::vector<TokenId> encode_reply(const Tokenizer& tokenizer, const ChatFormat& format, std::string_view text,
                                  ReplyEnd end) {
  std::string whole = end == ReplyEnd::open ? format.reply_prefix() + std::string(text) : format.reply(text);
  // The space before a reply is the beginning of its first word's token; alone it would be a token of its own.
  if (text.empty() && end == ReplyEnd::open && whole == " ") whole.clear();
  std::vector<TokenId> ids = tokenizer.encode(whole, {.parse_special = false, .continues = true});
  if (end == ReplyEnd::stop_token) ids.push_back(stop_id(tokenizer, format));
  if (end == ReplyEnd::turn_end)
    for (const TokenId id : tokenizer.encode(format.turn_end(), {.continues = true})) ids.push_back(id);
  return ids;
}

TokenId stop_id(const Tokenizer& tokenizer, const ChatFormat& format) {
  const auto id = tokenizer.id_of(format.stop_token());
  if (!id)
    fail("the chat format {} ends a turn with '{}', which the tokenizer does not have: it belongs to another model",
         format.name(), format.stop_token());
  return *id;
}

}  // namespace counterpoint::text
