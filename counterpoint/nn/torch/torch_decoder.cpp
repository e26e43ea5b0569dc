#include "counterpoint/nn/torch/torch_decoder.h"

namespace counterpoint::nn {
namespace {

at::Tensor index_tensor(const std::vector<std::int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

}  // namespace

/// What one forward call needs in every layer.
struct TorchDecoder::Step {
  RotaryAngles angles;
  at::Tensor slots;  ///< [rows]: where each row's key and value go
  struct Sequence {
    std::int64_t first_row, rows;
    at::Tensor slots;      ///< [last position + 1]
    at::Tensor positions;  ///< [rows]
  };
  std::vector<Sequence> sequences;
};

TorchDecoder::TorchDecoder(const weights::ModelFiles& model, at::Device device, at::ScalarType dtype)
    : config_(model.config),
      options_(at::TensorOptions().device(device).dtype(dtype)),
      weights_(load_torch_weights(model, options_)),
      caches_(weights_.layers.size()) {}

void TorchDecoder::reserve_blocks(std::int64_t count) {
  for (Cache& layer : caches_) {
    const std::int64_t have = layer.keys.defined() ? layer.keys.size(0) : 0;
    if (have >= count * kBlockPositions) return;
    const std::int64_t slots = std::max(count * kBlockPositions, have * 2);
    for (at::Tensor* cache : {&layer.keys, &layer.values}) {
      at::Tensor grown = at::zeros({slots, config_.kv_heads, config_.head_dim}, options_);
      if (have) grown.narrow(0, 0, have).copy_(*cache);
      *cache = grown;
    }
  }
}

void TorchDecoder::copy_block(std::int32_t from, std::int32_t to, std::int64_t positions) {
  for (Cache& layer : caches_)
    for (at::Tensor* cache : {&layer.keys, &layer.values})
      cache->narrow(0, to * kBlockPositions, positions).copy_(cache->narrow(0, from * kBlockPositions, positions));
}

std::int64_t TorchDecoder::weight_bytes() const {
  std::int64_t bytes = static_cast<std::int64_t>(weights_.embedding.nbytes()) +
                       (config_.tied_embeddings ? 0 : static_cast<std::int64_t>(weights_.head.nbytes()));
  for (const TorchLayer& layer : weights_.layers)
    for (const TorchLinear* matrix : layer.linears()) bytes += static_cast<std::int64_t>(matrix->weight.nbytes());
  return bytes;
}

std::int64_t TorchDecoder::block_bytes() const {
  return config_.layers * 2 * kBlockPositions * config_.kv_heads * config_.head_dim *
         static_cast<std::int64_t>(options_.dtype().itemsize());
}

/// query: [rows, heads, head_dim] -> [rows, heads * head_dim]
at::Tensor TorchDecoder::attend_sequence(std::int64_t index, const at::Tensor& query, const at::Tensor& slots,
                                         const at::Tensor& positions) const {
  const Cache& cached = caches_[static_cast<size_t>(index)];
  const std::int64_t group = config_.heads / config_.kv_heads;
  const auto gather = [&](const at::Tensor& cache) {
    return cache.index_select(0, slots).transpose(0, 1).repeat_interleave(group, 0).unsqueeze(0);
  };
  const at::Tensor seen = at::arange(slots.size(0), positions.options()).unsqueeze(0);
  at::Tensor mask = seen <= positions.unsqueeze(1);
  if (const std::int64_t width = window_of(config_, index)) mask = mask & (seen > positions.unsqueeze(1) - width);
  const at::Tensor out = at::scaled_dot_product_attention(query.transpose(0, 1).unsqueeze(0), gather(cached.keys),
                                                          gather(cached.values), mask);
  return out.squeeze(0).transpose(0, 1).reshape({query.size(0), -1});
}

at::Tensor TorchDecoder::attention(std::int64_t index, const at::Tensor& x, const Step& step) {
  const TorchLayer& layer = weights_.layers[static_cast<size_t>(index)];
  Cache& cache = caches_[static_cast<size_t>(index)];
  const auto heads_of = [&](const TorchLinear& matrix) {
    return linear(x, matrix).view({x.size(0), -1, config_.head_dim});
  };
  at::Tensor query = heads_of(layer.query), key = heads_of(layer.key);
  if (config_.qk_norm) {
    query = rms_norm(query, layer.query_norm, config_.rms_norm_eps);
    key = rms_norm(key, layer.key_norm, config_.rms_norm_eps);
  }
  query = rotate(query, step.angles);
  cache.keys.index_copy_(0, step.slots, rotate(key, step.angles));
  cache.values.index_copy_(0, step.slots, heads_of(layer.value));
  std::vector<at::Tensor> parts;
  for (const Step::Sequence& s : step.sequences)
    parts.push_back(attend_sequence(index, query.narrow(0, s.first_row, s.rows), s.slots, s.positions));
  return linear(at::cat(parts), layer.output);
}

std::span<const float> TorchDecoder::forward(const ForwardBatch& batch) {
  if (batch.rows() == 0) return {};
  const at::InferenceMode no_gradients;
  const at::Device device = options_.device();
  const std::vector<std::int64_t> positions(batch.positions.begin(), batch.positions.end());
  Step step;
  std::vector<std::int64_t> slots;
  const auto slot = [&](std::span<const std::int32_t> table, std::int64_t position) {
    return table[static_cast<size_t>(position / kBlockPositions)] * kBlockPositions + position % kBlockPositions;
  };
  for (std::int64_t first = 0, end = 0; first < batch.rows(); first = end) {
    const auto at_row = [&](std::int64_t row) { return static_cast<size_t>(row); };
    while (end < batch.rows() && batch.sequences[at_row(end)] == batch.sequences[at_row(first)]) ++end;
    const std::span<const std::int32_t> table = batch.tables[static_cast<size_t>(batch.sequences[at_row(first)])];
    std::vector<std::int64_t> seen;
    for (std::int64_t p = 0; p <= positions[at_row(end - 1)]; ++p) seen.push_back(slot(table, p));
    for (std::int64_t row = first; row < end; ++row) slots.push_back(slot(table, positions[at_row(row)]));
    step.sequences.push_back({first, end - first, index_tensor(seen, device),
                              index_tensor({positions.begin() + first, positions.begin() + end}, device)});
  }
  step.slots = index_tensor(slots, device);
  step.angles = rotary_angles(config_, index_tensor(positions, device), options_);

  at::Tensor x = weights_.embedding.index_select(0, index_tensor({batch.tokens.begin(), batch.tokens.end()}, device));
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const TorchLayer& layer = weights_.layers[static_cast<size_t>(i)];
    x = x + attention(i, rms_norm(x, layer.attention_norm, config_.rms_norm_eps), step);
    const at::Tensor h = rms_norm(x, layer.mlp_norm, config_.rms_norm_eps);
    x = x + linear(at::silu(linear(h, layer.gate)) * linear(h, layer.up), layer.down);
  }
  if (batch.logit_rows.empty()) return {};
  const at::Tensor rows = x.index_select(0, index_tensor({batch.logit_rows.begin(), batch.logit_rows.end()}, device));
  logits_ = at::linear(rms_norm(rows, weights_.final_norm, config_.rms_norm_eps), weights_.head)
                .to(at::kFloat)
                .cpu()
                .contiguous();
  return {logits_.data_ptr<float>(), static_cast<size_t>(logits_.numel())};
}

}  // namespace counterpoint::nn
