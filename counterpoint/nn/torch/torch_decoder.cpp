#include "counterpoint/nn/torch/torch_decoder.h"

#include "counterpoint/nn/sliding_window.h"

namespace counterpoint::nn {
namespace {

/// The largest [S, R, T] of a group: its mask, and its scores in every head, are held at once.
constexpr std::int64_t group_scores = std::int64_t{2} << 20;

/// Rows of one sequence in a forward call.
struct Run {
  std::vector<std::int64_t> slots;  ///< where the keys and values of positions 0 .. last lie
  std::int64_t first_row, rows;
};

std::vector<Run> runs_of(const ForwardBatch& batch) {
  std::vector<Run> runs;
  for (std::int64_t first = 0, end = 0; first < batch.rows(); first = end) {
    const auto index = [](std::int64_t row) { return static_cast<size_t>(row); };
    while (end < batch.rows() && batch.sequences[index(end)] == batch.sequences[index(first)]) ++end;
    const std::span<const std::int32_t> table = batch.tables[index(batch.sequences[index(first)])];
    Run run{.slots = {}, .first_row = first, .rows = end - first};
    for (std::int64_t p = 0; p <= batch.positions[index(end - 1)]; ++p)
      run.slots.push_back(table[index(p / kBlockPositions)] * kBlockPositions + p % kBlockPositions);
    runs.push_back(std::move(run));
  }
  return runs;
}

/// Runs of as many rows each, the longest last, in parts that are not too large.
std::vector<std::vector<const Run*>> grouped(const std::vector<Run>& runs) {
  std::vector<const Run*> order;
  for (const Run& run : runs) order.push_back(&run);
  std::stable_sort(order.begin(), order.end(), [](const Run* a, const Run* b) {
    return std::tuple(a->rows, a->slots.size()) < std::tuple(b->rows, b->slots.size());
  });
  std::vector<std::vector<const Run*>> groups;
  for (const Run* run : order) {
    const bool fits = !groups.empty() && groups.back().front()->rows == run->rows &&
                      (std::ssize(groups.back()) + 1) * run->rows * std::ssize(run->slots) <= group_scores;
    if (!fits) groups.emplace_back();
    groups.back().push_back(run);
  }
  return groups;
}

}  // namespace

/// Sequences of as many rows each, for all of which one call attends.
struct TorchDecoder::Group {
  Group(const std::vector<const Run*>& runs, const ForwardBatch& batch, at::Device device) {
    const std::int64_t longest = std::ssize(runs.back()->slots);
    std::vector<std::int64_t> row, slot, position;
    for (const Run* run : runs) {
      for (std::int64_t r = run->first_row; r < run->first_row + run->rows; ++r) {
        row.push_back(r);
        position.push_back(batch.positions[static_cast<size_t>(r)]);
      }
      slot.insert(slot.end(), run->slots.begin(), run->slots.end());
      slot.resize(slot.size() + static_cast<size_t>(longest - std::ssize(run->slots)), run->slots.front());
    }
    const auto tensor = [&](const std::vector<std::int64_t>& values) {
      return at::tensor(values, at::kLong).to(device);
    };
    rows = tensor(row);
    slots = tensor(slot);
    count = std::ssize(runs);
    distance = tensor(position).view({count, 1, -1, 1}) - at::arange(longest, rows.options());
    causal = distance >= 0;
  }

  at::Tensor rows;      ///< [S * R] of the batch
  at::Tensor slots;     ///< [S * T], T: of the longest; the mask hides what lies past a sequence's end
  at::Tensor distance;  ///< [S, 1, R, T]: from each row back to each key
  at::Tensor causal;    ///< [S, 1, R, T] bool: what each row sees where no window narrows it
  std::int64_t count;   ///< S
};

/// What one forward call needs in every layer.
struct TorchDecoder::Step {
  RotaryAngles angles;
  at::Tensor slots;  ///< [rows]: where each row's key and value go
  std::vector<Group> groups;
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

/// query: [rows, heads, head_dim] of the batch -> [S * R, heads * head_dim]
at::Tensor TorchDecoder::attend(std::int64_t index, const at::Tensor& query, const Group& group) const {
  const Cache& cached = caches_[static_cast<size_t>(index)];
  const std::int64_t shared = config_.heads / config_.kv_heads;
  const auto split = [&](const at::Tensor& x) {
    return x.view({group.count, -1, x.size(1), config_.head_dim}).transpose(1, 2);
  };
  const auto gather = [&](const at::Tensor& cache) {
    return split(cache.index_select(0, group.slots)).repeat_interleave(shared, 1);
  };
  at::Tensor mask = group.causal;
  if (const std::int64_t width = window_of(config_, index)) mask = mask & (group.distance < width);
  return at::scaled_dot_product_attention(split(query.index_select(0, group.rows)), gather(cached.keys),
                                          gather(cached.values), mask)
      .transpose(1, 2)
      .reshape({group.rows.size(0), -1});
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
  at::Tensor seen = at::empty({x.size(0), config_.heads * config_.head_dim}, options_);
  for (const Group& group : step.groups) seen.index_copy_(0, group.rows, attend(index, query, group));
  return linear(seen, layer.output);
}

std::span<const float> TorchDecoder::forward(const ForwardBatch& batch) {
  if (batch.rows() == 0) return {};
  const at::InferenceMode no_gradients;
  const at::Device device = options_.device();
  const auto tensor = [&](const auto& values) {
    return at::tensor(std::vector<std::int64_t>(values.begin(), values.end()), at::kLong).to(device);
  };
  const std::vector<Run> runs = runs_of(batch);
  std::vector<std::int64_t> written;
  for (const Run& run : runs) written.insert(written.end(), run.slots.end() - run.rows, run.slots.end());
  Step step{
      .angles = rotary_angles(config_, tensor(batch.positions), options_), .slots = tensor(written), .groups = {}};
  for (const std::vector<const Run*>& group : grouped(runs)) step.groups.emplace_back(group, batch, device);

  at::Tensor x = weights_.embedding.index_select(0, tensor(batch.tokens));
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const TorchLayer& layer = weights_.layers[static_cast<size_t>(i)];
    x = x + attention(i, rms_norm(x, layer.attention_norm, config_.rms_norm_eps), step);
    const at::Tensor h = rms_norm(x, layer.mlp_norm, config_.rms_norm_eps);
    x = x + linear(at::silu(linear(h, layer.gate)) * linear(h, layer.up), layer.down);
  }
  if (batch.logit_rows.empty()) return {};
  const at::Tensor rows = x.index_select(0, tensor(batch.logit_rows));
  logits_ = at::linear(rms_norm(rows, weights_.final_norm, config_.rms_norm_eps), weights_.head)
                .to(at::kFloat)
                .cpu()
                .contiguous();
  return {logits_.data_ptr<float>(), static_cast<size_t>(logits_.numel())};
}

}  // namespace counterpoint::nn
