#include "counterpoint/core/random.h"

#include "counterpoint/core/strings.h"

namespace counterpoint {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
  return z ^ z >> 31;
}

}  // namespace

std::uint64_t stream_seed(std::uint64_t run_seed, std::initializer_list<std::string_view> names) {
  std::uint64_t seed = mix(run_seed + 0x9e3779b97f4a7c15ULL);
  for (const std::string_view name : names) seed = mix(seed ^ stable_hash(name)) + name.size();
  return mix(seed);
}

std::uint64_t RandomStream::operator()() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

std::uint64_t RandomStream::below(std::uint64_t bound) {
  const std::uint64_t limit = max() - max() % bound;
  std::uint64_t value = (*this)();
  while (value >= limit) value = (*this)();
  return value % bound;
}

}  // namespace counterpoint
