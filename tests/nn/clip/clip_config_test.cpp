#include "counterpoint/nn/clip/clip_config.h"

#include <gtest/gtest.h>

#include "tests/support/support.h"

namespace counterpoint::nn {
namespace {

using data::Json;

Json small() {
  return Json::parse(R"({"embed_dim": 8, "vision_cfg": {"image_size": 32, "layers": 2, "width": 128},
                         "text_cfg": {"width": 32, "heads": 2, "layers": 1}})");
}

std::string error_of(const Json& json) {
  return test::error_of([&] { parse_clip_config(json, "model.json"); });
}

std::string error_with(const char* section, const char* key, const Json& value) {
  Json json = small();
  json[section][key] = value;
  return error_of(json);
}

TEST(ClipConfig, EveryBuiltInModelSurvivesTheRoundTrip) {
  for (const std::string& name : clip_model_names()) {
    const Json written = clip_config_json(clip_config_of(name));
    EXPECT_EQ(clip_config_json(parse_clip_config(written, name)), written) << name;
  }
}

TEST(ClipConfig, KnowsOpenAisShapes) {
  const ClipConfig resnet = clip_config_of("RN50");
  EXPECT_EQ(resnet.vision.stages, (std::vector<std::int64_t>{3, 4, 6, 3}));
  EXPECT_EQ(resnet.vision.heads(), 32);
  EXPECT_EQ(resnet.embed_dim, 1024);
  EXPECT_TRUE(clip_config_of("ViT-B-16-quickgelu").quick_gelu);
  EXPECT_EQ(clip_config_of("ViT-B-16").vision.patch_size, 16);
  EXPECT_EQ(clip_config_of("ViT-B-32").vision.heads(), 12);
}

TEST(ClipConfig, NamesTheNearestModel) {
  test::expect_contains(test::error_of([] { clip_config_of("tiny-resnt"); }), "did you mean 'tiny-resnet'?");
}

TEST(ClipConfig, RefusesWhatItDoesNotKnow) {
  test::expect_contains(error_with("vision_cfg", "pach_size", 16),
                        "vision_cfg: unknown key 'pach_size' (did you mean 'patch_size'?)");
  test::expect_contains(error_with("vision_cfg", "timm_model_name", "convnext_base"),
                        "towers of timm are not supported ('timm_model_name' is \"convnext_base\")");
  test::expect_contains(error_with("text_cfg", "hf_model_name", "roberta-base"),
                        "text towers of Hugging Face are not supported");
  test::expect_contains(error_with("text_cfg", "hf_tokenizer_name", "t5-base"), "'hf_tokenizer_name' is \"t5-base\"");
  test::expect_contains(error_with("vision_cfg", "pool_type", "avg"),
                        "'pool_type' is \"avg\"; this part of open_clip is not supported here (expected \"tok\")");
  Json coca = small();
  coca["multimodal_cfg"] = Json::object();
  test::expect_contains(error_of(coca), "'multimodal_cfg'");
}

TEST(ClipConfig, TakesWhatIsOff) {
  Json json = small();
  json["vision_cfg"]["timm_model_name"] = nullptr;
  json["vision_cfg"]["patch_dropout"] = 0;
  json["text_cfg"]["pool_type"] = "argmax";
  json["custom_text"] = true;
  EXPECT_EQ(parse_clip_config(json, "model.json").vision.width, 128);
}

TEST(ClipConfig, RefusesAbsurdSizes) {
  test::expect_contains(error_with("vision_cfg", "width", 0), "'width' is 0, expected a whole number from 1");
  test::expect_contains(error_with("vision_cfg", "width", "wide"), "'width' is \"wide\"");
  test::expect_contains(error_with("vision_cfg", "width", 100), "100 channels cannot be shared by heads of 64");
  test::expect_contains(error_with("vision_cfg", "image_size", Json{32, 48}), "only square pictures");
  test::expect_contains(error_with("vision_cfg", "image_size", 8),
                        "a patch of 16 pixels is larger than the picture of 8");
  test::expect_contains(error_with("vision_cfg", "layers", Json{1, 2}),
                        "'layers' has 2 numbers, a ResNet has 4 stages");
  test::expect_contains(error_with("text_cfg", "heads", 3), "'width' 32 is no multiple of 'heads' 3");
  test::expect_contains(error_with("text_cfg", "mlp_ratio", -1), "'mlp_ratio' is -1, expected a number above 0");
  Json json = small();
  json.erase("text_cfg");
  test::expect_contains(error_of(json), "model.json: 'text_cfg' is missing");
}

TEST(ClipConfig, ReadsHowPicturesAreNormalised) {
  Json whole{{"model_cfg", small()}, {"preprocess_cfg", {{"mean", {0.5, 0.4, 0.3}}, {"std", {0.2, 0.3, 0.4}}}}};
  EXPECT_EQ(parse_clip_config(whole, "model.json").pixels.mean[1], 0.4);
  whole["preprocess_cfg"]["std"] = {0.2, 0.0, 0.4};
  test::expect_contains(error_of(whole), "preprocess_cfg: 'std' holds 0");
  whole["preprocess_cfg"] = {{"mean", {0.5, 0.5}}};
  test::expect_contains(error_of(whole), "'mean' is [0.5,0.5], expected three numbers");
}

}  // namespace
}  // namespace counterpoint::nn
