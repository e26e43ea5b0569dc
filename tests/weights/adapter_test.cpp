// LoRA adapters as files: what PEFT wrote is read, what we write PEFT reads (tests/golden/adapters), the rest is
// refused by name.
#include "counterpoint/weights/adapter.h"

#include <cmath>
#include <cstdlib>

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/adapted_tensors.h"
#include "counterpoint/weights/model_files.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"
#include "tests/support/support.h"

namespace counterpoint::weights {
namespace {
namespace fs = std::filesystem;
using data::Json;
using test::error_of;
using test::expect_contains;

ModelFiles open_golden(const std::string& model) {
  return open_model(test::golden("models/" + model), {.tokenizer = false});
}

const ModelConfig& llama() {
  static const ModelConfig config = open_golden("llama").config;
  return config;
}

Adapter golden_adapter(const std::string& name, const std::string& model) {
  return read_adapter(test::golden("adapters/" + name), open_golden(model).config);
}

/// A copy of an adapter of PEFT's, to be damaged.
class AdapterCopy {
 public:
  AdapterCopy() { fs::copy(test::golden("adapters/llama-qkv"), path(), fs::copy_options::recursive); }
  fs::path path() const { return dir_ / "adapter"; }
  fs::path config() const { return path() / "adapter_config.json"; }
  fs::path tensors() const { return path() / "adapter_model.safetensors"; }

  std::string error_with(const std::string& key, const Json& value) const {
    Json json = data::read_json(test::golden("adapters/llama-qkv/adapter_config.json"));
    json[key] = value;
    write_file_atomic(config(), json.dump());
    return error_of([&] { read_adapter(path(), llama()); });
  }

  /// `change` may rename, reshape, drop or add views.
  template <class Change>
  std::string error_with_tensors(const Change& change) const {
    const auto source = open_safetensors(test::golden("adapters/llama-qkv/adapter_model.safetensors"));
    std::vector<TensorView> views;
    for (const std::string& name : source->names()) views.push_back(source->view(name));
    change(views);
    write_safetensors(tensors(), views);
    return error_of([&] { read_adapter(path(), llama()); });
  }

