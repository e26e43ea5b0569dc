// Exported folders are opened again as the same model; transformers opens them too (tests/golden/adapters
// /check_export.py).
#include "counterpoint/weights/export_model.h"

#include <cmath>

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/model_files.h"
#include "counterpoint/weights/rope_frequencies.h"
#include "counterpoint/weights/safetensors_writer.h"
#include "tests/support/support.h"

namespace counterpoint::weights {
namespace {
namespace fs = std::filesystem;
using data::Json;
using test::error_of;
using test::expect_contains;
using test::golden;

ModelFiles open_bare(const fs::path& path, const fs::path& adapter = {}) {
  return open_model(path, {.adapter = adapter, .tokenizer = false});
}

std::vector<float> values_of(const ModelFiles& files, const std::string& name) {
  const TensorView view = files.tensors->view(name);
  std::vector<float> values(static_cast<size_t>(view.elements()));
  to_float32(view, 0, values);
  return values;
}

/// Largest difference of all tensors, as a part of the tensor's largest number.
double difference(const ModelFiles& a, const ModelFiles& b) {
  double most = 0;
  for (const auto& [name, shape] : expected_tensors(a.config)) {
    const std::vector<float> left = values_of(a, name), right = values_of(b, name);
    float largest = 0, apart = 0;
    for (size_t i = 0; i < left.size(); ++i) {
      largest = std::max(largest, std::fabs(left[i]));
      apart = std::max(apart, std::fabs(left[i] - right[i]));
    }
    most = std::max(most, static_cast<double>(apart / largest));
  }
  return most;
}

void expect_same_shape(const ModelConfig& a, const ModelConfig& b) {
  EXPECT_EQ(expected_tensors(a), expected_tensors(b));
  EXPECT_EQ(a.heads, b.heads);
  EXPECT_EQ(a.max_position, b.max_position);
  EXPECT_FLOAT_EQ(static_cast<float>(a.rms_norm_eps), static_cast<float>(b.rms_norm_eps));
  EXPECT_EQ(a.eos_token_ids, b.eos_token_ids);
  EXPECT_EQ(a.bos_token_id, b.bos_token_id);
  EXPECT_EQ(a.sliding_window, b.sliding_window);
  const std::vector<float> left = rope_frequencies(a), right = rope_frequencies(b);
  for (size_t i = 0; i < left.size(); ++i) EXPECT_NEAR(left[i], right[i], 1e-4f * left[i]);
}

TEST(Export, EveryModelComesBack) {
  for (const char* name : {"llama", "llama-rope", "llama-tied", "mistral", "qwen2", "qwen2-window", "qwen3",
                           "llama.gguf", "llama-rope.gguf", "qwen2.gguf"}) {
    SCOPED_TRACE(name);
    const test::ScratchDir dir;
    const ModelFiles source = open_bare(golden(std::string("models/") + name));
    const ExportResult result = export_model({.model = source.path, .adapter = {}, .output = dir / "out"});
    EXPECT_EQ(result.tensors, std::ssize(expected_tensors(source.config)));
    EXPECT_EQ(result.adapted, 0);
    const ModelFiles written = open_bare(dir / "out");
    expect_same_shape(source.config, written.config);
    EXPECT_EQ(difference(source, written), 0);
    EXPECT_EQ(written.tensors->view("model.norm.weight").dtype, DType::f32);
  }
}

TEST(Export, AnAdapterIsMerged) {
  const test::ScratchDir dir;
  for (const char* model : {"llama", "llama.gguf"}) {
    const fs::path source = golden(std::string("models/") + model), adapter = golden("adapters/llama-qkv");
    const fs::path output = dir / (std::string("of-") + model);
    const ExportResult result = export_model({.model = source, .adapter = adapter, .output = output});
    EXPECT_EQ(result.adapted, 6);
    EXPECT_EQ(difference(open_bare(source, adapter), open_bare(output)), 0);
    EXPECT_GT(difference(open_bare(source), open_bare(output)), 0.1);
  }
}

TEST(Export, NarrowTypesRoundAndAreNamed) {
  const test::ScratchDir dir;
  const fs::path source = golden("models/qwen2");
  for (const auto& [type, name, error] :
       {std::tuple{DType::f16, "float16", 1e-3}, std::tuple{DType::bf16, "bfloat16", 8e-3}}) {
    const ExportResult result = export_model({.model = source, .adapter = {}, .output = dir / name, .dtype = type});
    const ModelFiles written = open_bare(dir / name);
    EXPECT_EQ(written.tensors->view("model.norm.weight").dtype, type);
    EXPECT_LT(difference(open_bare(source), written), error);
    EXPECT_GT(difference(open_bare(source), written), error / 100);
    EXPECT_EQ(data::read_json(dir / name / "config.json")["dtype"], name);
    EXPECT_EQ(result.bytes * 2, export_model({.model = source, .adapter = {}, .output = dir / name / "f32"}).bytes);
  }
}

TEST(Export, WhatFloat16CannotHoldIsNamed) {
  const test::ScratchDir dir;
  fs::copy(golden("models/llama-tied"), dir / "model", fs::copy_options::recursive);
  const ModelFiles files = open_bare(golden("models/llama-tied"));
  std::vector<TensorView> views;
  for (const std::string& name : files.tensors->names()) views.push_back(files.tensors->view(name));
  std::vector<float> large(32, 70000.0f);
  for (TensorView& view : views)
    if (view.name == "model.norm.weight") view.bytes = std::as_bytes(std::span(large));
  write_safetensors(dir / "model/model.safetensors", views);
  const ExportOptions options{.model = dir / "model", .adapter = {}, .output = dir / "out", .dtype = DType::f16};
  expect_contains(error_of([&] { export_model(options); }),
                  "tensor 'model.norm.weight' holds 70000, which float16 cannot");
  EXPECT_FALSE(fs::exists(dir / "out"));
}

TEST(Export, WhatIsThereIsNotTouched) {
  const test::ScratchDir dir;
  const ExportOptions options{.model = golden("models/llama"), .adapter = {}, .output = dir / "out/"};
  fs::create_directories(dir / "out");  // empty: may be used
  fs::create_directories(dir / "out.partial/old");
  export_model(options);
  EXPECT_FALSE(fs::exists(dir / "out.partial"));
  EXPECT_FALSE(fs::exists(dir / "out/old"));
  expect_contains(error_of([&] { export_model(options); }), "holds something already");
  write_file_atomic(dir / "file", "");
  expect_contains(error_of([&] { export_model({.model = options.model, .adapter = {}, .output = dir / "file"}); }),
                  "is a file, a new folder was expected");
}

TEST(Export, SmolLM2KeepsItsTokenizerAndTemplate) {
  const auto path = test::smollm2();
  SKIP_WITHOUT(path, "SmolLM2");
  const test::ScratchDir dir;
  export_model({.model = *path, .adapter = {}, .output = dir / "out", .dtype = DType::bf16});
  const ModelFiles source = open_model(*path), written = open_model(dir / "out");
  for (const char* text : {"What is 1234 + 5?", "<|im_start|>user\nHi\u00e9 \u20ac<|im_end|>\n", "  a\n\n\tb"}) {
    EXPECT_EQ(written.tokenizer->encode(text), source.tokenizer->encode(text)) << text;
    const text::Messages messages{{"user", text}};
    EXPECT_EQ(written.chat_format->render(messages), source.chat_format->render(messages));
  }
  const Json config = data::read_json(dir / "out/config.json");
  EXPECT_EQ(config["rms_norm_eps"].dump(), "1e-05");
  EXPECT_EQ(data::read_json(dir / "out/generation_config.json")["eos_token_id"], 2);
}

}  // namespace
}  // namespace counterpoint::weights
