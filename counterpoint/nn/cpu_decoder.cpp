#include "counterpoint/nn/cpu_decoder.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/nn/kernels/table.h"
#include "counterpoint/nn/sliding_window.h"

namespace counterpoint::nn {
namespace {

constexpr std::int64_t kRowGrain = 4;  ///< rows of light work that are worth handing to a thread

void for_rows(std::int64_t rows, const std::function<void(std::int64_t)>& body) {
  parallel_for(rows, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) body(row);
  });
}

float* grow(std::vector<float>& buffer, std::int64_t size) {
  if (static_cast<std::int64_t>(buffer.size()) < size) buffer.resize(static_cast<size_t>(size));
  return buffer.data();
}

const float* or_null(const std::vector<float>& bias) { return bias.empty() ? nullptr : bias.data(); }

void check_shape(const weights::ModelConfig& config) {
  if (config.heads / config.kv_heads > 256) fail("more than 256 attention heads share a key/value head");
}

}  // namespace

CpuDecoder::CpuDecoder(const weights::ModelFiles& model, WeightType type)
    : config_((check_shape(model.config), model.config)),
      weights_(load_cpu_weights(config_, *model.tensors, type)),
      cache_(config_),
      rope_(rope_frequencies(config_)) {}

std::span<const float> CpuDecoder::forward(const ForwardBatch& batch) {
  if (batch.rows() == 0) return {};
  rope_.reserve(*std::max_element(batch.positions.begin(), batch.positions.end()) + 1);
  embed(batch);
  for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
    normalise(weights_.layers[static_cast<size_t>(layer)].attention_norm, batch.rows());
    attention(batch, layer);
    normalise(weights_.layers[static_cast<size_t>(layer)].mlp_norm, batch.rows());
    mlp(layer, batch.rows());
  }
  compute_logits(batch);
  return {logits_.data(), batch.logit_rows.size() * static_cast<size_t>(config_.vocab_size)};
}

void CpuDecoder::embed(const ForwardBatch& batch) {
  float* hidden = grow(hidden_, batch.rows() * config_.hidden);
  for_rows(batch.rows(), [&](std::int64_t row) {
    weights_.embedding.row(batch.tokens[static_cast<size_t>(row)], hidden + row * config_.hidden);
  });
}

void CpuDecoder::normalise(const std::vector<float>& weight, std::int64_t rows) {
  float* normed = grow(normed_, rows * config_.hidden);
  for_rows(rows, [&](std::int64_t row) {
    kernels().rms_norm(hidden_.data() + row * config_.hidden, weight.data(), static_cast<float>(config_.rms_norm_eps),
                       config_.hidden, normed + row * config_.hidden);
  });
}

void CpuDecoder::attention(const ForwardBatch& batch, std::int64_t layer) {
  const CpuLayer& w = weights_.layers[static_cast<size_t>(layer)];
  const std::int64_t rows = batch.rows();
  float* qkv = grow(qkv_, rows * w.qkv.outputs());
  w.qkv.multiply({.x = normed_.data(), .rows = rows, .y = qkv, .bias = or_null(w.qkv_bias)});
  // All keys and values first: rows of this call may look at each other's.
  for_rows(rows, [&](std::int64_t row) { write_cache_row(batch, layer, row); });
  grow(attended_, rows * w.output.inputs());
  parallel_for(rows * config_.kv_heads, 2, [&](std::int64_t begin, std::int64_t end) {
    static thread_local std::vector<const float*> blocks;
    static thread_local std::vector<float> scratch;
    for (std::int64_t task = begin; task < end; ++task)
      attend_row(batch, layer, task / config_.kv_heads, task % config_.kv_heads, blocks, scratch);
  });
  w.output.multiply(
      {.x = attended_.data(), .rows = rows, .y = hidden_.data(), .bias = or_null(w.output_bias), .accumulate = true});
}