 private:
  test::ScratchDir dir_;
};

TEST(AdapterTargets, DefaultIsQueryKeyValue) {
  const auto parts = adapted_parts({}, llama());
  ASSERT_EQ(parts.size(), 6u);
  const LoraPart& key = parts.at("model.layers.1.self_attn.k_proj.weight");
  EXPECT_EQ(key.r, 16);
  EXPECT_DOUBLE_EQ(key.scale, 2);
  EXPECT_EQ(key.in, 32);
  EXPECT_EQ(key.out, 16);
}

TEST(AdapterTargets, AllLinearLeavesTheHeadOut) {
  const auto parts = adapted_parts({.target_modules = {"all-linear"}}, llama());
  EXPECT_EQ(parts.size(), 14u);
  EXPECT_FALSE(parts.contains("lm_head.weight"));
}

TEST(AdapterTargets, PatternsAreTriedInOrderAndMatchLastParts) {
  LoraConfig config{.r = 4, .alpha = 8, .target_modules = {"q_proj", "v_proj"}, .use_rslora = true};
  config.rank_pattern = {{R"(layers\.1\.self_attn\.[qk]_proj)", 9}, {"q_proj", 16}, {"proj", 2}};
  config.alpha_pattern = {{"v_proj", 6}};
  const auto parts = adapted_parts(config, llama());
  EXPECT_EQ(parts.at("model.layers.1.self_attn.q_proj.weight").r, 9);
  EXPECT_DOUBLE_EQ(parts.at("model.layers.1.self_attn.q_proj.weight").scale, 8.0 / 3);
  EXPECT_EQ(parts.at("model.layers.0.self_attn.q_proj.weight").r, 16);
  EXPECT_EQ(parts.at("model.layers.0.self_attn.v_proj.weight").r, 4) << "'proj' is no whole last part";
  EXPECT_DOUBLE_EQ(parts.at("model.layers.0.self_attn.v_proj.weight").scale, 3);
}

TEST(AdapterTargets, WhatChoosesNothingIsRefused) {
  const auto error = [](LoraConfig config) { return error_of([&] { adapted_parts(config, llama()); }); };
  expect_contains(error({.target_modules = {"q_proj", "v_prj"}}), "is called 'v_prj' (did you mean 'v_proj'?)");
  expect_contains(error({.target_modules = {"q_proj", "lm_head"}}), "'lm_head' adapts 'lm_head'; only linear layers");
  expect_contains(error({.target_modules = {"embed_tokens"}}), "adapts 'model.embed_tokens'");
  expect_contains(error({.target_modules = {}, .target_pattern = ".*"}), "'.*' adapts 'model.embed_tokens'");
  expect_contains(error({.target_modules = {}, .target_pattern = "q_proj"}),
                  "'q_proj' matches no linear layer of this llama; their names are like 'model.layers.0");
  expect_contains(error({.target_modules = {}, .target_pattern = "("}), "not a regular expression");
  expect_contains(error({.layers_to_transform = {2}}), "names layer 2; the model has 0 to 1");
  expect_contains(error({.rank_pattern = {{"q_proj", 0}}}), "is 0; 1 or more was expected");
}

TEST(AdapterRead, EveryFormOfPeftsConfig) {
  const Adapter pattern = golden_adapter("llama-pattern", "llama");
  EXPECT_EQ(pattern.parts.size(), 6u);
  EXPECT_TRUE(pattern.parts.contains("model.layers.1.mlp.down_proj.weight"));
  const Adapter layer = golden_adapter("qwen2-layer", "qwen2");
  EXPECT_EQ(layer.parts.size(), 2u);
  EXPECT_EQ(layer.config.target_modules.size(), 2u) << "query_key_value is no layer of this model";
  const Adapter all = golden_adapter("qwen2-all-linear", "qwen2");
  EXPECT_EQ(all.parts.size(), 14u);
  EXPECT_EQ(all.parts.at("model.layers.1.mlp.up_proj.weight").r, 7);
  EXPECT_EQ(all.parts.at("model.layers.0.mlp.up_proj.weight").r, 5);
  EXPECT_DOUBLE_EQ(all.parts.at("model.layers.0.mlp.down_proj.weight").scale, 2.5 / 2);
}

TEST(AdapterRead, WhatWouldChangeTheResultIsRefusedByName) {
  const AdapterCopy copy;
  const std::vector<std::pair<const char*, Json>> refused{{"use_dora", true},
                                                          {"modules_to_save", {"lm_head"}},
                                                          {"fan_in_fan_out", true},
                                                          {"exclude_modules", "q_proj"},
                                                          {"layer_replication", Json::array({{0, 1}})},
                                                          {"trainable_token_indices", {5}},
                                                          {"target_parameters", {"mlp.experts"}},
                                                          {"lora_bias", true},
                                                          {"alora_invocation_tokens", {1, 2}},
                                                          {"use_qalora", true},
                                                          {"something_new", 3}};
  for (const auto& [key, value] : refused)
    expect_contains(copy.error_with(key, value), fmt::format("adapter_config.json: '{}' is {}", key, value.dump()));
  expect_contains(copy.error_with("peft_type", "LOHA"), "'peft_type' is 'LOHA'; 'LORA' was expected");
  expect_contains(copy.error_with("task_type", "SEQ_CLS"), "'task_type' is 'SEQ_CLS'");
  expect_contains(copy.error_with("init_lora_weights", "pissa"), "changes the base model's weights as well");
  expect_contains(copy.error_with("bias", "al"), "'bias' is 'al' (did you mean 'all'?)");
  expect_contains(copy.error_with("r", 0), "'r' is 0");
  expect_contains(copy.error_with("r", "x"), "'r' is a string, a whole number was expected");
  expect_contains(copy.error_with("target_modules", nullptr), "'target_modules' is null, a list");
  expect_contains(copy.error_with("target_modules", {"q_prj"}), "adapter_config.json: target_modules: no linear layer");
  expect_contains(copy.error_with("rank_pattern", {{"q_proj", -1}}), "rank_pattern: 'q_proj' is -1");
}

TEST(AdapterRead, WhatIsOffOrIdleIsNot) {
  const AdapterCopy copy;
  Json json = data::read_json(copy.config());
  json["use_dora"] = json["something_new"] = false;
  json["layer_replication"] = Json::array();
  json["init_lora_weights"] = "gaussian";
  json["bias"] = "all";  // a Llama has no biases that could have been trained
  write_file_atomic(copy.config(), json.dump());
  EXPECT_EQ(read_adapter(copy.path(), llama()).parts.size(), 6u);
}

TEST(AdapterRead, WhatDoesNotFitTellsForWhichModelItWasMade) {
  const AdapterCopy copy;
  Json json = data::read_json(copy.config());
  json["base_model_name_or_path"] = "someone/another-model";
  write_file_atomic(copy.config(), json.dump());
  expect_contains(copy.error_with_tensors([](std::vector<TensorView>& views) { views.pop_back(); }),
                  "is missing. The adapter was made for someone/another-model");
  json["layers_to_transform"] = {0, 30};
  write_file_atomic(copy.config(), json.dump());
  expect_contains(error_of([&] { read_adapter(copy.path(), llama()); }),
                  ". The adapter was made for someone/another-model");
}

TEST(AdapterRead, TensorsMustBeExactlyThoseOfTheConfig) {
  const AdapterCopy copy;
  const std::string key = "base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight";
  using Views = std::vector<TensorView>;
  const auto find = [&](Views& views) -> TensorView& {
    return *std::ranges::find_if(views, [&](const TensorView& view) { return view.name == key; });
  };
  expect_contains(
      copy.error_with_tensors([&](Views& views) { views.erase(views.begin() + (&find(views) - &views[0])); }),
      "'" + key + "' is missing");
  expect_contains(copy.error_with_tensors([&](Views& views) { find(views).name = key + "s"; }),
                  "'" + key +
                      "s' belongs to no matrix that the adapter's config chooses in this model (it has 12, like '" +
                      key + "')");
  expect_contains(copy.error_with_tensors([&](Views& views) {
    find(views).shape = {8, 16};
  }),
                  "'" + key + "' has shape [8, 16]; [4, 32] was expected");
  const std::vector<float> bias(32);
  expect_contains(copy.error_with_tensors([&](Views& views) {
    views.push_back({"base_model.model.model.layers.0.self_attn.q_proj.base_layer.bias",
                     DType::f32,
                     {32},
                     std::as_bytes(std::span(bias))});
  }),
                  "is a trained bias");
  const std::vector<float> nan(4 * 32, std::nanf(""));
  expect_contains(copy.error_with_tensors([&](Views& views) { find(views).bytes = std::as_bytes(std::span(nan)); }),
                  "'" + key + "' holds numbers that are not finite");
  expect_contains(copy.error_with("r", 8), "[8, 32] was expected");
}

TEST(AdapterRead, AFolderThatIsNoAdapterSaysWhatItIs) {
  const test::ScratchDir dir;
  const auto error = [](const fs::path& folder) { return error_of([&] { read_adapter(folder, llama()); }); };
  expect_contains(error(dir / "none"), "no such folder");
  expect_contains(error(test::golden("models/llama")), "it holds a whole model");
  fs::copy(test::golden("adapters/llama-qkv"), dir / "checkpoint-3", fs::copy_options::recursive);
  expect_contains(error(dir.path()), "did you mean " + (dir / "checkpoint-3").string() + "?");
  fs::rename(dir / "checkpoint-3/adapter_model.safetensors", dir / "checkpoint-3/adapter_model.bin");
  expect_contains(error(dir / "checkpoint-3"), "is a Python pickle");
}

/// Where check_written.py wants to look at what is written, it names a folder.
fs::path written_folder(const test::ScratchDir& dir) {
  const char* wanted = std::getenv("COUNTERPOINT_WRITTEN_ADAPTERS");
  return wanted ? fs::path(wanted) : dir.path();
}

TEST(AdapterWrite, WhatIsWrittenReadsBackTheSame) {
  const test::ScratchDir dir;
  const std::vector<std::pair<std::string, std::string>> adapters{
      {"llama-qkv", "llama"}, {"llama-pattern", "llama"}, {"qwen2-all-linear", "qwen2"}, {"qwen2-layer", "qwen2"}};
  for (const auto& [name, model] : adapters) {
    const Adapter adapter = golden_adapter(name, model);
    const fs::path folder = written_folder(dir) / name;
    write_adapter(folder, adapter);
    write_adapter(folder, adapter);  // over the one that is there
    const Adapter again = read_adapter(folder, open_golden(model).config);
    EXPECT_EQ(again.config.target_modules, adapter.config.target_modules);
    EXPECT_EQ(again.config.rank_pattern, adapter.config.rank_pattern);
    EXPECT_EQ(again.config.base_model, model);
    ASSERT_EQ(again.parts.size(), adapter.parts.size());
    for (const auto& [matrix, part] : adapter.parts) {
      EXPECT_EQ(again.parts.at(matrix).a, part.a) << matrix;
      EXPECT_EQ(again.parts.at(matrix).b, part.b) << matrix;
      EXPECT_EQ(again.parts.at(matrix).scale, part.scale) << matrix;
    }
  }
}

TEST(AdapterWrite, AllLinearIsWrittenAsNames) {
  const test::ScratchDir dir;
  Adapter adapter{{.r = 1, .target_modules = {"all-linear"}, .layers_to_transform = {1}}, {}};
  adapter.parts = adapted_parts(adapter.config, llama());
  for (auto& [matrix, part] : adapter.parts) {
    part.a.resize(static_cast<size_t>(part.in));
    part.b.resize(static_cast<size_t>(part.out));
  }
  write_adapter(dir.path(), adapter);
  EXPECT_EQ(read_adapter(dir.path(), llama()).parts.size(), 7u);
  adapter.parts.begin()->second.b.pop_back();
  expect_contains(error_of([&] { write_adapter(dir.path(), adapter); }), "is not F32 of shape");
  expect_contains(error_of([&] { read_adapter(dir.path(), llama()); }), "as when its writing was broken off");
}

TEST(AdaptedTensors, AreTheBasePlusTheProduct) {
  // A rank that is no multiple of four, on rows that the file keeps interleaved.
  ModelFiles base = open_golden("llama.gguf");
  const std::string name = "model.layers.0.self_attn.q_proj.weight";
  std::vector<float> expected(32 * 32);
  to_float32(base.tensors->view(name), 0, expected);
  LoraPart part{.r = 6, .scale = 0.5, .in = 32, .out = 32, .a = {}, .b = {}};
  for (int i = 0; i < 6 * 32; ++i) part.a.push_back(static_cast<float>(std::sin(i)));
  for (int i = 0; i < 6 * 32; ++i) part.b.push_back(static_cast<float>(std::cos(i)));
  for (size_t row = 0; row < 32; ++row)
    for (size_t column = 0; column < 32; ++column) {
      double sum = 0;
      for (size_t k = 0; k < 6; ++k) sum += double{part.b[row * 6 + k]} * double{part.a[k * 32 + column]};
      expected[row * 32 + column] += static_cast<float>(0.5 * sum);
    }
  const auto adapted = adapt_tensors(std::move(base.tensors), {{}, {{name, part}}});
  for (int round = 0; round < 2; ++round) {  // again after forget()
    const TensorView view = adapted->view(name);
    std::vector<float> values(32 * 32);
    to_float32(view, 0, values);
    for (size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], expected[i], 1e-5) << i;
    adapted->forget(view);
  }
  EXPECT_EQ(adapted->view("model.norm.weight").shape, std::vector<std::int64_t>{32});
}

TEST(AdaptedTensors, SmolLM2IsMergedQuickly) {
  const auto path = test::smollm2();
  SKIP_WITHOUT(path, "SmolLM2");
  ModelFiles files = open_model(*path, {.tokenizer = false});
  Adapter adapter{{}, adapted_parts({}, files.config)};
  for (auto& [matrix, part] : adapter.parts) {
    part.a.resize(static_cast<size_t>(part.r * part.in), 0.01f);
    part.b.resize(static_cast<size_t>(part.out * part.r), 0.01f);
  }
  const std::vector<std::string> names = files.tensors->names();
  const auto adapted = adapt_tensors(std::move(files.tensors), std::move(adapter));
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& name : names)
    if (name.ends_with("_proj.weight") && name.find("self_attn") != std::string::npos)
      adapted->forget(adapted->view(name));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("seconds", std::to_string(took.count()));
  EXPECT_LT(took.count(), 5) << "a tenth of that is usual";
}

}  // namespace
}  // namespace counterpoint::weights
