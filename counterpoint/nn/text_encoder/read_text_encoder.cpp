// From a Hugging Face folder to a TextEncoder.
#include <algorithm>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/text_encoder/text_encoder.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::nn {
namespace fs = std::filesystem;
namespace {

using data::Json;

std::int64_t size_in(const Json& config, const char* key, const std::string& where) {
  const auto found = config.find(key);
  if (found == config.end() || !found->is_number_integer()) fail("{}: '{}' is no whole number", where, key);
  const auto value = found->get<std::int64_t>();
  if (value < 1 || value > (1 << 24)) fail("{}: '{}' is {}, expected 1 to {}", where, key, value, 1 << 24);
  return value;
}

TextEncoderConfig::Family family_of(const Json& config, const std::string& where) {
  static const std::vector<std::string> known{"bert", "roberta", "xlm-roberta"};
  const std::string type = config.value("model_type", "");
  if (type == "bert") return TextEncoderConfig::Family::bert;
  if (type == "roberta" || type == "xlm-roberta") return TextEncoderConfig::Family::roberta;
  fail("{}: the model is of the type '{}', which is no text encoder of ours{}", where, type, suggestion(type, known));
}

bool is_exact_gelu(const Json& config, const std::string& where) {
  static const std::vector<std::string> known{"gelu", "gelu_new", "gelu_pytorch_tanh"};
  const std::string name = config.value("hidden_act", "gelu");
  if (std::find(known.begin(), known.end(), name) == known.end())
    fail("{}: the activation '{}' is not known{}", where, name, suggestion(name, known));
  return name == "gelu";
}

void check(const TextEncoderConfig& config, const Json& file, const std::string& where) {
  const std::string positions = file.value("position_embedding_type", "absolute");
  if (positions != "absolute")
    fail("{}: positions of the kind '{}' are not supported (known: absolute)", where, positions);
  if (config.width % config.heads != 0)
    fail("{}: hidden_size {} is no multiple of num_attention_heads {}", where, config.width, config.heads);
  if (config.most_tokens() < 2) fail("{}: {} positions leave no room for a sentence", where, config.positions);
}

/// From our names to Hugging Face's.
std::string file_name_of(const std::string& ours) {
  static const std::vector<std::pair<std::string, std::string>> parts{{"words.", "embeddings.word_embeddings."},
                                                                      {"positions.", "embeddings.position_embeddings."},
                                                                      {"types.", "embeddings.token_type_embeddings."},
                                                                      {"norm.", "embeddings.LayerNorm."}};
  static const std::vector<std::pair<std::string, std::string>> in_layers{
      {"query.", "attention.self.query."},
      {"key.", "attention.self.key."},
      {"value.", "attention.self.value."},
      {"output.", "attention.output.dense."},
      {"attention_norm.", "attention.output.LayerNorm."},
      {"up.", "intermediate.dense."},
      {"down.", "output.dense."},
      {"norm.", "output.LayerNorm."}};
  std::string before, rest = ours;
  const bool in_layer = ours.starts_with("layers.");
  if (in_layer) {
    const size_t end = ours.find('.', sizeof("layers.") - 1) + 1;
    before = "encoder.layer." + ours.substr(sizeof("layers.") - 1, end - sizeof("layers.") + 1);
    rest = ours.substr(end);
  }
  for (const auto& [from, to] : in_layer ? in_layers : parts)
    if (rest.starts_with(from)) return before + to + rest.substr(from.size());
  COUNTERPOINT_ASSERT(!"a parameter's name");
  return "";
}

/// What a folder may hold beside the encoder, or as another way to the same numbers.
bool is_ignored(std::string_view name) {
  static const std::vector<std::string_view> beginnings{"pooler.", "cls.", "lm_head.", "classifier."};
  return name.ends_with("position_ids") || std::any_of(beginnings.begin(), beginnings.end(),
                                                       [&](std::string_view part) { return name.starts_with(part); });
}

/// "bert." where the encoder is part of a larger model.
std::string prefix_in(const weights::TensorSource& source) {
  const std::string wanted = "embeddings.word_embeddings.weight";
  for (const std::string& name : source.names())
    if (name.ends_with(wanted)) return name.substr(0, name.size() - wanted.size());
  fail("{}: no tensor '{}': no text encoder of the BERT or RoBERTa family", source.where(), wanted);
}

/// Old files call a norm's weight and bias gamma and beta.
std::string name_in(const weights::TensorSource& source, const std::string& name) {
  if (source.has(name)) return name;
  std::string old = name;
  if (old.ends_with("LayerNorm.weight")) old.replace(old.size() - 6, 6, "gamma");
  if (old.ends_with("LayerNorm.bias")) old.replace(old.size() - 4, 4, "beta");
  return source.has(old) ? old : name;
}

void copy_tensor(const weights::TensorSource& source, const std::string& name, torch::Tensor& into) {
  const weights::TensorView view = source.view(name);
  if (!std::equal(view.shape.begin(), view.shape.end(), into.sizes().begin(), into.sizes().end()))
    fail("{}: the tensor '{}' has the shape {}, config.json makes it {}", source.where(), name,
         weights::shape_text(view.shape), weights::shape_text({into.sizes().data(), into.sizes().size()}));
  weights::to_float32(view, 0, {into.data_ptr<float>(), static_cast<size_t>(into.numel())});
}

void load(TextEncoder& encoder, const weights::TensorSource& source) {
  const std::string prefix = prefix_in(source);
  std::set<std::string> used;
  const torch::NoGradGuard guard;
  for (auto& parameter : encoder->named_parameters()) {
    const std::string name = name_in(source, prefix + file_name_of(parameter.key()));
    copy_tensor(source, name, parameter.value());
    used.insert(name);
  }
  for (const std::string& name : source.names()) {
    const std::string_view bare = std::string_view(name).substr(name.starts_with(prefix) ? prefix.size() : 0);
    if (!used.contains(name) && !is_ignored(bare))
      fail("{}: the tensor '{}' belongs to nothing in a text encoder of {} layers", source.where(), name,
           encoder->config().layers);
  }
}

}  // namespace

