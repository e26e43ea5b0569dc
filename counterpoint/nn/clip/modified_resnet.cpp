// CLIP's ResNet: three convolutions at the start, an average pool before each stride, attention at the end.
#include <fmt/format.h>

#include <vector>

#include "counterpoint/nn/clip/attention_pool.h"
#include "counterpoint/nn/clip/vision_tower.h"

namespace counterpoint::nn {
namespace {

using torch::Tensor;

constexpr std::int64_t expansion = 4;  ///< a block's output channels over its inner ones

torch::nn::Conv2d convolution(std::int64_t from, std::int64_t to, std::int64_t side, std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, side).stride(stride).padding((side - 1) / 2).bias(false));
}

/// The way around a block that changes the map's size or channels.
class ShortcutImpl : public torch::nn::Module {
 public:
  ShortcutImpl(std::int64_t from, std::int64_t to, std::int64_t stride)
      : stride_(stride),
        convolution_(register_module("0", convolution(from, to, 1))),
        norm_(register_module("1", torch::nn::BatchNorm2d(to))) {}

  Tensor forward(const Tensor& x) { return norm_(convolution_(stride_ > 1 ? torch::avg_pool2d(x, stride_) : x)); }

 private:
  std::int64_t stride_;
  torch::nn::Conv2d convolution_;
  torch::nn::BatchNorm2d norm_;
};
TORCH_MODULE(Shortcut);

class BottleneckImpl : public torch::nn::Module {
 public:
  BottleneckImpl(std::int64_t from, std::int64_t inner, std::int64_t stride)
      : stride_(stride),
        conv1_(register_module("conv1", convolution(from, inner, 1))),
        norm1_(register_module("bn1", torch::nn::BatchNorm2d(inner))),
        conv2_(register_module("conv2", convolution(inner, inner, 3))),
        norm2_(register_module("bn2", torch::nn::BatchNorm2d(inner))),
        conv3_(register_module("conv3", convolution(inner, inner * expansion, 1))),
        norm3_(register_module("bn3", torch::nn::BatchNorm2d(inner * expansion))) {
    // A new block changes nothing.
    torch::nn::init::zeros_(norm3_->weight);
    if (stride > 1 || from != inner * expansion)
      shortcut_ = register_module("downsample", Shortcut(from, inner * expansion, stride));
  }

  Tensor forward(const Tensor& x) {
    Tensor y = norm1_(conv1_(x)).relu_();
    y = norm2_(conv2_(y)).relu_();
    if (stride_ > 1) y = torch::avg_pool2d(y, stride_);
    return norm3_(conv3_(y)).add_(shortcut_ ? shortcut_(x) : x).relu_();
  }

 private:
  std::int64_t stride_;
  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d norm1_;
  torch::nn::Conv2d conv2_;
  torch::nn::BatchNorm2d norm2_;
  torch::nn::Conv2d conv3_;
  torch::nn::BatchNorm2d norm3_;
  Shortcut shortcut_{nullptr};
};
TORCH_MODULE(Bottleneck);

torch::nn::Sequential stage(std::int64_t from, std::int64_t inner, std::int64_t blocks, std::int64_t stride) {
  torch::nn::Sequential made;
  made->push_back(Bottleneck(from, inner, stride));
  for (std::int64_t block = 1; block < blocks; ++block) made->push_back(Bottleneck(inner * expansion, inner, 1));
  return made;
}

class ModifiedResNet : public VisionTower {
 public:
  explicit ModifiedResNet(const ClipConfig& config) {
    const VisionConfig& vision = config.vision;
    const std::int64_t width = vision.width;
    add_start(0, 3, width / 2, 2);
    add_start(1, width / 2, width / 2, 1);
    add_start(2, width / 2, width, 1);
    for (size_t at = 0; at < vision.stages.size(); ++at) {
      const std::int64_t inner = width << at;
      const std::int64_t from = at == 0 ? width : inner / 2 * expansion;
      stages_.push_back(
          register_module(fmt::format("layer{}", at + 1), stage(from, inner, vision.stages[at], at == 0 ? 1 : 2)));
    }
    pool_ = register_module(
        "attnpool", AttentionPool(vision.image_size / 32, vision.attention_width(), vision.heads(), config.embed_dim));
  }

  Tensor forward(const Tensor& pixels) override {
    // Convolutions and batch norms are faster on a CPU where channels lie side by side.
    Tensor x = pixels.contiguous(torch::MemoryFormat::ChannelsLast);
    for (size_t at = 0; at < start_.size(); ++at) x = start_norms_[at](start_[at](x)).relu_();
    x = torch::avg_pool2d(x, 2);
    for (auto& stage : stages_) x = stage->forward(x);
    return pool_(x);
  }

 private:
  void add_start(int at, std::int64_t from, std::int64_t to, std::int64_t stride) {
    start_.push_back(register_module(fmt::format("conv{}", at + 1), convolution(from, to, 3, stride)));
    start_norms_.push_back(register_module(fmt::format("bn{}", at + 1), torch::nn::BatchNorm2d(to)));
  }

  std::vector<torch::nn::Conv2d> start_;
  std::vector<torch::nn::BatchNorm2d> start_norms_;
  std::vector<torch::nn::Sequential> stages_;
  AttentionPool pool_{nullptr};
};

}  // namespace

std::shared_ptr<VisionTower> make_modified_resnet(const ClipConfig& config) {
  return std::make_shared<ModifiedResNet>(config);
}

}  // namespace counterpoint::nn
