#include "counterpoint/weights/gguf_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace counterpoint::weights {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array outside =
    std::to_array<Names>({{"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}});

constexpr std::array of_a_layer = std::to_array<Names>({{"attn_norm", "input_layernorm"},
                                                        {"attn_q", "self_attn.q_proj"},
                                                        {"attn_k", "self_attn.k_proj"},
                                                        {"attn_v", "self_attn.v_proj"},
                                                        {"attn_q_norm", "self_attn.q_norm"},
                                                        {"attn_k_norm", "self_attn.k_norm"},
                                                        {"attn_output", "self_attn.o_proj"},
                                                        {"ffn_norm", "post_attention_layernorm"},
                                                        {"ffn_gate", "mlp.gate_proj"},
                                                        {"ffn_up", "mlp.up_proj"},
                                                        {"ffn_down", "mlp.down_proj"}});

template <size_t N>
std::string_view look_up(const std::array<Names, N>& names, std::string_view gguf) {
  const auto found = std::ranges::find(names, gguf, &Names::first);
  return found == names.end() ? std::string_view() : found->second;
}

}  // namespace

std::string hf_name_of(std::string_view gguf_name) {
  const std::string unchanged(gguf_name);
  const size_t last = gguf_name.rfind('.');
  if (last == std::string_view::npos) return unchanged;
  const std::string_view stem = gguf_name.substr(0, last), kind = gguf_name.substr(last);
  if (const auto hf = look_up(outside, stem); !hf.empty()) return std::string(hf).append(kind);
  if (!stem.starts_with("blk.")) return unchanged;
  const size_t dot = stem.find('.', 4);
  if (dot == std::string_view::npos) return unchanged;
  const std::string_view layer = stem.substr(4, dot - 4);
  const std::string_view hf = look_up(of_a_layer, stem.substr(dot + 1));
  if (hf.empty()) return unchanged;
  return std::string("model.layers.").append(layer).append(".").append(hf).append(kind);
}

}  // namespace counterpoint::weights
