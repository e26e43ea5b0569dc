#include <cmath>

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/model_files.h"
#include "tests/support/support.h"
#include "tests/weights/damage.h"

namespace counterpoint::weights {
namespace {

using data::Json;

/// config.json of a small model of that class, with some keys replaced (or with null taken out).
class HfConfig : public testing::Test {
 protected:
  static Json base(const std::string& architecture) {
    return {{"architectures", {architecture}},
            {"hidden_size", 32},
            {"intermediate_size", 48},
            {"num_hidden_layers", 3},
            {"num_attention_heads", 4},
            {"num_key_value_heads", 2},
            {"vocab_size", 64},
            {"max_position_embeddings", 128},
            {"rms_norm_eps", 1e-5},
            {"sliding_window", nullptr}};
  }
  ModelConfig read(const std::string& architecture, const Json& changes = Json::object()) const {
    Json json = base(architecture);
    json.update(changes);
    write_file_atomic(folder / "config.json", json.dump());
    return read_hf_config(folder.path());
  }
  std::string error(const Json& changes, const std::string& architecture = "LlamaForCausalLM") const {
    return test::error_of([&] { read(architecture, changes); });
  }
  void expect_error(const Json& changes, const std::string& message) const {
    EXPECT_NE(error(changes).find(message), std::string::npos) << changes << ": " << error(changes);
  }
  test::ScratchDir folder;
};

TEST_F(HfConfig, LlamaInItsOldAndNewSpelling) {
  const Json scaling{{"factor", 8.0}, {"low_freq_factor", 1.0}, {"high_freq_factor", 4}};
  Json old_scaling = scaling, new_scaling = scaling;
  old_scaling.update(Json{{"type", "llama3"}, {"original_max_position_embeddings", 16}});
  new_scaling.update(Json{{"rope_type", "llama3"}, {"rope_theta", 500000}, {"original_max_position_embeddings", 16}});
  for (const Json& changes :
       {Json{{"rope_theta", 500000.0}, {"rope_scaling", old_scaling}}, Json{{"rope_parameters", new_scaling}}}) {
    const ModelConfig config = read("LlamaForCausalLM", changes);
    EXPECT_EQ(config.architecture, "llama");
    EXPECT_EQ(config.head_dim, 8);
    EXPECT_EQ(config.rope_theta, 500000);
    ASSERT_TRUE(config.rope_scaling);
    EXPECT_EQ(config.rope_scaling->factor, 8);
    EXPECT_EQ(config.rope_scaling->high_freq_factor, 4);
    EXPECT_EQ(config.rope_scaling->original_max_position, 16);
    EXPECT_FALSE(config.sliding_window);
  }
}

TEST_F(HfConfig, BiasesByArchitecture) {
  const ModelConfig llama = read("LlamaForCausalLM", {{"attention_bias", true}, {"mlp_bias", true}});
  EXPECT_TRUE(llama.qkv_bias && llama.output_bias && llama.mlp_bias && !llama.qk_norm);
  const ModelConfig plain = read("LlamaForCausalLM");
  EXPECT_FALSE(plain.qkv_bias || plain.output_bias || plain.mlp_bias);
  const ModelConfig qwen2 = read("Qwen2ForCausalLM");
  EXPECT_TRUE(qwen2.qkv_bias && !qwen2.output_bias);
  const ModelConfig qwen3 = read("Qwen3ForCausalLM");
  EXPECT_TRUE(qwen3.qk_norm && !qwen3.qkv_bias);
  EXPECT_EQ(qwen3.head_dim, 128);
}

TEST_F(HfConfig, SlidingWindows) {
  EXPECT_EQ(read("MistralForCausalLM", {{"sliding_window", 8}}).sliding_window, 8);
  EXPECT_FALSE(read("MistralForCausalLM").sliding_window);
  EXPECT_FALSE(read("LlamaForCausalLM", {{"sliding_window", 8}}).sliding_window);
  const Json window{{"sliding_window", 8}, {"use_sliding_window", true}, {"max_window_layers", 2}};
  const ModelConfig late = read("Qwen2ForCausalLM", window);
  EXPECT_EQ(late.sliding_window, 8);
  EXPECT_EQ(late.sliding_layers, (std::vector<bool>{false, false, true}));
  Json unused = window, never = window, named = window;
  unused["use_sliding_window"] = false;
  never["max_window_layers"] = 3;
  named["layer_types"] = {"sliding_attention", "full_attention", "full_attention"};
  EXPECT_FALSE(read("Qwen2ForCausalLM", unused).sliding_window);
  EXPECT_FALSE(read("Qwen2ForCausalLM", never).sliding_window);
  EXPECT_EQ(read("Qwen3ForCausalLM", named).sliding_layers, (std::vector<bool>{true, false, false}));
  named["layer_types"] = {"sliding_attention"};
  EXPECT_NE(error(named, "Qwen2ForCausalLM").find("'layer_types' should name 3 layers"), std::string::npos);
  named["layer_types"] = {"chunked_attention", "full_attention", "full_attention"};
  EXPECT_NE(error(named, "Qwen2ForCausalLM").find("names 'chunked_attention'"), std::string::npos);
}

TEST_F(HfConfig, EosMayBeANumberOrAListAndGenerationConfigGoesFirst) {
  EXPECT_EQ(read("LlamaForCausalLM", {{"eos_token_id", 5}}).eos_token_ids, (std::vector<std::int64_t>{5}));
  EXPECT_EQ(read("LlamaForCausalLM", {{"eos_token_id", {5, 6}}}).eos_token_ids, (std::vector<std::int64_t>{5, 6}));
  write_file_atomic(folder / "generation_config.json", R"({"eos_token_id": [7, 8]})");
  EXPECT_EQ(read("LlamaForCausalLM", {{"eos_token_id", 5}}).eos_token_ids, (std::vector<std::int64_t>{7, 8}));
  write_file_atomic(folder / "generation_config.json", R"({"eos_token_id": 64})");
  expect_error(Json::object(), "the eos token is 64, outside the vocabulary of 64");
}

TEST_F(HfConfig, RefusesWhatItDoesNotKnow) {
  expect_error({{"architectures", {"GPT2LMHeadModel"}}}, "names the unknown GPT2LMHeadModel");
  expect_error({{"architectures", {"Qwen2MoeForCausalLM"}}}, "did you mean 'Qwen2ForCausalLM'?");
  expect_error({{"architectures", Json::array()}}, "should name one architecture");
  expect_error({{"hidden_act", "gelu"}}, "'hidden_act' is 'gelu'; 'silu' was expected");
  expect_error({{"quantization_config", {{"quant_method", "gptq"}}}}, "'quantization_config' is there");
  expect_error({{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4}}}}, "is 'yarn'; 'default' and 'llama3'");
  expect_error({{"rope_scaling", {{"type", "linear"}, {"factor", 4}}}}, "is 'linear'; 'default' and 'llama3'");
  expect_error({{"rope_scaling", {{"rope_type", "llama3"}, {"factor", 4}}}}, "'low_freq_factor' is missing");
  expect_error({{"rope_parameters", {{"sliding_attention", {{"rope_type", "default"}}}}}}, "a rope of their own");
  expect_error({{"partial_rotary_factor", 0.5}}, "'partial_rotary_factor' should be 1");
}

