#include "counterpoint/protoclip/train/learner.h"

#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/nn/torch/device.h"
#include "counterpoint/protoclip/cached_loss.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/train/autocast.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

void check_finite(const LossTerms& terms) {
  if (!std::isfinite(terms.total.item<double>()))
    fail("the loss is not finite; a lower --lr or a longer --warmup may help");
}

bool is_of_image(const std::string& name) { return name.starts_with("visual."); }

/// Open_clip's rule: what has two dimensions or more decays (embeddings of positions too), unless its name holds one of
/// these; biases, norms, scales and the class embedding do not.
bool decays(const std::string& name, const Tensor& parameter) {
  if (parameter.dim() < 2) return false;
  for (const char* part : {"bn", "ln", "bias", "logit_scale"})
    if (name.find(part) != std::string::npos) return false;
  return true;
}

}  // namespace

Learner::Learner(const TrainSettings& settings, std::int64_t vocabulary)
    : settings_(settings), device_(nn::torch_device(settings.device)) {
  torch::manual_seed(stream_seed(settings.seed, {"weights"}));
  if (settings.pretrained.empty()) {
    nn::ClipConfig config = nn::clip_config_of(settings.model);
    config.text.vocab_size = vocabulary;
    model_ = nn::ClipModel(config);
  } else {
    model_ = nn::read_open_clip(find_model(settings.pretrained));
    check_vocabulary(vocabulary, config(), settings.pretrained);
  }
  model_->to(device_);  // drawn on the CPU: the same weights on every device
  scales_.clip = model_->logit_scale();
  if (settings.clusters()) {
    const nn::ProjectionHeadShape shape{
        .input = model_->config().embed_dim, .hidden = settings.projection_hidden, .output = settings.projection_dim};
    image_head_ = nn::ProjectionHead(shape);
    text_head_ = nn::ProjectionHead(shape);
    image_head_->to(device_);
    text_head_->to(device_);
    scales_.prototype = torch::full({}, initial_log_scale(), device_).requires_grad_(true);
  }
  add_groups();
  train(true);
}

void Learner::add_groups() {
  std::vector<Tensor> lists[2][2];  // [image][decays]
  for (const auto& item : model_->named_parameters())
    lists[is_of_image(item.key())][decays(item.key(), item.value())].push_back(item.value());
  if (has_heads()) {
    for (const Tensor& parameter : image_head_->parameters()) lists[1][0].push_back(parameter);
    for (const Tensor& parameter : text_head_->parameters()) lists[0][0].push_back(parameter);
    lists[0][0].push_back(scales_.prototype);
  }
  for (const bool image : {false, true})
    for (const bool decaying : {false, true}) {
      const std::vector<Tensor>& list = lists[image][decaying];
      nn::AdamWSettings adamw = adamw_of(settings_, config());
      if (!decaying) adamw.weight_decay = 0;
      groups_.push_back({nn::FusedAdamW(list, adamw), image, list});
    }
}

std::vector<Tensor> Learner::parameters() const {
  std::vector<Tensor> all;
  for (const Group& group : groups_) all.insert(all.end(), group.parameters.begin(), group.parameters.end());
  return all;
}

BatchInput Learner::on_device(const BatchInput& input) const {
  return {input.pixels.to(device_), input.ids.to(device_), input.positions.to(device_)};
}

BatchFeatures Learner::features(const BatchInput& given) {
  const BatchInput input = on_device(given);
  Tensor z_image, z_text, h_image, h_text;
  {
    const Autocast autocast(settings_.precision == "amp_bf16", device_.type());
    z_image = model_->encode_image(input.pixels);
    z_text = model_->encode_text(input.ids);
    if (has_heads()) {
      h_image = image_head_->forward(z_image);
      h_text = text_head_->forward(z_text);
    }
  }
  const auto unit = [](const Tensor& x) { return x.defined() ? unit_rows(x.to(torch::kFloat)) : Tensor(); };
  return {unit(z_image), unit(z_text), unit(h_image), unit(h_text), input.positions};
}

