// Random streams that depend on what they are for, never on when they are used.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <utility>

namespace counterpoint {

/// A seed made of a run's seed and names, e.g. stream_seed(seed, {question_id, "0/1/resistant"}). The same on every
/// machine; names are delimited, so {"ab", "c"} and {"a", "bc"} differ.
std::uint64_t stream_seed(std::uint64_t run_seed, std::initializer_list<std::string_view> names);

/// SplitMix64: small, fast, and good enough to draw tokens and shuffle rows.
class RandomStream {
 public:
  using result_type = std::uint64_t;
  explicit RandomStream(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()();
  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, bound), bound > 0, without modulo bias.
  std::uint64_t below(std::uint64_t bound);

  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

 private:
  std::uint64_t state_;
};

/// Every order equally likely (Fisher and Yates).
template <class Values>
void shuffle(Values& values, RandomStream& random) {
  for (std::size_t left = std::size(values); left > 1; --left) {
    using std::swap;
    swap(values[left - 1], values[random.below(left)]);
  }
}

}  // namespace counterpoint