TEST_F(HfConfig, RefusesAbsurdSizes) {
  expect_error({{"hidden_size", "32"}}, "'hidden_size' is a string, a whole number was expected");
  expect_error({{"hidden_size", 0}}, "the hidden size is 0; 1 to 1048576 was expected");
  expect_error({{"hidden_size", 33}}, "'hidden_size' is 33, no multiple of 4 heads");
  expect_error({{"vocab_size", -5}}, "the vocabulary's size is -5");
  expect_error({{"vocab_size", 18446744073709551615u}}, "the vocabulary's size is -1");
  expect_error({{"num_hidden_layers", 1000000000000}}, "the number of layers is 1000000000000; 1 to 1000");
  expect_error({{"num_attention_heads", 0}}, "'num_attention_heads' should be at least 1");
  expect_error({{"num_key_value_heads", 3}}, "4 attention heads cannot share 3 key-value heads");
  expect_error({{"num_key_value_heads", 8}}, "the number of key-value heads is 8; 1 to 4 was expected");
  expect_error({{"head_dim", 7}}, "a head's size is 7; rope needs an even one");
  expect_error({{"rms_norm_eps", 0}}, "the norm's epsilon is 0; a number above 0");
  expect_error({{"rope_theta", -1}}, "rope's theta is -1; a number above 0");
  expect_error({{"max_position_embeddings", nullptr}}, "'max_position_embeddings' is null");
  EXPECT_NE(error({{"sliding_window", 0}}, "MistralForCausalLM").find("the sliding window is 0"), std::string::npos);
}

