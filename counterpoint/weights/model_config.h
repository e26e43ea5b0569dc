// The shape of a decoder of the Llama family, read from config.json or GGUF metadata.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace counterpoint::weights {

/// Rope scaling of Llama 3.1 ("rope_type": "llama3").
struct Llama3RopeScaling {
  double factor = 8, low_freq_factor = 1, high_freq_factor = 4;
  std::int64_t original_max_position = 8192;
};

struct ModelConfig {
  std::string architecture;  ///< "llama", "mistral", "qwen2", "qwen3"
  std::int64_t vocab_size = 0, hidden = 0, intermediate = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0;
  std::int64_t max_position = 0;
  double rms_norm_eps = 1e-5, rope_theta = 10000;
  std::optional<Llama3RopeScaling> rope_scaling;
  std::optional<std::vector<float>>
      rope_freq_factors;                       ///< GGUF's rope_freqs.weight [head_dim / 2]: divides each frequency
  std::optional<std::int64_t> sliding_window;  ///< a token sees this many positions, itself included
  std::vector<bool> sliding_layers;            ///< which layers use the window; empty = all, where there is a window
  bool qkv_bias = false;                       ///< Qwen2; also config.json's attention_bias
  bool output_bias = false;                    ///< bias on o_proj (attention_bias of Llama)
  bool mlp_bias = false;
  bool qk_norm = false;  ///< Qwen3
  bool tied_embeddings = false;
  std::vector<std::int64_t> eos_token_ids;  ///< generation_config.json first, then config.json
  std::optional<std::int64_t> bos_token_id, pad_token_id;
};

}  // namespace counterpoint::weights
