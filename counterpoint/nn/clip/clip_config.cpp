// From open_clip's JSON to a ClipConfig.
#include "counterpoint/nn/clip/clip_config.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "counterpoint/core/error.h"

namespace counterpoint::nn {
namespace {

using data::Json;

/// A part of open_clip that is not ours: fine where it is off, refused by name where it is on.
struct Unsupported {
  std::string key;
  Json off;  ///< beside null
};

/// One JSON object, of which every key must be known.
class Section {
 public:
  Section(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) fail("{}: an object was expected", where_);
  }

  std::int64_t whole(const char* key, std::int64_t otherwise, std::int64_t most) {
    const Json* value = find(key);
    return value ? checked(*value, key, most) : otherwise;
  }

  double positive(const char* key, double otherwise) {
    const Json* value = find(key);
    if (!value) return otherwise;
    if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() <= 0)
      fail("{}: '{}' is {}, expected a number above 0", where_, key, value->dump());
    return value->get<double>();
  }

  bool flag(const char* key) {
    const Json* value = find(key);
    if (value && !value->is_boolean()) fail("{}: '{}' is {}, expected true or false", where_, key, value->dump());
    return value && value->get<bool>();
  }

  /// Nothing where the key is missing or null.
  const Json* find(const char* key) {
    known_.push_back(key);
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  std::int64_t checked(const Json& value, const char* key, std::int64_t most) const {
    const bool fits = value.is_number_integer() && value.get<std::int64_t>() >= 1 && value.get<std::int64_t>() <= most;
    if (!fits) fail("{}: '{}' is {}, expected a whole number from 1 to {}", where_, key, value.dump(), most);
    return value.get<std::int64_t>();
  }

  void finish(const std::vector<Unsupported>& unsupported) const {
    std::vector<std::string> names(known_);
    for (const auto& part : unsupported) names.push_back(part.key);
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const auto part = std::find_if(unsupported.begin(), unsupported.end(),
                                     [&name = key](const Unsupported& entry) { return entry.key == name; });
      if (part == unsupported.end()) fail("{}: unknown key '{}'{}", where_, key, suggestion(key, names));
      if (!value.is_null() && value != part->off)
        fail("{}: '{}' is {}; this part of open_clip is not supported here (expected {})", where_, key, value.dump(),
             part->off.is_null() ? "none" : part->off.dump());
    }
  }

  const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string> known_;
};

constexpr std::int64_t most_layers = 1000, most_width = 1 << 16;

std::vector<Unsupported> custom_blocks() {
  return {{"ls_init_value", nullptr},
          {"act_kwargs", nullptr},
          {"norm_kwargs", nullptr},
          {"block_type", "default"},
          {"qk_norm", false},
          {"scaled_cosine_attn", false},
          {"scale_heads", false},
          {"scale_attn_inner", false},
          {"scale_attn", false},
          {"scale_fc", false},
          {"final_ln_after_pool", false},
          {"output_tokens", false}};
}

std::vector<Unsupported> unsupported_in_vision() {
  std::vector<Unsupported> parts = custom_blocks();
  for (const auto& part : std::vector<Unsupported>{{"timm_model_name", nullptr},
                                                   {"patch_dropout", 0.0},
                                                   {"attentional_pool", false},
                                                   {"no_ln_pre", false},
                                                   {"pos_embed_type", "learnable"},
                                                   {"pool_type", "tok"}})
    parts.push_back(part);
  return parts;
}

std::vector<Unsupported> unsupported_in_text() {
  std::vector<Unsupported> parts = custom_blocks();
  for (const auto& part : std::vector<Unsupported>{{"hf_model_name", nullptr},
                                                   {"hf_tokenizer_name", nullptr},
                                                   {"tokenizer_mode", nullptr},
                                                   {"tokenizer_kwargs", nullptr},
                                                   {"embed_cls", false},
                                                   {"no_causal_mask", false},
                                                   {"pool_type", "argmax"},
                                                   {"proj_type", "linear"},
                                                   {"proj_bias", false}})
    parts.push_back(part);
  return parts;
}

/// What open_clip ignores for the towers that we have.
void skip_idle_keys(Section& section, std::initializer_list<const char*> keys) {
  for (const char* key : keys) section.find(key);
}

std::int64_t image_size(Section& section) {
  const Json* value = section.find("image_size");
  if (!value) return 224;
  if (!value->is_array()) return section.checked(*value, "image_size", 4096);
  if (value->size() != 2 || (*value)[0] != (*value)[1])
    fail("{}: 'image_size' is {}; only square pictures are supported", section.where(), value->dump());
  return section.checked((*value)[0], "image_size", 4096);
}

void read_layers(Section& section, VisionConfig& vision) {
  const Json* value = section.find("layers");
  if (!value) return;
  if (!value->is_array()) {
    vision.layers = section.checked(*value, "layers", most_layers);
    return;
  }
  if (value->size() != 4) fail("{}: 'layers' has {} numbers, a ResNet has 4 stages", section.where(), value->size());
  for (const Json& blocks : *value) vision.stages.push_back(section.checked(blocks, "layers", most_layers));
}

