#include "counterpoint/nn/torch/lora_decoder.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/nn/sliding_window.h"
#include "counterpoint/nn/torch/recompute.h"

namespace counterpoint::nn {
namespace {

std::string parameter_name(const std::string& matrix, const char* which) {
  return matrix.substr(0, matrix.size() - std::string_view("weight").size()) + which + ".weight";
}

/// PEFT's start: A uniform within 1 / sqrt(in) (Kaiming with a = sqrt 5), B zero.
at::Tensor first_a(const weights::LoraPart& part, std::uint64_t seed) {
  RandomStream random(seed);
  const double bound = 1.0 / std::sqrt(static_cast<double>(part.in));
  at::Tensor a = at::empty({part.r, part.in}, at::kFloat);
  float* values = a.data_ptr<float>();
  for (std::int64_t i = 0; i < a.numel(); ++i) values[i] = static_cast<float>((2 * random.uniform() - 1) * bound);
  return a;
}

void copy_values(const std::vector<float>& from, const at::Tensor& to, const std::string& name) {
  if (std::ssize(from) != to.numel())
    fail("the adapter's {} has {} values, {} were expected", name, from.size(), to.numel());
  const torch::NoGradGuard no_gradients;
  to.copy_(at::from_blob(const_cast<float*>(from.data()), to.sizes(), at::kFloat));
}

std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

}  // namespace

LoraDecoder::LoraDecoder(const weights::ModelFiles& model, const TrainerOptions& options,
                         const at::TensorOptions& tensors)
    : config_(model.config),
      lora_(options.lora),
      options_(tensors),
      checkpointing_(options.gradient_checkpointing),
      weights_(load_torch_weights(model, tensors)) {
  const auto parts = weights::adapted_parts(options.lora, model.config);
  for (std::int64_t i = 0; i < config_.layers; ++i)
    layers_.push_back(sites_of(weights_.layers[static_cast<size_t>(i)], i, parts, options.seed));
}

LoraDecoder::Layer LoraDecoder::sites_of(const TorchLayer& layer, std::int64_t index,
                                         const std::map<std::string, weights::LoraPart>& parts, std::uint64_t seed) {
  std::array<LoraSite, 7> sites;
  const auto linears = layer.linears();
  for (size_t k = 0; k < sites.size(); ++k) {
    sites[k].matrix = linears[k];
    sites[k].number = static_cast<std::uint64_t>(index) * sites.size() + k;
    if (const auto part = parts.find(linears[k]->name); part != parts.end()) adapt(sites[k], part->second, seed);
  }
  return {sites[0], sites[1], sites[2], sites[3], sites[4], sites[5], sites[6]};
}

std::map<std::string, const LoraSite*> LoraDecoder::adapted_sites() const {
  std::map<std::string, const LoraSite*> adapted;
  for (const Layer& layer : layers_)
    for (const LoraSite* site : layer.sites())
      if (site->a.defined()) adapted[site->matrix->name] = site;
  return adapted;
}

bool LoraDecoder::adapts(std::int64_t index) const {
  const auto sites = layers_[static_cast<size_t>(index)].sites();
  return std::any_of(sites.begin(), sites.end(), [](const LoraSite* site) { return site->a.defined(); });
}

void LoraDecoder::adapt(LoraSite& site, const weights::LoraPart& part, std::uint64_t seed) {
  const auto options = at::TensorOptions().device(options_.device()).dtype(at::kFloat);
  site.a = first_a(part, stream_seed(seed, {"lora", site.matrix->name})).to(options).requires_grad_(true);
  site.b = at::zeros({part.out, part.r}, options).requires_grad_(true);
  site.scale = part.scale;
  parameters_.emplace_back(parameter_name(site.matrix->name, "lora_A"), site.a);
  parameters_.emplace_back(parameter_name(site.matrix->name, "lora_B"), site.b);
}

at::Tensor LoraDecoder::apply(const LoraSite& site, const at::Tensor& x, const Step& step) const {
  return step.adapted ? lora_linear(x, site, step.dropout) : linear(x, *site.matrix);
}

/// q, k, v: [heads, T, head_dim] of the whole packed batch -> [row length, heads * head_dim]
at::Tensor LoraDecoder::attend_row(std::int64_t index, const PackedRow& row, const at::Tensor& query,
                                   const at::Tensor& key, const at::Tensor& value) const {
  const std::int64_t width = window_of(config_, index);
  const auto part = [&](const at::Tensor& x, std::int64_t first, std::int64_t length) {
    return x.narrow(1, row.first + first, length).unsqueeze(0);
  };
  const auto attend = [&](std::int64_t first, std::int64_t queries, std::int64_t keys, const at::Tensor& mask) {
    const auto wanted = mask.defined() ? std::optional<at::Tensor>(mask) : std::nullopt;
    return at::scaled_dot_product_attention(part(query, first, queries), part(key, 0, keys), part(value, 0, keys),
                                            wanted, 0.0, !wanted, std::nullopt, /*enable_gqa=*/true)
        .squeeze(0)
        .transpose(0, 1)
        .reshape({queries, -1});
  };
  const std::int64_t branches = row.length - row.prefix;
  if (width > 0) {
    const at::Tensor& position = row.positions;
    at::Tensor mask = at::ones({row.length, row.length}, position.options().dtype(at::kBool)).tril();
    if (row.branch_mask.defined()) mask.narrow(0, row.prefix, branches).copy_(row.branch_mask);
    mask = mask & (position.unsqueeze(0) > position.unsqueeze(1) - width);
    return attend(0, row.length, row.length, mask);
  }
  if (!row.branch_mask.defined() || branches == 0) return attend(0, row.length, row.length, {});
  return at::cat({attend(0, row.prefix, row.prefix, {}), attend(row.prefix, branches, row.length, row.branch_mask)});
}

/// All rows in one call: on a GPU the products that the mask throws away cost less than a call a row.
at::Tensor LoraDecoder::attend_all(std::int64_t index, const PackedRows& rows, const at::Tensor& query,
                                   const at::Tensor& key, const at::Tensor& value) const {
  at::Tensor mask = rows.mask;
  if (const std::int64_t width = window_of(config_, index))
    mask = mask & (rows.positions.unsqueeze(0) > rows.positions.unsqueeze(1) - width);
  const auto for_each_head = [&](const at::Tensor& x) {
    return x.repeat_interleave(config_.heads / config_.kv_heads, 0).unsqueeze(0);
  };
  return at::scaled_dot_product_attention(query.unsqueeze(0), for_each_head(key), for_each_head(value), mask)
      .squeeze(0)
      .transpose(0, 1)
      .reshape({query.size(1), -1});
}

at::Tensor LoraDecoder::attention(std::int64_t index, const at::Tensor& x, const Step& step) const {
  const Layer& sites = layers_[static_cast<size_t>(index)];
  const TorchLayer& weights = weights_.layers[static_cast<size_t>(index)];
  const auto heads_of = [&](const LoraSite& site) {
    return apply(site, x, step).view({x.size(0), -1, config_.head_dim});
  };
  at::Tensor query = heads_of(sites.query), key = heads_of(sites.key);
  if (config_.qk_norm) {
    query = frozen_rms_norm(query, weights.query_norm, config_.rms_norm_eps);
    key = frozen_rms_norm(key, weights.key_norm, config_.rms_norm_eps);
  }
  query = rotate(query, step.angles).transpose(0, 1);
  key = rotate(key, step.angles).transpose(0, 1);
  const at::Tensor value = heads_of(sites.value).transpose(0, 1);
  if (step.rows.mask.defined()) return apply(sites.output, attend_all(index, step.rows, query, key, value), step);
  std::vector<at::Tensor> parts;
  for (const PackedRow& row : step.rows.rows) parts.push_back(attend_row(index, row, query, key, value));
  return apply(sites.output, parts.size() == 1 ? parts[0] : at::cat(parts), step);
}

at::Tensor LoraDecoder::layer(std::int64_t index, const at::Tensor& x, const Step& step) const {
  const Layer& sites = layers_[static_cast<size_t>(index)];
  const TorchLayer& weights = weights_.layers[static_cast<size_t>(index)];
  const at::Tensor middle =
      x + attention(index, frozen_rms_norm(x, weights.attention_norm, config_.rms_norm_eps), step);
  const at::Tensor h = frozen_rms_norm(middle, weights.mlp_norm, config_.rms_norm_eps);
  return middle + apply(sites.down, swiglu(apply(sites.gate, h, step), apply(sites.up, h, step)), step);
}

at::Tensor LoraDecoder::logprobs(PackedRows rows, double dropout, bool adapted) {
  const at::Tensor seeds = rows.dropout_seeds;
  const RotaryAngles angles = rotary_angles(config_, rows.positions, options_);
  // Shared, because a layer that is recomputed asks for it when this function has long returned.
  const auto step = std::make_shared<const Step>(Step{
      .rows = std::move(rows), .angles = angles, .dropout = {.rate = dropout, .tokens = seeds}, .adapted = adapted});
  at::Tensor x = weights_.embedding.index_select(0, step->rows.tokens);
  const bool recomputes = checkpointing_ && torch::GradMode::is_enabled();
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    const auto compute = [this, i, step](const at::Tensor& input) { return layer(i, input, *step); };
    // Below the first adapted layer nothing is walked back, so nothing needs to be recomputed.
    const bool walked_back = x.requires_grad() || adapts(i);
    x = recomputes && walked_back ? recompute_backward(x, compute, parameters_.front().second) : compute(x);
  }
  const at::Tensor wanted =
      frozen_rms_norm(x.index_select(0, step->rows.predictors), weights_.final_norm, config_.rms_norm_eps);
  return token_logprobs(wanted, weights_.head, step->rows.targets);
}

weights::Adapter LoraDecoder::adapter() const {
  weights::Adapter adapter{.config = lora_, .parts = weights::adapted_parts(lora_, config_)};
  for (const auto& [name, site] : adapted_sites()) {
    weights::LoraPart& part = adapter.parts.at(name);
    part.a = values_of(site->a);
    part.b = values_of(site->b);
  }
  return adapter;
}

void LoraDecoder::set_adapter(const weights::Adapter& adapter) {
  const std::map<std::string, const LoraSite*> mine = adapted_sites();
  if (adapter.parts.size() != mine.size())
    fail("an adapter of {} matrices was given, {} are trained", adapter.parts.size(), mine.size());
  for (const auto& [matrix, part] : adapter.parts) {
    const auto found = mine.find(matrix);
    if (found == mine.end()) fail("the adapter has '{}', which is not trained here", matrix);
    const LoraSite& site = *found->second;
    copy_values(part.a, site.a, fmt::format("lora_A of '{}'", matrix));
    copy_values(part.b, site.b, fmt::format("lora_B of '{}'", matrix));
    if (part.scale == site.scale) continue;
    const torch::NoGradGuard no_gradients;
    site.b.mul_(part.scale / site.scale);
  }
}

}  // namespace counterpoint::nn
