// Conversations to prompt text, exactly as transformers' apply_chat_template renders the model's own template.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/message.h"

namespace counterpoint::text {

struct RenderOptions {
  bool add_generation_prompt = false;  ///< end with the header of the assistant's next turn
};

class ChatFormat {
 public:
  virtual ~ChatFormat() = default;
  virtual std::string name() const = 0;
  /// The prompt, special tokens spelled out (BOS included where the template writes one). Error: a role or an order of
  /// roles that the template refuses (Mistral: user and assistant must alternate).
  virtual std::string render(const Messages& messages, RenderOptions options = {}) const = 0;
  /// What stands between a prompt with add_generation_prompt and the assistant's text: " " where the template puts a
  /// space before the text (Mistral), an empty thinking part (Qwen3), else nothing.
  virtual std::string reply_prefix() const { return ""; }
  /// A whole reply as the template writes it behind such a prompt: reply_prefix() and the text, without outer white
  /// space where the template takes that away (Llama 3, Mistral v0.3), with its own thinking (Qwen3).
  virtual std::string reply(std::string_view text) const { return reply_prefix() + std::string(text); }
  /// What follows the assistant's text when its turn is over, as one string: "<|im_end|>\n", "<|eot_id|>", "</s>".
  virtual std::string turn_end() const = 0;
  /// The token that ends an assistant's turn: "<|im_end|>", "<|eot_id|>", "</s>".
  virtual std::string stop_token() const = 0;
};

/// Names for --chat-format: "chatml", "chatml-smollm2", "chatml-qwen2.5", "llama3", "mistral-v0.2", "mistral-v0.3", ...
std::vector<std::string> chat_format_names();
/// With the family's usual BOS and EOS. Error: unknown name, with the nearest.
std::unique_ptr<ChatFormat> make_chat_format(std::string_view name);

/// Recognises a Jinja chat template. Error: unknown template; lists what is known and names --chat-format.
/// `bos` and `eos`: the tokenizer's own spellings.
std::unique_ptr<ChatFormat> recognise_chat_format(std::string_view jinja_template, std::string_view bos,
                                                  std::string_view eos);

/// The chat format of a Hugging Face folder: `name` where given, else by chat_template.jinja or the chat_template in
/// tokenizer_config.json. Error: neither is there; unknown template.
std::unique_ptr<ChatFormat> load_chat_format(const std::filesystem::path& folder, std::string_view name = "");

}  // namespace counterpoint::text
