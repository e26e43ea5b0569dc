// Conversations and texts as rows that a LoraTrainer takes: token ids, and which of them are trained.
//
// The prompt's ids are those that the model sees when it answers, so they are a prefix of the whole by construction.
// Trained are the assistant's text and all that the chat format writes to close its turn ("<|im_end|>\n": two tokens),
// as TRL 1.16 counts a completion. Nothing is masked by a token's id: a padding token that equals EOS does no harm.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/text/encode_chat.h"

namespace counterpoint::persuasion {

/// References: both must outlive it. The rows have no id yet.
class RowEncoder {
 public:
  /// Error: the tokenizer has no token that ends a turn of this format.
  RowEncoder(const text::Tokenizer& tokenizer, const text::ChatFormat& format)
      : tokenizer_(tokenizer), format_(format), end_(text::stop_id(tokenizer, format)) {}

  /// The prompt and the assistant's replies to it, one branch each. Error: an order of roles that the chat format
  /// refuses.
  nn::TrainRow replies(const text::Messages& prompt, std::span<const std::string> texts) const;

  /// The same for texts without chat format: the ids of the prompt, then those of the completion and the token that
  /// ends a turn, unless the completion ends in it. Special tokens that are spelled in the texts are special; BOS is
  /// not added. Error: an empty prompt.
  nn::TrainRow completions(std::string_view prompt, std::span<const std::string> texts) const;

  /// A conversation in which every assistant's turn is trained; what follows the last is left out. One row, unless the
  /// chat format writes earlier turns in another way once the conversation goes on (Qwen3's thinking, Mistral v0.3's
  /// system message): then it is divided before those turns, so that each turn is trained as it is generated.
  /// Error: no turn of the assistant; one that comes first.
  std::vector<nn::TrainRow> conversation(const text::Messages& messages) const;

 private:
  const text::Tokenizer& tokenizer_;
  const text::ChatFormat& format_;
  text::TokenId end_;  ///< ends a turn
};

/// Rows, the shortest prefix first: those whose prefix begins the next one's join it, and each token of a prefix is
/// computed once. The joined row has the branches in the rows' order; its id and key are those of the longest.
std::vector<nn::TrainRow> share_prefixes(std::vector<nn::TrainRow> rows);

enum class Fit { whole, cut, nothing_left };

/// TRL's rule, where branches follow the whole prefix: of both what lies behind `max_length` tokens is cut off (0:
/// nothing). Where the prefix alone fills it, nothing is left to train.
Fit fit_row(nn::TrainRow& row, std::int64_t max_length);

/// Sets the row's id, and its key to a hash of the tokens.
void name_row(nn::TrainRow& row, std::string id);

}  // namespace counterpoint::persuasion
