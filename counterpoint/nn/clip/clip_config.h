// The shape of a CLIP model, in open_clip's JSON form.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::nn {

/// "vision_cfg". `stages` given: CLIP's modified ResNet with that many blocks in each of its four stages (its output
/// has 32 * width channels); else a vision transformer.
struct VisionConfig {
  std::int64_t image_size = 224;  ///< pixels, both sides
  std::vector<std::int64_t> stages;
  std::int64_t layers = 12;  ///< of the transformer; unused where there are stages, as is patch_size
  std::int64_t width = 768;
  std::int64_t patch_size = 16;
  std::int64_t head_width = 64;
  double mlp_ratio = 4;

  bool is_resnet() const { return !stages.empty(); }
  /// Channels that attention works on, and its heads.
  std::int64_t attention_width() const { return is_resnet() ? 32 * width : width; }
  std::int64_t heads() const { return attention_width() / head_width; }
};

/// "text_cfg": a causal transformer; the feature is read where the id is largest, which is the end of the text.
struct ClipTextConfig {
  std::int64_t context_length = 77;
  std::int64_t vocab_size = 49408;
  std::int64_t width = 512;
  std::int64_t heads = 8;
  std::int64_t layers = 12;
  double mlp_ratio = 4;
};

/// "preprocess_cfg": what is done to pictures of 0..1 before the model sees them. Default: OpenAI's CLIP.
struct PixelNormalisation {
  std::array<double, 3> mean{0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> deviation{0.26862954, 0.26130258, 0.27577711};
};

struct ClipConfig {
  std::int64_t embed_dim = 512;  ///< d, of both features
  VisionConfig vision;
  ClipTextConfig text;
  bool quick_gelu = false;                       ///< x * sigmoid(1.702 x) in place of the exact GELU
  double init_logit_scale = 2.6592600369327783;  ///< ln(1/0.07)
  PixelNormalisation pixels;
};

/// A model's JSON: {"embed_dim", "vision_cfg", "text_cfg", ..}, or open_clip_config.json, which holds that as
/// "model_cfg" beside "preprocess_cfg". Error: a missing or absurd value; a key that open_clip does not know, with the
/// nearest; a part of open_clip that is not ours (timm and Hugging Face towers, CoCa, ...), by name.
ClipConfig parse_clip_config(const data::Json& json, const std::string& where);
ClipConfig read_clip_config(const std::filesystem::path& file);

/// open_clip_config.json's form, with "model_cfg" and "preprocess_cfg".
data::Json clip_config_json(const ClipConfig& config);

/// Names of the models that need no file: RN50, ViT-B-32, ViT-B-16 (each also with -quickgelu), and for CPUs
/// tiny-resnet, tiny-resnet-64 (64 pixels, for photos) and tiny-vit.
std::vector<std::string> clip_model_names();

/// What `--model` means: one of clip_model_names(), or a JSON file. Error: neither, with the nearest name; as above.
ClipConfig clip_config_of(const std::string& name_or_file);

}  // namespace counterpoint::nn
