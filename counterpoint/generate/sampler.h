// Choosing the next token from logits.
#pragma once
#include <span>
#include <vector>

#include "counterpoint/core/random.h"
#include "counterpoint/generate/chat_model.h"
#include "counterpoint/text/tokenizer.h"

namespace counterpoint::generate {

/// Greedy at temperature 0 (the lowest id among equals); else a draw from softmax(logits / temperature), cut to the
/// top_k most likely tokens, then to the smallest set of them whose mass reaches top_p (transformers' order).
/// `forbidden`: tokens that cannot be drawn. Uses one number of `random` unless greedy.
/// `scratch`: kept by the caller between calls. Error: logits that are not finite.
text::TokenId sample(std::span<const float> logits, const Sampling& sampling, std::span<const text::TokenId> forbidden,
                     RandomStream& random, std::vector<float>& scratch);

/// log softmax(logits)[token]. Error: as above.
double log_probability(std::span<const float> logits, text::TokenId token, std::vector<float>& scratch);

/// Error: a value out of range, by its option's name.
void check(const Sampling& sampling);

}  // namespace counterpoint::generate
