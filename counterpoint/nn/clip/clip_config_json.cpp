// From a ClipConfig to open_clip's JSON.
#include "counterpoint/nn/clip/clip_config.h"

namespace counterpoint::nn {
namespace {

using data::Json;

Json vision_json(const VisionConfig& vision) {
  Json json{{"image_size", vision.image_size}};
  json["layers"] = vision.is_resnet() ? Json(vision.stages) : Json(vision.layers);
  json["width"] = vision.width;
  json["patch_size"] = vision.is_resnet() ? Json() : Json(vision.patch_size);
  json["head_width"] = vision.head_width;
  json["mlp_ratio"] = vision.mlp_ratio;
  return json;
}

Json text_json(const ClipTextConfig& text) {
  return {{"context_length", text.context_length},
          {"vocab_size", text.vocab_size},
          {"width", text.width},
          {"heads", text.heads},
          {"layers", text.layers},
          {"mlp_ratio", text.mlp_ratio}};
}

}  // namespace

Json clip_config_json(const ClipConfig& config) {
  Json model{{"embed_dim", config.embed_dim}, {"quick_gelu", config.quick_gelu}};
  model["init_logit_scale"] = config.init_logit_scale;
  model["vision_cfg"] = vision_json(config.vision);
  model["text_cfg"] = text_json(config.text);
  const Json pixels{{"mean", config.pixels.mean}, {"std", config.pixels.deviation}};
  return {{"model_cfg", model}, {"preprocess_cfg", pixels}};
}

}  // namespace counterpoint::nn