void CpuDecoder::write_cache_row(const ForwardBatch& batch, std::int64_t layer, std::int64_t row) {
  const CpuLayer& w = weights_.layers[static_cast<size_t>(layer)];
  const std::int64_t width = config_.head_dim, heads = config_.heads, kv = config_.kv_heads;
  const std::int64_t position = batch.positions[static_cast<size_t>(row)];
  float* q = qkv_.data() + row * w.qkv.outputs();
  for (std::int64_t head = 0; head < heads + kv; ++head) {
    float* x = q + head * width;
    const std::vector<float>& norm = head < heads ? w.query_norm : w.key_norm;
    if (!norm.empty()) kernels().rms_norm(x, norm.data(), static_cast<float>(config_.rms_norm_eps), width, x);
    kernels().rotate(x, rope_.cosine(position), rope_.sine(position), width);
  }
  const std::int32_t block = batch.tables[static_cast<size_t>(batch.sequences[static_cast<size_t>(row)])]
                                         [static_cast<size_t>(position / kBlock)];
  const std::int64_t at = position % kBlock;
  for (std::int64_t head = 0; head < kv; ++head) {
    const float* k = q + (heads + head) * width;
    float* keys = cache_.keys(block, layer, head);
    for (std::int64_t d = 0; d < width; ++d) keys[d * kBlock + at] = k[d];
    std::copy_n(q + (heads + kv + head) * width, width, cache_.values(block, layer, head) + at * width);
  }
}

void CpuDecoder::attend_row(const ForwardBatch& batch, std::int64_t layer, std::int64_t row, std::int64_t head,
                            std::vector<const float*>& blocks, std::vector<float>& scratch) {
  const std::int64_t group = config_.heads / config_.kv_heads, width = config_.head_dim;
  const std::int64_t position = batch.positions[static_cast<size_t>(row)];
  const std::span<const std::int32_t> table =
      batch.tables[static_cast<size_t>(batch.sequences[static_cast<size_t>(row)])];
  const std::int64_t count = position / kBlock + 1;
  blocks.resize(static_cast<size_t>(2 * count));
  for (std::int64_t b = 0; b < count; ++b) {
    blocks[static_cast<size_t>(b)] = cache_.keys(table[static_cast<size_t>(b)], layer, head);
    blocks[static_cast<size_t>(count + b)] = cache_.values(table[static_cast<size_t>(b)], layer, head);
  }
  AttendArgs args;
  args.query = qkv_.data() + row * (config_.heads + 2 * config_.kv_heads) * width + head * group * width;
  args.out = attended_.data() + row * config_.heads * width + head * group * width;
  args.keys = blocks.data();
  args.values = blocks.data() + count;
  args.scratch = grow(scratch, group * count * kBlock);
  args.heads = group;
  args.head_dim = width;
  const std::int64_t window = window_of(config_, layer);
  args.first = window > 0 ? std::max<std::int64_t>(0, position + 1 - window) : 0;
  args.last = position + 1;
  args.scale = 1.0f / std::sqrt(static_cast<float>(width));
  kernels().attend(args);
}

void CpuDecoder::mlp(std::int64_t layer, std::int64_t rows) {
  const CpuLayer& w = weights_.layers[static_cast<size_t>(layer)];
  const std::int64_t width = config_.intermediate;
  float* gate_up = grow(gate_up_, rows * 2 * width);
  w.gate_up.multiply({.x = normed_.data(), .rows = rows, .y = gate_up, .bias = or_null(w.gate_up_bias)});
  for_rows(rows, [&](std::int64_t row) {
    float* gate = gate_up + row * 2 * width;
    kernels().swiglu(gate, gate + width, width);
  });
  w.down.multiply({.x = gate_up,
                   .rows = rows,
                   .y = hidden_.data(),
                   .bias = or_null(w.down_bias),
                   .accumulate = true,
                   .x_stride = 2 * width});
}

void CpuDecoder::compute_logits(const ForwardBatch& batch) {
  const auto rows = static_cast<std::int64_t>(batch.logit_rows.size());
  if (rows == 0) return;
  // Ascending rows: each moves to a place at or before its own.
  for (std::int64_t i = 0; i < rows; ++i)
    std::copy_n(hidden_.data() + batch.logit_rows[static_cast<size_t>(i)] * config_.hidden, config_.hidden,
                hidden_.data() + i * config_.hidden);
  normalise(weights_.final_norm, rows);
  weights_.output_head().multiply({.x = normed_.data(), .rows = rows, .y = grow(logits_, rows * config_.vocab_size)});
}

}  // namespace counterpoint::nn
