// The decoder that is trained: frozen weights, an adapter with gradients, packed rows in, log-probabilities out.
#pragma once
#include <map>

#include "counterpoint/nn/torch/autograd_functions.h"
#include "counterpoint/nn/torch/packed_rows.h"

namespace counterpoint::nn {

class LoraDecoder {
 public:
  LoraDecoder(const weights::ModelFiles& model, const TrainerOptions& options, const at::TensorOptions& tensors);
  LoraDecoder(const LoraDecoder&) = delete;  // the sites point into the weights
  LoraDecoder& operator=(const LoraDecoder&) = delete;

  /// Log-probabilities of the trained tokens [N]. `dropout` as the rate to use; gradients as the mode is.
  at::Tensor logprobs(PackedRows rows, double dropout, bool adapted);

  /// The adapter's tensors by name: "model.layers.0.self_attn.q_proj.lora_A.weight".
  const std::vector<std::pair<std::string, at::Tensor>>& parameters() const { return parameters_; }
  weights::Adapter adapter() const;
  void set_adapter(const weights::Adapter& adapter);

 private:
  struct Layer {
    LoraSite query, key, value, output, gate, up, down;
    std::array<const LoraSite*, 7> sites() const { return {&query, &key, &value, &output, &gate, &up, &down}; }
  };
  struct Step {
    PackedRows rows;
    RotaryAngles angles;
    DropoutSeeds dropout;
    bool adapted;
  };
  void adapt(LoraSite& site, const weights::LoraPart& part, std::uint64_t seed);
  Layer sites_of(const TorchLayer& layer, std::int64_t index, const std::map<std::string, weights::LoraPart>& parts,
                 std::uint64_t seed);
  std::map<std::string, const LoraSite*> adapted_sites() const;  ///< by the matrix' name
  bool adapts(std::int64_t index) const;                         ///< any matrix of the layer
  at::Tensor apply(const LoraSite& site, const at::Tensor& x, const Step& step) const;
  at::Tensor layer(std::int64_t index, const at::Tensor& x, const Step& step) const;
  at::Tensor attention(std::int64_t index, const at::Tensor& x, const Step& step) const;
  at::Tensor attend_row(std::int64_t index, const PackedRow& row, const at::Tensor& query, const at::Tensor& key,
                        const at::Tensor& value) const;
  at::Tensor attend_all(std::int64_t index, const PackedRows& rows, const at::Tensor& query, const at::Tensor& key,
                        const at::Tensor& value) const;

  weights::ModelConfig config_;
  weights::LoraConfig lora_;
  at::TensorOptions options_;
  bool checkpointing_;
  TorchWeights weights_;
  std::vector<Layer> layers_;
  std::vector<std::pair<std::string, at::Tensor>> parameters_;
};

}  // namespace counterpoint::nn
