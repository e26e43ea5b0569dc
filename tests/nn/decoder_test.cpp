// Logits of small random models equal those that transformers computes (tests/golden/models/make_models.py).
#include "counterpoint/nn/decoder.h"

#include <cmath>

#include "counterpoint/core/strings.h"
#include "tests/nn/golden_logits.h"

namespace counterpoint::nn {
namespace {

std::unique_ptr<Decoder> open(const std::string& model, const DecoderOptions& options) {
  return load_decoder(weights::open_model(test::golden("models/" + model), {.tokenizer = false}), options);
}

class GoldenLogits : public testing::TestWithParam<const char*> {};

// Float32 sums in another order than torch's: 1e-4 on logits of some units.
TEST_P(GoldenLogits, EqualTransformersOnTheCpuKernels) {
  const Golden golden = read_golden(std::string("models/") + GetParam());
  EXPECT_LT(largest_difference(compute(*open(GetParam(), {}), golden.sequences, 64), golden.logits), 1e-4);
}

TEST_P(GoldenLogits, EqualTransformersOnTorchOperators) {
  const Golden golden = read_golden(std::string("models/") + GetParam());
  const auto decoder = open(GetParam(), {.device = test::device("torch-cpu")});
  for (const size_t chunk : {64, 1, 5})  // all at once, token by token, in parts
    EXPECT_LT(largest_difference(compute(*decoder, golden.sequences, chunk), golden.logits), 1e-4) << chunk;
}

TEST_P(GoldenLogits, CacheGivesTheSameBitsAsNoCache) {
  const Golden golden = read_golden(std::string("models/") + GetParam());
  const auto decoder = open(GetParam(), {});
  const std::vector<float> whole = compute(*decoder, golden.sequences, 64);
  EXPECT_EQ(compute(*decoder, golden.sequences, 1), whole);
  EXPECT_EQ(compute(*decoder, golden.sequences, 5), whole);
}

TEST_P(GoldenLogits, ASequenceAloneGivesTheSameBitsAsInABatch) {
  const Golden golden = read_golden(std::string("models/") + GetParam());
  const auto decoder = open(GetParam(), {});
  const std::vector<float> both = compute(*decoder, golden.sequences, 64);
  const std::vector<float> alone = compute(*decoder, {golden.sequences[1]}, 64);
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), both.end() - static_cast<std::ptrdiff_t>(alone.size())));
}

// Attention for sequences of other lengths than their neighbours', some with one new token and some with several.
TEST_P(GoldenLogits, SequencesOfAnyLengthGoTogetherOnTorchOperators) {
  const Golden golden = read_golden(std::string("models/") + GetParam());
  const auto decoder = open(GetParam(), {.device = test::device("torch-cpu")});
  const auto length = static_cast<std::int32_t>(golden.sequences[0].size());
  const std::vector<std::int32_t> have{3, length - 1, 6, length - 6, 3}, add{1, 1, 4, 4, 1};
  const auto sequence = [&](size_t s) -> const auto& { return golden.sequences[s % golden.sequences.size()]; };
  std::vector<std::vector<std::int32_t>> tables(have.size());
  std::int32_t block = 0;
  for (auto& table : tables)
    for (std::int32_t p = 0; p < length; p += kBlockPositions) table.push_back(block++);
  decoder->reserve_blocks(block);
  const auto feed = [&](const auto& first, const auto& count) {
    ForwardBatch batch;
    for (size_t s = 0; s < tables.size(); ++s) {
      batch.tables.emplace_back(tables[s]);
      for (std::int32_t p = first(s); p < first(s) + count(s); ++p) {
        batch.logit_rows.push_back(static_cast<std::int32_t>(batch.rows()));
        batch.tokens.push_back(sequence(s)[static_cast<size_t>(p)]);
        batch.positions.push_back(p);
        batch.sequences.push_back(static_cast<std::int32_t>(s));
      }
    }
    const std::span<const float> logits = decoder->forward(batch);
    return std::pair{batch, std::vector<float>(logits.begin(), logits.end())};
  };
  feed([](size_t) { return 0; }, [&](size_t s) { return have[s]; });
  const auto [batch, logits] = feed([&](size_t s) { return have[s]; }, [&](size_t s) { return add[s]; });
  const auto vocab = static_cast<size_t>(decoder->config().vocab_size);
  for (size_t row = 0; row < batch.tokens.size(); ++row) {
    const size_t of = static_cast<size_t>(batch.sequences[row]) % golden.sequences.size();
    const size_t at = (of * golden.sequences[0].size() + static_cast<size_t>(batch.positions[row])) * vocab;
    const std::vector<float> ours(logits.begin() + static_cast<std::ptrdiff_t>(row * vocab),
                                  logits.begin() + static_cast<std::ptrdiff_t>((row + 1) * vocab));
    const std::vector<float> theirs(golden.logits.begin() + static_cast<std::ptrdiff_t>(at),
                                    golden.logits.begin() + static_cast<std::ptrdiff_t>(at + vocab));
    EXPECT_LT(largest_difference(ours, theirs), 1e-4) << "row " << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenLogits,
                         testing::Values("llama", "llama-rope", "llama-tied", "mistral", "qwen2", "qwen2-window",
                                         "qwen3"),
                         [](const auto& instance) { return replace_all(instance.param, "-", "_"); });

TEST(Decoder, CopiedBlockHoldsTheSamePrefix) {
  const Golden golden = read_golden("models/llama");
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
