#include "counterpoint/protoclip/episodes.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::protoclip {
namespace {

std::vector<std::int64_t> permutation(std::int64_t n, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(seed);
  shuffle(order, random);
  return order;
}

/// The last episode of the pass before reaches `open` places into this one: what it `held` already comes after them.
void put_off(std::vector<std::int64_t>& pass, const std::unordered_set<std::int64_t>& held, std::int64_t open) {
  std::vector<std::int64_t> now, later;
  for (const std::int64_t sample : pass)
    (std::ssize(now) < open && !held.contains(sample) ? now : later).push_back(sample);
  std::copy(later.begin(), later.end(), std::copy(now.begin(), now.end(), pass.begin()));
}

EpisodeOptions checked(EpisodeOptions options) {
  if (options.dataset_size < 1) fail("episodes: the data set holds no samples");
  if (options.episode_size == 0) options.episode_size = options.dataset_size;
  if (options.episode_size < 0) fail("episodes: an episode of {} samples", options.episode_size);
  if (options.episode_size > options.dataset_size && !options.with_replacement)
    fail("episodes: an episode of {} samples can't be drawn from {} without repeating some; lower the episode size",
         options.episode_size, options.dataset_size);
  return options;
}

}  // namespace

EpisodePlan::EpisodePlan(const EpisodeOptions& options) : options_(checked(options)) {}

std::vector<std::int64_t> EpisodePlan::plain_pass(std::int64_t number) const {
  return permutation(options_.dataset_size, stream_seed(options_.seed, {"pass", std::to_string(number)}));
}

const std::vector<std::int64_t>& EpisodePlan::pass(std::int64_t number) const {
  if (number == cached_number_ - 1) return previous_pass_;
  if (cached_number_ < 0 || number < cached_number_) {
    cached_number_ = 0;
    cached_pass_ = plain_pass(0);
  }
  while (cached_number_ < number) {
    previous_pass_ = std::move(cached_pass_);
    cached_pass_ = plain_pass(++cached_number_);
    const std::int64_t held = cached_number_ * options_.dataset_size % options_.episode_size;
    if (held > 0)
      put_off(cached_pass_, {previous_pass_.end() - held, previous_pass_.end()}, options_.episode_size - held);
  }
  return cached_pass_;
}

std::vector<std::int64_t> EpisodePlan::samples(std::int64_t episode) const {
  COUNTERPOINT_ASSERT(episode >= 0);
  std::vector<std::int64_t> drawn(static_cast<size_t>(options_.episode_size));
  if (options_.with_replacement) {
    RandomStream random(stream_seed(options_.seed, {"episode", std::to_string(episode)}));
    for (std::int64_t& sample : drawn)
      sample = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(options_.dataset_size)));
    return drawn;
  }
  std::int64_t at = episode * options_.episode_size;  // in all passes, one after another
  for (auto next = drawn.begin(); next != drawn.end();) {
    const std::vector<std::int64_t>& order = pass(at / options_.dataset_size);
    const std::int64_t begin = at % options_.dataset_size;
    const std::int64_t count = std::min<std::int64_t>(options_.dataset_size - begin, drawn.end() - next);
    next = std::copy_n(order.begin() + begin, count, next);
    at += count;
  }
  return drawn;
}

std::vector<std::vector<std::int64_t>> EpisodePlan::batches(std::int64_t episode, std::int64_t batch) const {
  if (batch < 1) fail("episodes: a batch of {} samples", batch);
  if (batch > options_.episode_size)
    fail("episodes: an episode of {} samples holds no batch of {}, and nothing would be trained; lower the batch size",
         options_.episode_size, batch);
  const auto order =
      permutation(options_.episode_size, stream_seed(options_.seed, {"batches", std::to_string(episode)}));
  std::vector<std::vector<std::int64_t>> parts;
  for (auto at = order.begin(); order.end() - at >= batch; at += batch) parts.emplace_back(at, at + batch);
  return parts;
}

}  // namespace counterpoint::protoclip
