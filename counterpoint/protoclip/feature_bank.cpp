#include "counterpoint/protoclip/feature_bank.h"

#include <algorithm>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

void check_samples(const torch::Tensor& samples, std::int64_t dataset_size) {
  if (samples.numel() == 0) return;
  const auto [low, high] = torch::aminmax(samples);
  if (low.item<std::int64_t>() < 0 || high.item<std::int64_t>() >= dataset_size)
    fail("feature bank: samples {} to {} of a data set of {}", low.item<std::int64_t>(), high.item<std::int64_t>(),
         dataset_size);
}

void copy_checked(torch::Tensor& into, const torch::Tensor& from, const std::string& name) {
  if (from.sizes() != into.sizes())
    fail("feature bank: '{}' has {} numbers where {} were expected: it was recorded for other data or another head",
         name, from.numel(), into.numel());
  into.copy_(from);
}

/// Earlier versions kept the step at which a sample was recorded, -1 for never.
torch::Tensor recorded_in(const NamedTensors& tensors) {
  constexpr const char* steps = "recorded_at";
  if (has_tensor(tensors, steps)) return named(tensors, steps, "feature bank") >= 0;
  return named(tensors, "recorded", "feature bank");
}

}  // namespace

FeatureBank::FeatureBank(std::int64_t dataset_size, std::int64_t dim)
    : image_(torch::zeros({dataset_size, dim})),
      text_(torch::zeros({dataset_size, dim})),
      recorded_(torch::zeros({dataset_size}, torch::kBool)) {}

void FeatureBank::record(const torch::Tensor& samples, const torch::Tensor& h_image, const torch::Tensor& h_text) {
  for (const torch::Tensor& h : {h_image, h_text})
    if (h.dim() != 2 || h.size(0) != samples.numel() || h.size(1) != dim())
      fail("feature bank: features [{}, {}] were expected", samples.numel(), dim());
  const torch::NoGradGuard no_grad;
  const torch::Tensor rows = samples.cpu();
  check_samples(rows, dataset_size());
  image_.index_copy_(0, rows, h_image.detach().to(torch::kCPU, torch::kFloat32));
  text_.index_copy_(0, rows, h_text.detach().to(torch::kCPU, torch::kFloat32));
  recorded_.index_fill_(0, rows, true);
}

FeatureBank::Found FeatureBank::find(const torch::Tensor& samples) const {
  const torch::Tensor rows = samples.cpu();
  check_samples(rows, dataset_size());
  return {image_.index_select(0, rows), text_.index_select(0, rows),
          recorded_.index_select(0, rows).logical_not().nonzero().flatten()};
}

NamedTensors FeatureBank::tensors() const { return {{"image", image_}, {"text", text_}, {"recorded", recorded_}}; }

void FeatureBank::restore(const NamedTensors& tensors) {
  copy_checked(image_, named(tensors, "image", "feature bank"), "image");
  copy_checked(text_, named(tensors, "text", "feature bank"), "text");
  copy_checked(recorded_, recorded_in(tensors), "recorded");
}

}  // namespace counterpoint::protoclip
