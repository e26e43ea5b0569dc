// The in-process engine: many conversations of many trees decoded together on one model.
//
// Continuous batching: in each step every running sequence adds one token, and waiting ones take the places of those
// that are done. Prompts share what they have in common (see prefix_cache.h). A reply depends on its request and on its
// own random stream alone: on the CPU kernels the bits of a row do not change with what else is in the batch, so a
// reply is the same alone or in a batch, with and without prefix reuse.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "counterpoint/generate/chat_model.h"

namespace counterpoint::text {
class Tokenizer;
}

namespace counterpoint::generate {

struct EngineOptions {
  std::filesystem::path model;    ///< Hugging Face folder or GGUF file
  std::filesystem::path adapter;  ///< PEFT adapter merged into the weights; empty: none
  std::string chat_format;        ///< a name, or empty: by the model's own template
  std::string dtype = "float32";  ///< "float32", "bfloat16", "int8"
  std::string device = "cpu";     ///< "cpu", "cuda", "torch-cpu"
  int max_batch = 48;             ///< sequences decoded together
  int step_tokens = 512;          ///< prompt tokens computed in one step at most
  std::int64_t kv_tokens = 0;     ///< tokens kept in the KV cache; 0 = 512 per sequence of the batch
  bool prefix_reuse = true;
};

/// A ChatModel with what only a local model can do.
class Engine : public ChatModel {
 public:
  virtual const text::Tokenizer& tokenizer() const = 0;
  virtual std::int64_t weight_bytes() const = 0;
  virtual std::int64_t cache_bytes() const = 0;  ///< blocks held at present
};

/// Error: as weights::open_model and nn::load_decoder; an option out of range.
std::unique_ptr<Engine> open_engine(const EngineOptions& options);

}  // namespace counterpoint::generate
