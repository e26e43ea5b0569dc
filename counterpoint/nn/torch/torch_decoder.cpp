#include "counterpoint/nn/torch/torch_decoder.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/rope.h"

namespace counterpoint::nn {
namespace {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::linear(x, weight, bias.defined() ? std::optional<at::Tensor>(bias) : std::nullopt);
}

at::Tensor index_tensor(const std::vector<std::int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

}  // namespace

/// What one forward call needs in every layer.
struct TorchDecoder::Step {
  at::Tensor cosine, sine;  ///< [rows, 1, head_dim]
  at::Tensor slots;         ///< [rows]: where each row's key and value go
  struct Sequence {
    std::int64_t first_row, rows;
    at::Tensor slots;      ///< [last position + 1]
    at::Tensor positions;  ///< [rows]
  };
  std::vector<Sequence> sequences;
};

TorchDecoder::TorchDecoder(const weights::ModelFiles& model, at::Device device, at::ScalarType dtype)
    : config_(model.config), options_(at::TensorOptions().device(device).dtype(dtype)) {
  const weights::TensorSource& source = *model.tensors;
  embedding_ = load(source, "model.embed_tokens.weight");
  final_norm_ = load(source, "model.norm.weight");
  head_ = config_.tied_embeddings ? embedding_ : load(source, "lm_head.weight");
  frequencies_ = at::tensor(rope_frequencies(config_)).to(device);
  for (std::int64_t i = 0; i < config_.layers; ++i) layers_.push_back(load_layer(source, i));
}

at::Tensor TorchDecoder::load(const weights::TensorSource& source, const std::string& name, bool wanted) const {
  if (!wanted) return {};
  const weights::TensorView view = source.view(name);
  at::Tensor tensor = at::empty(view.shape, at::kFloat);
  weights::to_float32(view, 0, {tensor.data_ptr<float>(), static_cast<size_t>(view.elements())});
  source.forget(view);
  return tensor.to(options_);
}

TorchLayer TorchDecoder::load_layer(const weights::TensorSource& source, std::int64_t index) const {
  const std::string layer = fmt::format("model.layers.{}.", index), attention = layer + "self_attn.",
                    mlp = layer + "mlp.";
  TorchLayer w;
  w.attention_norm = load(source, layer + "input_layernorm.weight");
  w.mlp_norm = load(source, layer + "post_attention_layernorm.weight");
  w.query_norm = load(source, attention + "q_norm.weight", config_.qk_norm);
  w.key_norm = load(source, attention + "k_norm.weight", config_.qk_norm);
  w.query = load(source, attention + "q_proj.weight");
  w.key = load(source, attention + "k_proj.weight");
  w.value = load(source, attention + "v_proj.weight");
  w.output = load(source, attention + "o_proj.weight");
  w.gate = load(source, mlp + "gate_proj.weight");
  w.up = load(source, mlp + "up_proj.weight");
  w.down = load(source, mlp + "down_proj.weight");
  w.query_bias = load(source, attention + "q_proj.bias", config_.qkv_bias);
  w.key_bias = load(source, attention + "k_proj.bias", config_.qkv_bias);
  w.value_bias = load(source, attention + "v_proj.bias", config_.qkv_bias);
  w.output_bias = load(source, attention + "o_proj.bias", config_.output_bias);
  w.gate_bias = load(source, mlp + "gate_proj.bias", config_.mlp_bias);
  w.up_bias = load(source, mlp + "up_proj.bias", config_.mlp_bias);
  w.down_bias = load(source, mlp + "down_proj.bias", config_.mlp_bias);
  return w;
}

void TorchDecoder::reserve_blocks(std::int64_t count) {
  for (TorchLayer& layer : layers_) {
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
  for (TorchLayer& layer : layers_)
    for (at::Tensor* cache : {&layer.keys, &layer.values})
      cache->narrow(0, to * kBlockPositions, positions).copy_(cache->narrow(0, from * kBlockPositions, positions));
}

std::int64_t TorchDecoder::weight_bytes() const {
  std::int64_t bytes = static_cast<std::int64_t>(embedding_.nbytes()) +
                       (config_.tied_embeddings ? 0 : static_cast<std::int64_t>(head_.nbytes()));
  for (const TorchLayer& w : layers_)
    for (const at::Tensor* tensor : {&w.query, &w.key, &w.value, &w.output, &w.gate, &w.up, &w.down})
      bytes += static_cast<std::int64_t>(tensor->nbytes());
  return bytes;
}

std::int64_t TorchDecoder::block_bytes() const {
  return config_.layers * 2 * kBlockPositions * config_.kv_heads * config_.head_dim *
         static_cast<std::int64_t>(options_.dtype().itemsize());
}

at::Tensor TorchDecoder::norm(const at::Tensor& x, const at::Tensor& weight) const {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor scale = at::rsqrt(wide.pow(2).mean(-1, /*keepdim=*/true) + config_.rms_norm_eps);
  return weight * (wide * scale).to(x.scalar_type());
}

at::Tensor TorchDecoder::rotate(const at::Tensor& x, const Step& step) const {
  const std::vector<at::Tensor> halves = x.chunk(2, -1);
  return x * step.cosine + at::cat({-halves[1], halves[0]}, -1) * step.sine;
}

std::int64_t TorchDecoder::window(std::int64_t layer) const {
  const bool slides = config_.sliding_layers.empty() || config_.sliding_layers[static_cast<size_t>(layer)];
  return config_.sliding_window && slides ? *config_.sliding_window : 0;
}

/// query: [rows, heads, head_dim] -> [rows, heads * head_dim]
at::Tensor TorchDecoder::attend_sequence(const TorchLayer& layer, std::int64_t index, const at::Tensor& query,
                                         const at::Tensor& slots, const at::Tensor& positions) const {
  const std::int64_t group = config_.heads / config_.kv_heads;
  const auto gather = [&](const at::Tensor& cache) {
    return cache.index_select(0, slots).transpose(0, 1).repeat_interleave(group, 0).unsqueeze(0);
  };
  const at::Tensor seen = at::arange(slots.size(0), positions.options()).unsqueeze(0);
  at::Tensor mask = seen <= positions.unsqueeze(1);
  if (const std::int64_t width = window(index)) mask = mask & (seen > positions.unsqueeze(1) - width);
  const at::Tensor out = at::scaled_dot_product_attention(query.transpose(0, 1).unsqueeze(0), gather(layer.keys),
                                                          gather(layer.values), mask);
  return out.squeeze(0).transpose(0, 1).reshape({query.size(0), -1});
}

at::Tensor TorchDecoder::attention(TorchLayer& layer, std::int64_t index, const at::Tensor& x, const Step& step) const {
  const auto heads_of = [&](const at::Tensor& weight, const at::Tensor& bias) {
    return linear(x, weight, bias).view({x.size(0), -1, config_.head_dim});
  };
  at::Tensor query = heads_of(layer.query, layer.query_bias), key = heads_of(layer.key, layer.key_bias);
  if (config_.qk_norm) {
    query = norm(query, layer.query_norm);
    key = norm(key, layer.key_norm);
  }
  query = rotate(query, step);
  layer.keys.index_copy_(0, step.slots, rotate(key, step));
  layer.values.index_copy_(0, step.slots, heads_of(layer.value, layer.value_bias));
  std::vector<at::Tensor> parts;
  for (const Step::Sequence& s : step.sequences)
    parts.push_back(attend_sequence(layer, index, query.narrow(0, s.first_row, s.rows), s.slots, s.positions));
  return linear(at::cat(parts), layer.output, layer.output_bias);
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
  const at::Tensor angles = index_tensor(positions, device).to(at::kFloat).unsqueeze(1) * frequencies_;
  const at::Tensor both = at::cat({angles, angles}, 1).unsqueeze(1);
  step.cosine = both.cos().to(options_);
  step.sine = both.sin().to(options_);

  at::Tensor x = embedding_.index_select(0, index_tensor({batch.tokens.begin(), batch.tokens.end()}, device));
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    TorchLayer& layer = layers_[static_cast<size_t>(i)];
    x = x + attention(layer, i, norm(x, layer.attention_norm), step);
    const at::Tensor h = norm(x, layer.mlp_norm);
    x = x + linear(at::silu(linear(h, layer.gate, layer.gate_bias)) * linear(h, layer.up, layer.up_bias), layer.down,
                   layer.down_bias);
  }
  if (batch.logit_rows.empty()) return {};
  const at::Tensor rows = x.index_select(0, index_tensor({batch.logit_rows.begin(), batch.logit_rows.end()}, device));
  logits_ = at::linear(norm(rows, final_norm_), head_).to(at::kFloat).cpu().contiguous();
  return {logits_.data_ptr<float>(), static_cast<size_t>(logits_.numel())};
}

}  // namespace counterpoint::nn
