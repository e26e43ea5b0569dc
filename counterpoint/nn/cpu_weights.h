// A decoder's weights as the CPU kernels want them.
#pragma once
#include <memory>
#include <vector>

#include "counterpoint/nn/kernels/packed_matrix.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::nn {

struct CpuLayer {
  std::vector<float> attention_norm, mlp_norm;                        ///< [hidden]
  std::vector<float> query_norm, key_norm;                            ///< [head_dim] (Qwen3) or empty
  PackedMatrix qkv;                                                   ///< [(heads + 2 * kv_heads) * head_dim, hidden]
  PackedMatrix output;                                                ///< [hidden, heads * head_dim]
  PackedMatrix gate_up;                                               ///< [2 * intermediate, hidden]
  PackedMatrix down;                                                  ///< [hidden, intermediate]
  std::vector<float> qkv_bias, output_bias, gate_up_bias, down_bias;  ///< or empty
};

struct CpuWeights {
  PackedMatrix embedding;  ///< [vocab, hidden]
  std::vector<CpuLayer> layers;
  std::vector<float> final_norm;       ///< [hidden]
  std::unique_ptr<PackedMatrix> head;  ///< [vocab, hidden]; null: tied to the embedding
  const PackedMatrix& output_head() const { return head ? *head : embedding; }
  std::int64_t bytes() const;
};

CpuWeights load_cpu_weights(const weights::ModelConfig& config, const weights::TensorSource& source, WeightType type);

}  // namespace counterpoint::nn
