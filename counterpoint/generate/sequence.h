// One conversation in the engine: its tokens, how far they are computed, and what is wanted of it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "counterpoint/core/random.h"
#include "counterpoint/generate/chat_model.h"
#include "counterpoint/text/tokenizer.h"

namespace counterpoint::generate {

struct Sequence {
  std::vector<text::TokenId> tokens;  ///< prompt, opening, then what was generated (or the continuation to score)
  std::int64_t prompt_tokens = 0;     ///< up to where the model's own part (or the continuation) begins
  std::int64_t opening_begin = 0;     ///< where the reply begins: prompt_tokens - tokens of the opening
  std::int64_t computed = 0;          ///< tokens whose keys and values are in the cache or in the step under way
  std::int64_t reused = 0;
  std::vector<std::int32_t> table;  ///< blocks of the cache

  bool score = false;  ///< log-probabilities of tokens[prompt_tokens..] are wanted, nothing is generated
  std::vector<double> token_logprobs;
  Sampling sampling;
  RandomStream random{0};
  bool stopped = false, finished = false;
  std::string error;                        ///< not empty: why it ended
  std::function<void(Sequence&)> advanced;  ///< after each step that it took part in; may set `finished`
  std::function<void(Sequence&)> done;

  std::int64_t length() const { return static_cast<std::int64_t>(tokens.size()); }
  std::int64_t new_tokens() const { return length() - prompt_tokens; }
  /// The first position whose logits are wanted.
  std::int64_t first_logit() const { return prompt_tokens - 1; }
};

}  // namespace counterpoint::generate
