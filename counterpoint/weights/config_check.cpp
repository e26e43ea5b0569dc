#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/config_reader.h"

namespace counterpoint::weights {
namespace {

void check_range(std::string_view name, std::int64_t value, std::int64_t most, const std::string& where) {
  if (value < 1 || value > most) fail("{}: {} is {}; 1 to {} was expected", where, name, value, most);
}

void check_positive(std::string_view name, double value, const std::string& where) {
  if (!std::isfinite(value) || value <= 0) fail("{}: {} is {}; a number above 0 was expected", where, name, value);
}

void check_sizes(const ModelConfig& config, const std::string& where) {
  check_range("the vocabulary's size", config.vocab_size, std::int64_t{1} << 24, where);
  check_range("the hidden size", config.hidden, std::int64_t{1} << 20, where);
  check_range("the intermediate size", config.intermediate, std::int64_t{1} << 22, where);
  check_range("the number of layers", config.layers, 1000, where);
  check_range("the number of attention heads", config.heads, 1 << 14, where);
  check_range("the number of key-value heads", config.kv_heads, config.heads, where);
  check_range("the size of a head", config.head_dim, 1 << 14, where);
  check_range("the longest position", config.max_position, std::int64_t{1} << 32, where);
  if (config.heads % config.kv_heads != 0)
    fail("{}: {} attention heads cannot share {} key-value heads", where, config.heads, config.kv_heads);
  if (config.head_dim % 2 != 0) fail("{}: a head's size is {}; rope needs an even one", where, config.head_dim);
}

void check_rope(const ModelConfig& config, const std::string& where) {
  check_positive("the norm's epsilon", config.rms_norm_eps, where);
  check_positive("rope's theta", config.rope_theta, where);
  if (const auto& scaling = config.rope_scaling) {
    check_positive("rope's factor", scaling->factor, where);
    check_positive("rope's low_freq_factor", scaling->low_freq_factor, where);
    check_positive("rope's high_freq_factor", scaling->high_freq_factor, where);
    check_range("rope's original_max_position_embeddings", scaling->original_max_position, std::int64_t{1} << 32,
                where);
    if (scaling->high_freq_factor <= scaling->low_freq_factor)
      fail("{}: rope's high_freq_factor {} should be above its low_freq_factor {}", where, scaling->high_freq_factor,
           scaling->low_freq_factor);
  }
}

void check_ids(const ModelConfig& config, const std::string& where) {
  const auto check = [&](std::string_view name, std::int64_t id) {
    if (id < 0 || id >= config.vocab_size)
      fail("{}: the {} token is {}, outside the vocabulary of {}", where, name, id, config.vocab_size);
  };
  for (const std::int64_t id : config.eos_token_ids) check("eos", id);
  if (config.bos_token_id) check("bos", *config.bos_token_id);
}

}  // namespace

void check_config(const ModelConfig& config, const std::string& where) {
  check_sizes(config, where);
  check_rope(config, where);
  if (config.sliding_window) check_range("the sliding window", *config.sliding_window, std::int64_t{1} << 32, where);
  check_ids(config, where);
}

}  // namespace counterpoint::weights
