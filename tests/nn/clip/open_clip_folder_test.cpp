#include "counterpoint/nn/clip/open_clip_folder.h"

#include <gtest/gtest.h>

#include <functional>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/safetensors_writer.h"
#include "tests/nn/clip/expected.h"

namespace counterpoint::nn {
namespace {

namespace fs = std::filesystem;

/// A copy of the golden "vit" whose files may be changed.
struct Copy {
  test::ScratchDir scratch;
  Copy() {
    for (const char* name : {"open_clip_config.json", "open_clip_model.safetensors"})
      fs::copy(test::clip_folder("vit") / name, scratch / name);
  }
  fs::path weights() const { return scratch / "open_clip_model.safetensors"; }

  /// Writes the weights again, renamed; an empty name leaves one out.
  void rename(const std::function<std::string(const std::string&)>& name_of) const {
    const std::string bytes = read_file(weights());
    auto views = counterpoint::weights::parse_safetensors(std::as_bytes(std::span(bytes)), "copy");
    for (auto& view : views) view.name = name_of(view.name);
    std::erase_if(views, [](const auto& view) { return view.name.empty(); });
    counterpoint::weights::write_safetensors(weights(), views);
  }
  void change_config(const char* section, const char* key, const data::Json& value) const {
    data::Json config = data::read_json(scratch / "open_clip_config.json");
    config["model_cfg"][section][key] = value;
    write_file_atomic(scratch / "open_clip_config.json", config.dump());
  }
  std::string error() const {
    return test::error_of([&] { read_open_clip(scratch.path()); });
  }
};

class RoundTrip : public testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, KeepsEveryTensorAndTheConfig) {
  const test::ScratchDir scratch;
  const ClipModel model = read_open_clip(test::clip_folder(GetParam()));
  write_open_clip(scratch.path(), model);
  const auto before = test::read_tensors(test::clip_folder(GetParam()) / "open_clip_model.safetensors");
  const auto after = test::read_tensors(scratch / "open_clip_model.safetensors");
  ASSERT_EQ(before.size(), after.size());
  for (const auto& [name, tensor] : before) {
    ASSERT_TRUE(after.contains(name)) << name;
    EXPECT_EQ(after.at(name).sizes(), tensor.sizes()) << name;
    EXPECT_TRUE(torch::equal(after.at(name), tensor)) << name;
  }
  EXPECT_EQ(clip_config_json(read_open_clip(scratch.path())->config()), clip_config_json(model->config()));
  EXPECT_EQ(model->config().pixels.mean[2], 0.3);
}

INSTANTIATE_TEST_SUITE_P(Models, RoundTrip, testing::Values("resnet", "vit"));

TEST(ReadOpenClip, TakesCustomTextsNames) {
  const Copy copy;
  copy.rename([](const std::string& name) {
    return name.starts_with("visual.") || name == "logit_scale" ? name : "text." + name;
  });
  const torch::NoGradGuard guard;
  const torch::Tensor ids = torch::tensor({{38, 5, 39, 0}}, torch::kInt64);
  EXPECT_TRUE(torch::equal(read_open_clip(copy.scratch.path())->encode_text(ids),
                           read_open_clip(test::clip_folder("vit"))->encode_text(ids)));
}

TEST(ReadOpenClip, IsStrict) {
  const Copy missing;
  missing.rename([](const std::string& name) { return name == "ln_final.weight" ? "" : name; });
  test::expect_contains(missing.error(), "the tensor 'ln_final.weight' is missing");
  const Copy shape;
  shape.change_config("text_cfg", "vocab_size", 41);
  test::expect_contains(shape.error(),
                        "'token_embedding.weight' has the shape [40, 16], open_clip_config.json makes it [41, 16]");
  const Copy surplus;
  surplus.change_config("vision_cfg", "layers", 1);
  test::expect_contains(surplus.error(), "'visual.transformer.resblocks.1.");
  test::expect_contains(surplus.error(), "belongs to nothing in the model");
}

TEST(ReadOpenClip, ReadsNoPickles) {
  const Copy copy;
  fs::rename(copy.weights(), copy.scratch / "open_clip_pytorch_model.bin");
  test::expect_contains(copy.error(), "only open_clip_pytorch_model.bin is here");
}

}  // namespace
}  // namespace counterpoint::nn
