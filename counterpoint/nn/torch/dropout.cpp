#include "counterpoint/nn/torch/dropout.h"

#include <algorithm>

#include "counterpoint/nn/torch/at_parallel.h"

namespace counterpoint::nn {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): number n of stream s is mixed(s + n * step), so that any one can be had.
constexpr std::uint64_t step = 0x9E3779B97F4A7C15ull, first_factor = 0xBF58476D1CE4E5B9ull,
                        second_factor = 0x94D049BB133111EBull;
constexpr std::int64_t lanes = 4;  ///< elements that one number of 64 bits decides

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * first_factor;
  z = (z ^ (z >> 27)) * second_factor;
  return z ^ (z >> 31);
}

/// The same for signed numbers, whose shift would drag the sign along.
at::Tensor mixed(const at::Tensor& x) {
  const auto shifted = [](const at::Tensor& z, int bits) {
    return z.bitwise_right_shift(bits).bitwise_and_((std::int64_t{1} << (64 - bits)) - 1);
  };
  at::Tensor z = x.bitwise_xor(shifted(x, 30)).mul_(static_cast<std::int64_t>(first_factor));
  z = z.bitwise_xor(shifted(z, 27)).mul_(static_cast<std::int64_t>(second_factor));
  return z.bitwise_xor(shifted(z, 31));
}

std::uint64_t threshold_of(double rate) { return static_cast<std::uint64_t>(rate * 65536.0); }

at::Tensor on_cpu(const DropoutSeeds& dropout, std::uint64_t site, std::int64_t width) {
  const std::int64_t* const seeds = dropout.tokens.const_data_ptr<std::int64_t>();
  at::Tensor mask = at::empty({dropout.tokens.size(0), width}, at::kFloat);
  float* const out = mask.mutable_data_ptr<float>();
  const std::uint64_t threshold = threshold_of(dropout.rate);
  const auto keep = static_cast<float>(1.0 / (1.0 - dropout.rate));
  at::parallel_for(0, mask.size(0), 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t t = first; t < last; ++t) {
      std::uint64_t place = mixed(static_cast<std::uint64_t>(seeds[t]) ^ (site * step));
      float* const row = out + t * width;
      for (std::int64_t j = 0; j < width; j += lanes) {
        const std::uint64_t bits = mixed(place += step);
        for (std::int64_t lane = 0; lane < std::min(lanes, width - j); ++lane)
          row[j + lane] = ((bits >> (16 * lane)) & 0xFFFF) < threshold ? 0.0F : keep;
      }
    }
  });
  return mask;
}

at::Tensor on_device(const DropoutSeeds& dropout, std::uint64_t site, std::int64_t width) {
  const at::Tensor& seeds = dropout.tokens;
  const std::int64_t numbers = (width + lanes - 1) / lanes;
  const at::Tensor stream = mixed(seeds.bitwise_xor(static_cast<std::int64_t>(site * step))).unsqueeze(1);
  const at::Tensor places = at::arange(1, numbers + 1, seeds.options()).mul_(static_cast<std::int64_t>(step));
  const at::Tensor bits = mixed(stream + places).unsqueeze(2);  // [T, numbers, 1]
  const at::Tensor shifts = at::arange(lanes, seeds.options()).mul_(16);
  const at::Tensor drawn = bits.bitwise_right_shift(shifts).bitwise_and_(0xFFFF);
  const at::Tensor kept = drawn.flatten(1).narrow(1, 0, width) >= static_cast<std::int64_t>(threshold_of(dropout.rate));
  return kept.to(at::kFloat).mul_(1.0 / (1.0 - dropout.rate));
}

}  // namespace

at::Tensor dropout_mask(const DropoutSeeds& dropout, std::uint64_t site, std::int64_t width,
                        const at::TensorOptions& options) {
  return (dropout.tokens.is_cpu() ? on_cpu : on_device)(dropout, site, width).to(options);
}

}  // namespace counterpoint::nn
