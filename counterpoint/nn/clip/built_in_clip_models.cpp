// The models that `--model` knows by name.
#include <algorithm>
#include <utility>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/clip/clip_config.h"

namespace counterpoint::nn {
namespace {

using Named = std::pair<std::string, ClipConfig>;

ClipConfig vision_transformer_of(std::int64_t patch_size) {
  ClipConfig config;
  config.vision.patch_size = patch_size;
  return config;
}

ClipConfig rn50() {
  ClipConfig config{.embed_dim = 1024};
  config.vision.stages = {3, 4, 6, 3};
  config.vision.width = 64;
  return config;
}

ClipTextConfig tiny_text() { return {.width = 128, .heads = 4, .layers = 2}; }

/// 48 pixels become maps of 24, 12, 6, 3 and 1 cells a side, so that attention pools a single cell: enough for emoji.
/// Of 64 pixels 2 by 2 cells are left, which photos need (docs/results.md).
ClipConfig tiny_resnet(std::int64_t side) {
  ClipConfig config{.embed_dim = 128, .vision = {.image_size = side, .stages = {1, 1, 1, 1}}, .text = tiny_text()};
  config.vision.width = 16;
  return config;
}

ClipConfig tiny_vit() {
  ClipConfig config{.embed_dim = 128, .vision = {.image_size = 48, .stages = {}, .layers = 4}, .text = tiny_text()};
  config.vision.width = 128;
  config.vision.patch_size = 8;
  config.vision.head_width = 32;
  return config;
}

std::vector<Named> built_in() {
  std::vector<Named> models;
  for (const auto& [name, config] : {Named("RN50", rn50()), Named("ViT-B-32", vision_transformer_of(32)),
                                     Named("ViT-B-16", vision_transformer_of(16))}) {
    models.emplace_back(name, config);
    models.emplace_back(name + "-quickgelu", config).second.quick_gelu = true;
  }
  models.emplace_back("tiny-resnet", tiny_resnet(48));
  models.emplace_back("tiny-resnet-64", tiny_resnet(64));
  models.emplace_back("tiny-vit", tiny_vit());
  return models;
}

}  // namespace

std::vector<std::string> clip_model_names() {
  std::vector<std::string> names;
  for (const auto& [name, config] : built_in()) names.push_back(name);
  return names;
}

ClipConfig clip_config_of(const std::string& name_or_file) {
  for (const auto& [name, config] : built_in())
    if (name == name_or_file) return config;
  if (std::filesystem::is_regular_file(name_or_file)) return read_clip_config(name_or_file);
  fail("'{}' is neither a model's name nor a JSON file{}", name_or_file, suggestion(name_or_file, clip_model_names()));
}

}  // namespace counterpoint::nn
