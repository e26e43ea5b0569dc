// Logits of small random models equal those that transformers computes (tests/golden/models/make_models.py).
#include "counterpoint/nn/decoder.h"

#include <cmath>

#include "counterpoint/core/strings.h"
#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::nn {
namespace {

struct Golden {
  std::vector<std::vector<text::TokenId>> sequences;  // [B][T]
  std::vector<float> logits;                          // [B, T, vocab]
};

Golden read_golden(const std::string& model) {
  const auto file = weights::open_safetensors(test::golden("models/" + model + "/logits.safetensors"));
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
std::vector<float> compute(Decoder& decoder, const std::vector<std::vector<text::TokenId>>& sequences, size_t chunk) {
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

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    most = std::max(most, std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return most;
}

std::unique_ptr<Decoder> open(const std::string& model, const DecoderOptions& options) {
  return load_decoder(weights::open_model(test::golden("models/" + model), {.tokenizer = false}), options);
}

class GoldenLogits : public testing::TestWithParam<const char*> {};

// Float32 sums in another order than torch's: 1e-4 on logits of some units.
TEST_P(GoldenLogits, EqualTransformersOnTheCpuKernels) {
  const Golden golden = read_golden(GetParam());
  EXPECT_LT(largest_difference(compute(*open(GetParam(), {}), golden.sequences, 64), golden.logits), 1e-4);
}

TEST_P(GoldenLogits, EqualTransformersOnTorchOperators) {
  const Golden golden = read_golden(GetParam());
  const auto decoder = open(GetParam(), {.device = "torch-cpu"});
  EXPECT_LT(largest_difference(compute(*decoder, golden.sequences, 64), golden.logits), 1e-4);
}

TEST_P(GoldenLogits, CacheGivesTheSameBitsAsNoCache) {
  const Golden golden = read_golden(GetParam());
  const auto decoder = open(GetParam(), {});
  const std::vector<float> whole = compute(*decoder, golden.sequences, 64);
  EXPECT_EQ(compute(*decoder, golden.sequences, 1), whole);
  EXPECT_EQ(compute(*decoder, golden.sequences, 5), whole);
}

TEST_P(GoldenLogits, ASequenceAloneGivesTheSameBitsAsInABatch) {
  const Golden golden = read_golden(GetParam());
  const auto decoder = open(GetParam(), {});
  const std::vector<float> both = compute(*decoder, golden.sequences, 64);
  const std::vector<float> alone = compute(*decoder, {golden.sequences[1]}, 64);
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), both.end() - static_cast<std::ptrdiff_t>(alone.size())));
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenLogits,
                         testing::Values("llama", "llama-rope", "llama-tied", "mistral", "qwen2", "qwen2-window",
                                         "qwen3"),
                         [](const auto& instance) { return replace_all(instance.param, "-", "_"); });

TEST(Decoder, CopiedBlockHoldsTheSamePrefix) {
  const Golden golden = read_golden("llama");
  const auto decoder = open("llama", {});
  compute(*decoder, {golden.sequences[0]}, 64);  // blocks 0 and 1
  decoder->reserve_blocks(3);
  decoder->copy_block(0, 2, 10);
  ForwardBatch batch;
  const std::vector<std::int32_t> table = {2};
  batch.tables.emplace_back(table);
  batch.tokens = {golden.sequences[0][10]};
  batch.positions = {10};
  batch.sequences = {0};
  batch.logit_rows = {0};
  const std::span<const float> logits = decoder->forward(batch);
  const size_t vocab = logits.size();
  EXPECT_LT(largest_difference({logits.begin(), logits.end()},
                               {golden.logits.begin() + static_cast<std::ptrdiff_t>(10 * vocab),
                                golden.logits.begin() + static_cast<std::ptrdiff_t>(11 * vocab)}),
            1e-4);
}

TEST(Decoder, UnknownDtypeAndDeviceAreRefusedByName) {
  EXPECT_NE(test::error_of([] { open("llama", {.dtype = "float23"}); }).find("float32"), std::string::npos);
  EXPECT_NE(test::error_of([] { open("llama", {.device = "cpuu"}); }).find("did you mean 'cpu'"), std::string::npos);
}

}  // namespace
}  // namespace counterpoint::nn