/// The whole batch's loss though its towers run in parts (cached_loss.h).
LossTerms Learner::accumulate(const BatchInput& batch, const Prototypes* prototypes) {
  const std::vector<BatchInput> inputs = parts_of(batch, settings_.micro_batch);
  std::vector<BatchFeatures> parts;
  {
    const torch::NoGradGuard no_gradients;
    set_norm_momentum(0);  // the second pass moves the running statistics, once
    for (const BatchInput& input : inputs) parts.push_back(features(input));
    set_norm_momentum(0.1);
  }
  const CachedLoss loss(parts, prototypes, scales_, settings_.weights);
  check_finite(loss.terms());
  for (std::size_t i = 0; i < inputs.size(); ++i) loss.feed(i, features(inputs[i])).backward();
  seen_ = joined(parts);
  return loss.terms();
}

LossTerms Learner::step(const BatchInput& batch, const Prototypes* prototypes, double learning_rate) {
  for (Tensor& parameter : parameters()) parameter.mutable_grad().reset();
  LossTerms terms;
  if (settings_.micro_batch > 0 && settings_.micro_batch < batch.pixels.size(0)) {
    terms = accumulate(batch, prototypes);
  } else {
    const BatchFeatures all = features(batch);
    terms = total_loss(all, prototypes, scales_, settings_.weights);
    check_finite(terms);
    terms.total.backward();
    seen_ = detached(all);
  }
  clip();
  for (Group& group : groups_)
    if (!(group.image && image_locked_)) group.adamw.step(learning_rate);
  clamp_log_scale_(scales_.clip);
  if (has_heads()) clamp_log_scale_(scales_.prototype);
  return terms;
}

void Learner::clip() {
  if (settings_.grad_clip <= 0) return;
  const double norm = torch::nn::utils::clip_grad_norm_(parameters(), settings_.grad_clip);
  if (!std::isfinite(norm)) fail("the gradient is not finite; a lower --lr or a longer --warmup may help");
}

void Learner::lock_image() {
  image_locked_ = true;
  for (const auto& item : model_->named_parameters())
    if (is_of_image(item.key())) item.value().set_requires_grad(false);
  if (has_heads())
    for (const Tensor& parameter : image_head_->parameters()) parameter.set_requires_grad(false);
  train(true);
}

void Learner::train(bool on) {
  model_->train(on);
  if (has_heads()) {
    image_head_->train(on);
    text_head_->train(on);
  }
  if (!image_locked_) return;
  for (const auto& module : model_->named_modules())
    if (is_of_image(module.key() + ".")) module.value()->train(false);
  if (has_heads()) image_head_->train(false);
}

void Learner::set_norm_momentum(double momentum) {
  const auto set = [&](const std::vector<std::shared_ptr<torch::nn::Module>>& modules) {
    for (const auto& module : modules) {
      if (auto* norm = module->as<torch::nn::BatchNorm2d>()) norm->options.momentum(momentum);
      if (auto* norm = module->as<torch::nn::BatchNorm1d>()) norm->options.momentum(momentum);
    }
  };
  set(model_->modules());
  if (!has_heads()) return;
  set(image_head_->modules());
  set(text_head_->modules());
}

NamedTensors Learner::state() const {
  NamedTensors out;
  const auto add_head = [&](const char* name, const nn::ProjectionHead& head) {
    for (const auto& item : head->named_parameters()) out.emplace_back(std::string(name) + item.key(), item.value());
    for (const auto& item : head->named_buffers()) out.emplace_back(std::string(name) + item.key(), item.value());
  };
  if (has_heads()) {
    add_head("image_head.", image_head_);
    add_head("text_head.", text_head_);
    out.emplace_back("prototype_scale", scales_.prototype);
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::vector<Tensor> moments = groups_[g].adamw.state();
    for (std::size_t i = 0; i < moments.size(); ++i) out.emplace_back(fmt::format("adamw.{}.{}", g, i), moments[i]);
  }
  return out;
}

void Learner::restore(const NamedTensors& saved) {
  const torch::NoGradGuard no_gradients;
  for (auto& [name, tensor] : state()) {
    const Tensor& from = named(saved, name, "the checkpoint");
    if (from.sizes() != tensor.sizes()) fail("the checkpoint's '{}' has another shape than this run's", name);
    Tensor(tensor).copy_(from);
  }
}

}  // namespace counterpoint::protoclip
