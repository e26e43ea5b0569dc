// A sequence gives the same tokens alone or in a batch, with and without prefix reuse.
#include "counterpoint/generate/batcher.h"

#include <cmath>

#include "counterpoint/generate/sampler.h"
#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

using text::TokenId;

struct Result {
  std::vector<TokenId> tokens;
  std::vector<double> logprobs;
  std::int64_t reused = 0;
};

struct Run {
  bool reuse = true;
  std::int64_t max_batch = 48, step_tokens = 512, blocks = 1536;
  double temperature = 0.8;
};

/// Prompts that share beginnings of several lengths, as the turns of a dialogue do.
std::vector<std::vector<TokenId>> prompts() {
  RandomStream random(5);
  std::vector<TokenId> stem;
  for (int i = 0; i < 40; ++i) stem.push_back(static_cast<TokenId>(random.below(60)));
  std::vector<std::vector<TokenId>> all;
  for (const size_t shared : {40u, 40u, 33u, 16u, 7u, 0u}) {
    std::vector<TokenId> prompt(stem.begin(), stem.begin() + static_cast<std::ptrdiff_t>(shared));
    for (int i = 0; i < 9; ++i) prompt.push_back(static_cast<TokenId>(random.below(60)));
    all.push_back(prompt);
  }
  return all;
}

std::vector<Result> run(const std::vector<std::vector<TokenId>>& all, const Run& how, bool score = false) {
  const auto decoder = nn::load_decoder(weights::open_model(test::golden("models/llama"), {.tokenizer = false}));
  Batcher batcher(*decoder, {.max_batch = how.max_batch,
                             .step_tokens = how.step_tokens,
                             .stop_tokens = {3},
                             .cache = {.blocks = how.blocks, .reuse = how.reuse}});
  std::vector<Result> results(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    auto sequence = std::make_unique<Sequence>();
    sequence->tokens = all[i];
    sequence->prompt_tokens = sequence->length() - (score ? 6 : 0);
    sequence->score = score;
    sequence->sampling = {.temperature = how.temperature, .min_new_tokens = 5, .max_new_tokens = 20};
    sequence->random = RandomStream(100 + i);
    sequence->done = [&results, i](Sequence& done) {
      results[i] = {{done.tokens.begin() + done.prompt_tokens, done.tokens.end()}, done.token_logprobs, done.reused};
    };
    batcher.submit(std::move(sequence));
  }
  while (batcher.step()) {
  }
  EXPECT_EQ(batcher.cache().blocks_in_use(), 0);
  return results;
}

void expect_same(const std::vector<Result>& a, const std::vector<Result>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].tokens, b[i].tokens) << "sequence " << i;
    EXPECT_EQ(a[i].logprobs, b[i].logprobs) << "sequence " << i;
  }
}

// On the CPU kernels a row's bits do not depend on the batch, so the comparison is exact, greedy or drawn.
TEST(Batcher, SameTokensHoweverTheBatchIsCut) {
  for (const double temperature : {0.0, 0.8}) {
    const std::vector<Result> together = run(prompts(), {.temperature = temperature});
    expect_same(together, run(prompts(), {.reuse = false, .temperature = temperature}));
    expect_same(together, run(prompts(), {.max_batch = 1, .temperature = temperature}));
    expect_same(together, run(prompts(), {.step_tokens = 7, .temperature = temperature}));
    expect_same(together, run(prompts(), {.blocks = 6, .temperature = temperature}));
    for (const Result& result : together) EXPECT_GE(result.tokens.size(), 5u);
  }
}

TEST(Batcher, PromptsTakeOverWhatIsComputed) {
  const std::vector<Result> reused = run(prompts(), {});
  EXPECT_EQ(reused[0].reused, 0);
  EXPECT_EQ(reused[1].reused, 40);
  EXPECT_EQ(reused[2].reused, 33);
  EXPECT_EQ(reused[4].reused, 7);
  for (const Result& result : run(prompts(), {.reuse = false})) EXPECT_EQ(result.reused, 0);
}

TEST(Batcher, ScoresAreTheSameHoweverTheBatchIsCut) {
  const std::vector<Result> together = run(prompts(), {}, /*score=*/true);
  expect_same(together, run(prompts(), {.reuse = false, .max_batch = 1, .step_tokens = 5}, true));
  for (const Result& result : together) {
    ASSERT_EQ(result.logprobs.size(), 6u);
    for (const double logprob : result.logprobs) EXPECT_LT(logprob, 0);
  }
}

}  // namespace
}  // namespace counterpoint::generate