TextEncoderConfig read_text_encoder_config(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  const Json json = data::read_json(file);
  const std::string where = file.string();
  TextEncoderConfig config;
  config.family = family_of(json, where);
  config.vocabulary = size_in(json, "vocab_size", where);
  config.width = size_in(json, "hidden_size", where);
  config.layers = size_in(json, "num_hidden_layers", where);
  config.heads = size_in(json, "num_attention_heads", where);
  config.inner_width = size_in(json, "intermediate_size", where);
  config.positions = size_in(json, "max_position_embeddings", where);
  config.types = size_in(json, "type_vocab_size", where);
  const bool roberta = config.family == TextEncoderConfig::Family::roberta;
  config.padding_id = json.value("pad_token_id", roberta ? std::int64_t{1} : std::int64_t{0});
  config.norm_epsilon = json.value("layer_norm_eps", 1e-12);
  config.exact_gelu = is_exact_gelu(json, where);
  check(config, json, where);
  return config;
}

TextEncoder read_text_encoder(const fs::path& folder) {
  const TextEncoderConfig config = read_text_encoder_config(folder);
  const bool safe = fs::exists(folder / "model.safetensors") || fs::exists(folder / "model.safetensors.index.json");
  if (!safe && fs::exists(folder / "pytorch_model.bin"))
    fail(
        "{}: only pytorch_model.bin is here, and reading a pickle may run what its author wrote; save the model as "
        "model.safetensors (transformers: save_pretrained)",
        folder.string());
  const auto source = weights::open_safetensors_folder(folder);
  TextEncoder encoder(config);
  load(encoder, *source);
  encoder->eval();
  return encoder;
}

}  // namespace counterpoint::nn