/// A GGUF file that has metadata and an embedding only.
class GgufConfig : public testing::Test {
 protected:
  using Keys = std::map<std::string, std::uint32_t>;
  static std::string file(const std::string& architecture, const Keys& changes, const std::string& text_key = "",
                          const std::string& text = "") {
    Keys keys{{"block_count", 2},     {"embedding_length", 32},    {"feed_forward_length", 48},
              {"context_length", 64}, {"attention.head_count", 4}, {"attention.head_count_kv", 2}};
    for (const auto& [key, value] : changes) keys[key] = value;
    std::string body = test::gguf_key("general.architecture", architecture);
    for (const auto& [key, value] : keys) body += test::gguf_key(architecture + "." + key, value);
    body += test::gguf_text(architecture + ".attention.layer_norm_rms_epsilon") + test::raw(std::uint32_t{6}) +
            test::raw(1e-5F);
    if (!text_key.empty()) body += test::gguf_key(text_key, text);
    const std::uint64_t count = 2 + keys.size() + !text_key.empty();
    return test::gguf_with_data(
        test::gguf_head(1, count) + body + test::gguf_tensor("token_embd.weight", {32, 64}, 0, 0), 32 * 64 * 4);
  }
  static ModelConfig read(const std::string& bytes) { return read_gguf_config(parse_gguf(test::as_bytes(bytes), "x")); }
  static void expect_error(const std::string& bytes, const std::string& message) {
    const std::string error = test::error_of([&] { read(bytes); });
    EXPECT_NE(error.find(message), std::string::npos) << error;
  }
};

TEST_F(GgufConfig, ReadsSizes) {
  const ModelConfig config = read(file("qwen3", {{"attention.key_length", 12}, {"attention.value_length", 12}}));
  EXPECT_EQ(config.architecture, "qwen3");
  EXPECT_EQ(config.head_dim, 12);
  EXPECT_EQ(config.vocab_size, 64);
  EXPECT_TRUE(config.qk_norm && config.tied_embeddings);
  EXPECT_FLOAT_EQ(static_cast<float>(config.rms_norm_eps), 1e-5F);
}

TEST_F(GgufConfig, RefusesWhatItDoesNotKnow) {
  expect_error(file("gemma2", {}), "x: unknown architecture 'gemma2'");
  expect_error(file("llama", {{"expert_count", 8}}), "key 'llama.expert_count' is 8; only 0 is supported");
  expect_error(file("llama", {{"rope.dimension_count", 4}}), "'llama.rope.dimension_count' is 4; only 8");
  expect_error(file("llama", {{"attention.value_length", 16}}), "'llama.attention.value_length' is 16; only 8");
  expect_error(file("llama", {{"vocab_size", 65}}), "key 'llama.vocab_size' is 65; only 64 is supported");
  expect_error(file("llama", {}, "llama.rope.scaling.type", "yarn"), "rope scaling 'yarn' is not supported");
  expect_error(file("llama", {{"rope.scale_linear", 4}}), "linear rope scaling is not supported");
  expect_error(file("llama", {{"attention.head_count", 0}}), "there are 0 attention heads");
  expect_error(file("llama", {{"block_count", 5000}}), "the number of layers is 5000");
  expect_error(test::gguf_head(0, 1) + test::gguf_key("general.architecture", "llama"),
               "tensor 'token_embd.weight' is missing");
}

/// transformers computes Llama 3.1's scaled frequencies; GGUF has what divides the plain ones.
TEST(RopeFactors, OfGgufAreTheScalingOfTheFolder) {
  const OpenOptions bare{.tokenizer = false};
  const ModelConfig folder = open_model(test::golden("models/llama-rope"), bare).config;
  const ModelConfig gguf = open_model(test::golden("models/llama-rope.gguf"), bare).config;
  ASSERT_TRUE(folder.rope_scaling && gguf.rope_freq_factors);
  EXPECT_FALSE(gguf.rope_scaling || folder.rope_freq_factors);
  const Llama3RopeScaling scaling = *folder.rope_scaling;
  ASSERT_EQ(std::ssize(*gguf.rope_freq_factors), folder.head_dim / 2);
  bool smoothed = false;
  for (size_t i = 0; i < gguf.rope_freq_factors->size(); ++i) {
    const double exponent = 2.0 * static_cast<double>(i) / static_cast<double>(folder.head_dim);
    const double wavelength = 2 * M_PI * std::pow(folder.rope_theta, exponent);
    const double turns = static_cast<double>(scaling.original_max_position) / wavelength;
    const double share = (turns - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
    const double kept = std::min(1.0, std::max(0.0, share));
    smoothed |= kept > 0 && kept < 1;
    EXPECT_NEAR((*gguf.rope_freq_factors)[i], 1 / ((1 - kept) / scaling.factor + kept), 1e-5);
  }
  EXPECT_TRUE(smoothed);
}

}  // namespace
}  // namespace counterpoint::weights