void check_vision(const VisionConfig& vision, const std::string& where) {
  if (vision.attention_width() % vision.head_width != 0)
    fail("{}: {} channels cannot be shared by heads of {} (head_width)", where, vision.attention_width(),
         vision.head_width);
  if (vision.is_resnet() && vision.width % 2 != 0) fail("{}: 'width' of a ResNet must be even", where);
  if (vision.is_resnet() && vision.image_size < 32)
    fail("{}: a ResNet needs pictures of 32 pixels or more, 'image_size' is {}", where, vision.image_size);
  if (!vision.is_resnet() && vision.patch_size > vision.image_size)
    fail("{}: a patch of {} pixels is larger than the picture of {}", where, vision.patch_size, vision.image_size);
}

VisionConfig parse_vision(const Json& json, const std::string& where) {
  Section section(json, where);
  if (const Json* timm = section.find("timm_model_name"))
    fail("{}: towers of timm are not supported ('timm_model_name' is {})", where, timm->dump());
  VisionConfig vision;
  vision.image_size = image_size(section);
  read_layers(section, vision);
  vision.width = section.whole("width", vision.width, most_width);
  vision.patch_size = section.whole("patch_size", vision.patch_size, 4096);
  vision.head_width = section.whole("head_width", vision.head_width, most_width);
  vision.mlp_ratio = section.positive("mlp_ratio", vision.mlp_ratio);
  skip_idle_keys(section, {"attn_pooler_queries", "attn_pooler_heads", "timm_model_pretrained", "timm_pool",
                           "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path"});
  section.finish(unsupported_in_vision());
  check_vision(vision, where);
  return vision;
}

ClipTextConfig parse_text(const Json& json, const std::string& where) {
  Section section(json, where);
  if (const Json* name = section.find("hf_model_name"))
    fail("{}: text towers of Hugging Face are not supported ('hf_model_name' is {})", where, name->dump());
  ClipTextConfig text;
  text.context_length = section.whole("context_length", text.context_length, 1 << 16);
  text.vocab_size = section.whole("vocab_size", text.vocab_size, 1 << 24);
  text.width = section.whole("width", text.width, most_width);
  text.heads = section.whole("heads", text.heads, most_width);
  text.layers = section.whole("layers", text.layers, most_layers);
  text.mlp_ratio = section.positive("mlp_ratio", text.mlp_ratio);
  skip_idle_keys(section, {"pad_id", "eos_id", "hf_model_pretrained", "hf_proj_type", "hf_pooler_type"});
  section.finish(unsupported_in_text());
  if (text.width % text.heads != 0) fail("{}: 'width' {} is no multiple of 'heads' {}", where, text.width, text.heads);
  return text;
}

ClipConfig parse_model(const Json& json, const std::string& where) {
  Section section(json, where);
  ClipConfig config;
  const auto part = [&](const char* key) -> const Json& {
    const Json* found = section.find(key);
    if (!found) fail("{}: '{}' is missing", where, key);
    return *found;
  };
  config.embed_dim = section.checked(part("embed_dim"), "embed_dim", most_width);
  config.vision = parse_vision(part("vision_cfg"), where + ": vision_cfg");
  config.text = parse_text(part("text_cfg"), where + ": text_cfg");
  config.quick_gelu = section.flag("quick_gelu");
  config.init_logit_scale = section.positive("init_logit_scale", config.init_logit_scale);
  skip_idle_keys(section, {"custom_text", "cast_dtype", "output_dict"});
  section.finish({{"multimodal_cfg", nullptr}, {"init_logit_bias", nullptr}, {"nonscalar_logit_scale", false}});
  return config;
}

std::array<double, 3> three_numbers(const Json& json, const char* key, const std::string& where) {
  const bool fits = json.is_array() && json.size() == 3 &&
                    std::all_of(json.begin(), json.end(), [](const Json& number) { return number.is_number(); });
  if (!fits) fail("{}: '{}' is {}, expected three numbers", where, key, json.dump());
  return json.get<std::array<double, 3>>();
}

PixelNormalisation parse_pixels(const Json& json, const std::string& where) {
  Section section(json, where);
  PixelNormalisation pixels;
  if (const Json* mean = section.find("mean")) pixels.mean = three_numbers(*mean, "mean", where);
  if (const Json* deviation = section.find("std")) pixels.deviation = three_numbers(*deviation, "std", where);
  for (const double value : pixels.deviation)
    if (!(value > 0)) fail("{}: 'std' holds {}, expected numbers above 0", where, value);
  skip_idle_keys(section, {"size", "mode", "interpolation", "fill_color"});
  section.finish({{"resize_mode", "shortest"}});
  return pixels;
}

}  // namespace

ClipConfig parse_clip_config(const Json& json, const std::string& where) {
  if (!json.is_object()) fail("{}: an object was expected", where);
  if (!json.contains("model_cfg")) return parse_model(json, where);
  ClipConfig config = parse_model(json["model_cfg"], where + ": model_cfg");
  if (json.contains("preprocess_cfg")) config.pixels = parse_pixels(json["preprocess_cfg"], where + ": preprocess_cfg");
  return config;
}

ClipConfig read_clip_config(const std::filesystem::path& file) {
  return parse_clip_config(data::read_json(file), file.string());
}

}  // namespace counterpoint::nn
