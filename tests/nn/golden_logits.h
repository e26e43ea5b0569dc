// Logits that a reference program stored, and ours for the same tokens.
#pragma once
#include <cmath>

#include "counterpoint/nn/decoder.h"
#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::nn {

struct Golden {
  std::vector<std::vector<text::TokenId>> sequences;  // [B][T]
  std::vector<float> logits;                          // [B, T, vocab]
};

/// `folder` within tests/golden, as "models/llama".
inline Golden read_golden(const std::string& folder) {
  const auto file = weights::open_safetensors(test::golden(folder + "/logits.safetensors"));
  const weights::TensorView ids = file->view("ids"), logits = file->view("logits");
  Golden golden;
  const auto* id = reinterpret_cast<const std::int64_t*>(ids.bytes.data());
  for (std::int64_t b = 0; b < ids.shape[0]; ++b, id += ids.shape[1])
    golden.sequences.emplace_back(id, id + ids.shape[1]);
  golden.logits.resize(static_cast<size_t>(logits.elements()));
  weights::to_float32(logits, 0, golden.logits);
  return golden;
}

/// All positions of all sequences, each sequence in blocks of its own.
inline std::vector<float> compute(Decoder& decoder, const std::vector<std::vector<text::TokenId>>& sequences,
                                  size_t chunk) {
  std::vector<std::vector<std::int32_t>> tables(sequences.size());
  std::int32_t block = 0;
  for (size_t s = 0; s < sequences.size(); ++s)
    for (size_t p = 0; p < sequences[s].size(); p += kBlockPositions) tables[s].push_back(block++);
  decoder.reserve_blocks(block);
  const auto vocab = static_cast<size_t>(decoder.config().vocab_size);
  std::vector<float> all(sequences.size() * sequences[0].size() * vocab);
  for (size_t first = 0; first < sequences[0].size(); first += chunk) {
    ForwardBatch batch;
    for (size_t s = 0; s < sequences.size(); ++s) {
      batch.tables.emplace_back(tables[s]);
      for (size_t p = first; p < std::min(first + chunk, sequences[s].size()); ++p) {
        batch.logit_rows.push_back(static_cast<std::int32_t>(batch.rows()));
        batch.tokens.push_back(sequences[s][p]);
        batch.positions.push_back(static_cast<std::int32_t>(p));
        batch.sequences.push_back(static_cast<std::int32_t>(s));
      }
    }
    const std::span<const float> logits = decoder.forward(batch);
    for (size_t row = 0; row < batch.tokens.size(); ++row) {
      const size_t at =
          static_cast<size_t>(batch.sequences[row]) * sequences[0].size() + static_cast<size_t>(batch.positions[row]);
      std::copy_n(logits.data() + row * vocab, vocab, all.data() + at * vocab);
    }
  }
  return all;
}

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    most = std::max(most, std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return most;
}

}  // namespace counterpoint::nn
