// BERT, MiniLM and RoBERTa encoders, as Hugging Face folders hold them. For encoding only: no dropout.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/text/sentence_tokenizer.h"

namespace counterpoint::nn {

struct TextEncoderConfig {
  enum class Family { bert, roberta };
  Family family = Family::bert;
  std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, inner_width = 0, positions = 0, types = 2;
  std::int64_t padding_id = 0;  ///< RoBERTa counts positions from padding_id + 1
  double norm_epsilon = 1e-12;
  bool exact_gelu = true;  ///< false: the tanh form ("gelu_new")

  /// Tokens of the longest sentence that has a position for each.
  std::int64_t most_tokens() const;
};

/// config.json. Error: another architecture (with the nearest), a missing or absurd size, an activation or a kind of
/// positions that we do not know.
TextEncoderConfig read_text_encoder_config(const std::filesystem::path& folder);

/// Post-norm transformer encoder.
class TextEncoderImpl : public torch::nn::Module {
 public:
  explicit TextEncoderImpl(const TextEncoderConfig& config);
  /// ids [B, T] int64, mask [B, T] bool (true: a real token; real ones first) -> last hidden states [B, T, width].
  torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& mask);
  const TextEncoderConfig& config() const { return config_; }

 private:
  torch::Tensor embed(const torch::Tensor& ids);

  TextEncoderConfig config_;
  torch::nn::Embedding words_{nullptr}, positions_{nullptr}, types_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
  torch::nn::ModuleList layers_{nullptr};
};
TORCH_MODULE(TextEncoder);

/// config.json and model.safetensors. Every tensor of the model must be there with its shape; of others only the
/// pooler, language-modelling and similarity heads and position ids may be there. Error: these, by name; a folder that
/// has pytorch_model.bin only.
TextEncoder read_text_encoder(const std::filesystem::path& folder);

/// Where the encoder's parameters are, there the work is done.
struct CaptionEncoding {
  std::int64_t most_tokens = 77;         ///< longer captions are cut
  std::int64_t tokens_per_batch = 4096;  ///< padding included
  ProgressSink* progress = nullptr;
};

/// [N, width] float32: the mean over each caption's tokens (its two special ones included, padding not), L2-normalised.
/// Captions of like length share a batch; the order is the captions'.
torch::Tensor encode_captions(TextEncoder& encoder, const text::SentenceTokenizer& tokenizer,
                              const std::vector<std::string_view>& captions, const CaptionEncoding& options = {});

}  // namespace counterpoint::nn
