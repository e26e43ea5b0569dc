// GGUF's names of a decoder's tensors and Hugging Face's.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint::weights {

/// "blk.3.attn_q.weight" to "model.layers.3.self_attn.q_proj.weight"; a name that is none of ours stays as it is.
std::string hf_name_of(std::string_view gguf_name);

}  // namespace counterpoint::weights
