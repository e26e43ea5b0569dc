// A decoder of the Llama family that computes next-token logits for many sequences at once, with a KV cache in blocks.
//
// A sequence is a row of block ids: position p lies in block table[p / 16]. Sequences with a common beginning name the
// same blocks, so it is computed and kept once. Who may use which block is the caller's business (generate/).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/text/tokenizer.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::nn {

inline constexpr std::int64_t kBlockPositions = 16;

/// Tokens to compute, one row each. Rows of one sequence stand in the order of their positions. Within one call a row
/// sees what other rows of the same call have written, so two sequences may share blocks that are computed right now.
struct ForwardBatch {
  std::vector<text::TokenId> tokens;
  std::vector<std::int32_t> positions;
  std::vector<std::int32_t> sequences;                ///< per row: index into `tables`
  std::vector<std::span<const std::int32_t>> tables;  ///< per sequence: block ids, enough for its last position
  std::vector<std::int32_t> logit_rows;               ///< rows whose logits are wanted, ascending
  std::int64_t rows() const { return static_cast<std::int64_t>(tokens.size()); }
};

struct DecoderOptions {
  std::string dtype = "float32";  ///< weights: "float32", "bfloat16", or (CPU only) "int8"
  std::string device = "cpu";     ///< "cpu", "cuda", "cuda:1", ...; "torch-cpu" = libtorch's operators on the CPU
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual const weights::ModelConfig& config() const = 0;
  /// Computes all rows, writes their keys and values to the cache, and returns logits [logit_rows, vocab], valid until
  /// the next call.
  virtual std::span<const float> forward(const ForwardBatch& batch) = 0;
  /// Makes blocks 0 .. count - 1 usable. What earlier blocks hold stays.
  virtual void reserve_blocks(std::int64_t count) = 0;
  /// Copies the first `positions` positions of block `from` to block `to`, in all layers.
  virtual void copy_block(std::int32_t from, std::int32_t to, std::int64_t positions) = 0;
  /// Bytes of the weights as they are kept, and of one block of the cache.
  virtual std::int64_t weight_bytes() const = 0;
  virtual std::int64_t block_bytes() const = 0;
};

/// Error: a dtype or device that is not to be had here, by name.
std::unique_ptr<Decoder> load_decoder(const weights::ModelFiles& model, const DecoderOptions& options = {});

}  // namespace counterpoint::nn
