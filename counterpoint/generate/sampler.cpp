#include "counterpoint/generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/table.h"

namespace counterpoint::generate {
namespace {

using text::TokenId;

TokenId most_likely(std::span<const float> logits) {
  return static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// Error: what a broken weight, or a number that float16 could not hold, makes of all logits.
void check_finite(double value) {
  if (!std::isfinite(value))
    fail("the model's logits are not finite: its weights are damaged, or too large for the number format in use");
}

/// Draws an index by its weight; `total` is their sum.
size_t draw(std::span<const float> weights, double total, RandomStream& random) {
  double left = random.uniform() * total;
  size_t last_possible = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last_possible = i;
    left -= static_cast<double>(weights[i]);
    if (left < 0) return i;
  }
  return last_possible;  // rounding ate the rest
}

/// Token ids from most to least likely, as many as top_k and top_p may need.
std::vector<TokenId> ranked(std::span<const float> weights, int top_k) {
  std::vector<TokenId> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  const size_t keep = top_k > 0 ? std::min<size_t>(static_cast<size_t>(top_k), order.size()) : order.size();
  const auto likelier = [&](TokenId a, TokenId b) {
    const float wa = weights[static_cast<size_t>(a)], wb = weights[static_cast<size_t>(b)];
    return wa != wb ? wa > wb : a < b;
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(keep), order.end(), likelier);
  order.resize(keep);
  return order;
}

TokenId draw_truncated(std::span<const float> weights, const Sampling& sampling, RandomStream& random) {
  const std::vector<TokenId> order = ranked(weights, sampling.top_k);
  std::vector<float> kept;
  double total = 0;
  for (const TokenId id : order) total += static_cast<double>(weights[static_cast<size_t>(id)]);
  double mass = 0;
  for (const TokenId id : order) {
    kept.push_back(weights[static_cast<size_t>(id)]);
    mass += static_cast<double>(kept.back());
    if (mass >= sampling.top_p * total) break;
  }
  return order[draw(kept, mass, random)];
}

}  // namespace

TokenId sample(std::span<const float> logits, const Sampling& sampling, std::span<const TokenId> forbidden,
               RandomStream& random, std::vector<float>& scratch) {
  scratch.assign(logits.begin(), logits.end());
  for (const TokenId id : forbidden) scratch[static_cast<size_t>(id)] = std::numeric_limits<float>::lowest();
  if (sampling.temperature <= 0) {
    const TokenId best = most_likely(scratch);
    const float highest = scratch[static_cast<size_t>(best)];  // a forbidden token's where the others are no numbers
    check_finite(highest > std::numeric_limits<float>::lowest() ? highest : std::nan(""));
    return best;
  }
  const auto width = static_cast<std::int64_t>(scratch.size());
  const float peak = nn::kernels().maximum(scratch.data(), width);
  const auto factor = static_cast<float>(1.0 / sampling.temperature);
  const double total = nn::kernels().exponentials(scratch.data(), peak, factor, width, scratch.data());
  check_finite(total);
  for (const TokenId id : forbidden) scratch[static_cast<size_t>(id)] = 0;
  if (sampling.top_k > 0 || sampling.top_p < 1) return draw_truncated(scratch, sampling, random);
  return static_cast<TokenId>(draw(scratch, total, random));
}

double log_probability(std::span<const float> logits, TokenId token, std::vector<float>& scratch) {
  scratch.resize(logits.size());
  const auto width = static_cast<std::int64_t>(logits.size());
  const float peak = nn::kernels().maximum(logits.data(), width);
  const double total = nn::kernels().exponentials(logits.data(), peak, 1.0f, width, scratch.data());
  check_finite(total);
  return static_cast<double>(logits[static_cast<size_t>(token)] - peak) - std::log(total);
}

void check(const Sampling& s) {
  if (!(s.temperature >= 0)) fail("temperature is {}: expected 0 (greedy) or more", s.temperature);
  if (s.top_k < 0) fail("top-k is {}: expected 0 (off) or more", s.top_k);
  if (!(s.top_p > 0 && s.top_p <= 1)) fail("top-p is {}: expected more than 0 and at most 1 (off)", s.top_p);
  if (s.max_new_tokens < 1) fail("max-new-tokens is {}: expected 1 or more", s.max_new_tokens);
  if (s.min_new_tokens < 0 || s.min_new_tokens > s.max_new_tokens)
    fail("min-new-tokens is {}: expected 0 to max-new-tokens ({})", s.min_new_tokens, s.max_new_tokens);
}

}  // namespace counterpoint::generate
