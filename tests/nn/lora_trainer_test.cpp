// What must not matter does not: how rows are split, whether a prefix is shared, recomputed, or the run interrupted.
#include "counterpoint/nn/lora_trainer.h"

#include <cmath>

#include "counterpoint/core/random.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::nn {
namespace {

using Ids = std::vector<text::TokenId>;

weights::ModelFiles model_of(const std::string& name) {
  return weights::open_model(test::golden("models/" + name), {.tokenizer = false});
}

TrainerOptions options_of(double dropout = 0, std::vector<std::string> targets = {"q_proj", "k_proj", "v_proj"}) {
  TrainerOptions options;
  options.device = test::device("cpu");
  options.lora.r = 4;
  options.lora.alpha = 8;
  options.lora.dropout = dropout;
  options.lora.target_modules = std::move(targets);
  return options;
}

/// B is zero at first, which hides A's gradients: small values instead.
std::unique_ptr<LoraTrainer> trainer_of(const weights::ModelFiles& model, const TrainerOptions& options) {
  auto trainer = open_lora_trainer(model, options);
  weights::Adapter adapter = trainer->adapter();
  RandomStream random(5);
  for (auto& [name, part] : adapter.parts)
    for (float& value : part.b) value = static_cast<float>(0.1 * (random.uniform() - 0.5));
  trainer->set_adapter(adapter);
  return trainer;
}

Ids random_ids(RandomStream& random, size_t count, std::int64_t vocab) {
  Ids ids;
  for (size_t i = 0; i < count; ++i)
    ids.push_back(static_cast<text::TokenId>(random.below(static_cast<std::uint64_t>(vocab))));
  return ids;
}

TrainBranch branch_of(const Ids& ids) { return {ids, std::vector<char>(ids.size(), 1)}; }

std::vector<TrainRow> pairs_of(std::int64_t vocab, size_t count = 3) {
  RandomStream random(11);
  std::vector<TrainRow> rows;
  for (size_t i = 0; i < count; ++i)
    rows.push_back(
        {.id = "row " + std::to_string(i),
         .key = i + 1,
         .prefix = random_ids(random, 9 + 5 * i, vocab),
         .branches = {branch_of(random_ids(random, 4 + i, vocab)), branch_of(random_ids(random, 7, vocab))}});
  return rows;
}

/// Each branch with a prefix of its own.
std::vector<TrainRow> unshared(const std::vector<TrainRow>& rows) {
  std::vector<TrainRow> out;
  for (const TrainRow& row : rows)
    for (const TrainBranch& branch : row.branches) {
      const Ids prefix(row.prefix.begin(), row.prefix.begin() + row.prefix_of(branch));
      out.push_back({row.id, row.key, prefix, {{branch.tokens, branch.trained}}});
    }
  return out;
}

/// Each row with a third branch that follows a part of its prefix.
std::vector<TrainRow> dialogues_of(std::int64_t vocab) {
  std::vector<TrainRow> rows = pairs_of(vocab);
  RandomStream random(13);
  for (TrainRow& row : rows) {
    row.branches.push_back(branch_of(random_ids(random, 5, vocab)));
    row.branches.back().after = std::ssize(row.prefix) / 2;
  }
  rows.push_back({"one early branch", 9, random_ids(random, 8, vocab), {branch_of(random_ids(random, 3, vocab))}});
  rows.back().branches[0].after = 2;
  return rows;
}

/// Any smooth function of the log-probabilities will do: sum of squares.
std::vector<RowValues> squares(const std::vector<RowValues>& logprobs) {
  std::vector<RowValues> slopes = logprobs;
  for (RowValues& row : slopes)
    for (auto& branch : row)
      for (double& value : branch) value *= 2;
  return slopes;
}

double largest_difference(const std::vector<StateTensor>& a, const std::vector<StateTensor>& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0, largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    for (size_t k = 0; k < a[i].values.size(); ++k) {
      most = std::max<double>(most, std::abs(a[i].values[k] - b[i].values[k]));
      largest = std::max<double>(largest, std::abs(a[i].values[k]));
    }
  }
  EXPECT_GT(largest, 0) << "all gradients are zero: the comparison says nothing";
  return most / largest;
}

std::vector<double> flat(const std::vector<RowValues>& values) {
  std::vector<double> out;
  for (const RowValues& row : values)
    for (const auto& branch : row) out.insert(out.end(), branch.begin(), branch.end());
  return out;
}

/// Log-probabilities (within `tolerance` of their size) and gradients do not change where rows do not share a prefix.
void expect_equal_apart(const weights::ModelFiles& model, const std::vector<TrainRow>& shared, double tolerance) {
  const std::vector<TrainRow> apart = unshared(shared);
  const auto one = trainer_of(model, options_of()), other = trainer_of(model, options_of());
  const std::vector<double> a = flat(one->logprobs(shared)), b = flat(other->logprobs(apart));
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i])));
  one->accumulate(shared, 0, squares);
  other->accumulate(apart, 0, squares);
  EXPECT_LT(largest_difference(one->gradients(), other->gradients()), 1e-5);
}

class LoraTrainerTest : public testing::TestWithParam<const char*> {};

// transformers' logits are on file (make_models.py); float32 in another order of summation: 1e-4.
TEST_P(LoraTrainerTest, BaseModelHasTheReferencesLogprobs) {
  const weights::ModelFiles model = model_of(GetParam());
  const auto file =
      weights::open_safetensors(test::golden("models/" + std::string(GetParam()) + "/logits.safetensors"));
  const weights::TensorView ids = file->view("ids"), logits = file->view("logits");
  const auto* id = reinterpret_cast<const std::int64_t*>(ids.bytes.data());
  const auto length = static_cast<size_t>(ids.shape[1]), vocab = static_cast<size_t>(logits.shape[2]);
  std::vector<float> expected(static_cast<size_t>(logits.elements()));
  weights::to_float32(logits, 0, expected);
  TrainRow row{.id = "row", .prefix = {static_cast<text::TokenId>(id[0])}, .branches = {TrainBranch{}}};
  for (size_t p = 1; p < length; ++p) row.branches[0].tokens.push_back(static_cast<text::TokenId>(id[p]));
  row.branches[0].trained.assign(length - 1, 1);
  const auto trainer = trainer_of(model, options_of());
  const std::vector<double> values = flat(trainer->logprobs({&row, 1}, /*adapted=*/false));
  ASSERT_EQ(values.size(), length - 1);
  for (size_t p = 0; p + 1 < length; ++p) {
    const float* at = expected.data() + p * vocab;
    double sum = 0;
    for (size_t v = 0; v < vocab; ++v) sum += std::exp(static_cast<double>(at[v]));
    EXPECT_NEAR(values[p], at[id[p + 1]] - std::log(sum), 1e-4) << "position " << p;
  }
}

TEST_P(LoraTrainerTest, SharedPrefixEqualsTwoPasses) {
  const weights::ModelFiles model = model_of(GetParam());
  expect_equal_apart(model, pairs_of(model.config.vocab_size), 2e-6);
}

// A token that does not see the whole row still sums over it, with zeros: in another order, some ten roundings.
TEST_P(LoraTrainerTest, ABranchMayFollowAPartOfThePrefix) {
  const weights::ModelFiles model = model_of(GetParam());
  expect_equal_apart(model, dialogues_of(model.config.vocab_size), 4e-6);
}

TEST_P(LoraTrainerTest, AnySplitGivesTheSameGradient) {
  const weights::ModelFiles model = model_of(GetParam());
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size, 4);
  const TrainerOptions options = options_of(/*dropout=*/0.3, {"all-linear"});
  const auto whole = trainer_of(model, options), split = trainer_of(model, options);
  whole->accumulate(rows, 7, squares);
  split->accumulate(std::span(rows).subspan(2, 2), 7, squares);
  split->accumulate(std::span(rows).subspan(0, 1), 7, squares);
  split->accumulate(std::span(rows).subspan(1, 1), 7, squares);
  EXPECT_LT(largest_difference(whole->gradients(), split->gradients()), 1e-5);
}

// Says something where COUNTERPOINT_TEST_DEVICE names another device than the CPU.
TEST_P(LoraTrainerTest, EveryDeviceGivesTheSameGradient) {
  const weights::ModelFiles model = model_of(GetParam());
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size, 4);
  TrainerOptions options = options_of(/*dropout=*/0.3, {"all-linear"});
  const auto there = trainer_of(model, options);
  options.device = "cpu";
  const auto here = trainer_of(model, options);
  there->accumulate(rows, 7, squares);
  here->accumulate(rows, 7, squares);
  EXPECT_LT(largest_difference(there->gradients(), here->gradients()), 1e-5);
}

// Float32 in another order of summation: 1e-5.
TEST_P(LoraTrainerTest, AnyNumberOfThreadsGivesTheSame) {
  const weights::ModelFiles model = model_of(GetParam());
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size, 12);  // 640 tokens: worth four threads
  const TrainerOptions options = options_of(/*dropout=*/0.3, {"all-linear"});
  const int usual = threads();
  const auto computed = [&](int count) {
    set_threads(count);
    const auto trainer = trainer_of(model, options);
    trainer->accumulate(rows, 7, squares);
    trainer->accumulate(rows, 8, squares);
    const std::pair result(trainer->gradients(), flat(trainer->logprobs(rows)));
    set_threads(usual);
    return result;
  };
  const auto [gradients, logprobs] = computed(1);
  for (const int count : {2, 3, 4}) {
    const auto [others, other_logprobs] = computed(count);
    EXPECT_LT(largest_difference(gradients, others), 1e-5) << count << " threads";
    ASSERT_EQ(logprobs.size(), other_logprobs.size());
    for (size_t i = 0; i < logprobs.size(); ++i)
      EXPECT_NEAR(logprobs[i], other_logprobs[i], 1e-4) << count << " threads";
  }
  EXPECT_EQ(largest_difference(computed(4).first, computed(4).first), 0) << "the same each time";
}

TEST(LoraTrainer, AnErrorInAThreadIsTold) {
  const weights::ModelFiles model = model_of("llama");
  std::vector<TrainRow> rows = pairs_of(model.config.vocab_size, 12);
  rows[3].prefix[2] = static_cast<text::TokenId>(model.config.vocab_size);
  const int usual = threads();
  set_threads(2);
  const auto trainer = trainer_of(model, options_of());
  set_threads(usual);
  EXPECT_ANY_THROW(trainer->accumulate(rows, 0, squares));
  EXPECT_ANY_THROW(trainer->logprobs(rows));
  rows[3].prefix[2] = 0;
  EXPECT_NO_THROW(trainer->accumulate(rows, 0, squares));
}

TEST_P(LoraTrainerTest, RecomputingEqualsKeeping) {
  const weights::ModelFiles model = model_of(GetParam());
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size);
  TrainerOptions options = options_of(/*dropout=*/0.2, {"all-linear"});
  const auto keeps = trainer_of(model, options);
  options.gradient_checkpointing = true;
  const auto recomputes = trainer_of(model, options);
  keeps->accumulate(rows, 3, squares);
  recomputes->accumulate(rows, 3, squares);
  EXPECT_LT(largest_difference(keeps->gradients(), recomputes->gradients()), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Models, LoraTrainerTest,
                         testing::Values("llama", "llama-tied", "llama-rope", "mistral", "qwen2", "qwen2-window",
                                         "qwen3"),
                         [](const auto& model) {
                           std::string name = model.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(LoraTrainer, GradientIsTheSlopeOfTheLoss) {
  const weights::ModelFiles model = model_of("qwen2");
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size);
  const auto trainer = trainer_of(model, options_of(0, {"all-linear"}));
  trainer->accumulate(rows, 0, squares);
  const std::vector<StateTensor> gradients = trainer->gradients();
  const weights::Adapter start = trainer->adapter();
  // Along the gradient itself, where the slope is the gradient's squared norm; central difference, 1 %.
  double squared = 0;
  for (const StateTensor& gradient : gradients)
    for (const float value : gradient.values) squared += static_cast<double>(value) * value;
  const auto loss_at = [&](double distance) {
    weights::Adapter moved = start;
    for (const StateTensor& gradient : gradients) {
      const size_t end = gradient.name.find(".lora_");
      weights::LoraPart& part = moved.parts.at(gradient.name.substr(0, end) + ".weight");
      std::vector<float>& values = gradient.name[end + 6] == 'A' ? part.a : part.b;
      for (size_t i = 0; i < values.size(); ++i)
        values[i] += static_cast<float>(distance * static_cast<double>(gradient.values[i]));
    }
    trainer->set_adapter(moved);
    double loss = 0;
    for (const double value : flat(trainer->logprobs(rows))) loss += value * value;
    return loss;
  };
  const double step = 1e-2 / std::sqrt(squared);
  EXPECT_NEAR((loss_at(step) - loss_at(-step)) / (2 * step), squared, 0.01 * squared);
}

TEST(LoraTrainer, StoredStateGoesOnBitForBit) {
  const weights::ModelFiles model = model_of("llama");
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size);
  const TrainerOptions options = options_of(0.1);
  const auto train = [&](LoraTrainer& trainer, std::uint64_t step) {
    trainer.accumulate(rows, step, squares);
    return trainer.step(1e-3, 1.0);
  };
  const auto whole = open_lora_trainer(model, options);
  for (std::uint64_t step = 0; step < 3; ++step) train(*whole, step);
  const auto resumed = open_lora_trainer(model, options);
  resumed->set_adapter(whole->adapter());
  resumed->set_optimizer_state(whole->optimizer_state());
  EXPECT_EQ(train(*whole, 3), train(*resumed, 3));
  const weights::Adapter a = whole->adapter(), b = resumed->adapter();
  for (const auto& [name, part] : a.parts) {
    EXPECT_EQ(part.a, b.parts.at(name).a) << name;
    EXPECT_EQ(part.b, b.parts.at(name).b) << name;
  }
}

TEST(LoraTrainer, TheSeedDecidesWhatIsDropped) {
  const weights::ModelFiles model = model_of("llama");
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size);
  TrainerOptions options = options_of(/*dropout=*/0.3);
  const weights::Adapter start = trainer_of(model, options)->adapter();  // whatever the seed
  const auto gradients = [&](std::uint64_t seed, double dropout) {
    options.seed = seed;
    options.lora.dropout = dropout;
    const auto trainer = open_lora_trainer(model, options);
    trainer->set_adapter(start);
    trainer->accumulate(rows, 7, squares);
    return trainer->gradients();
  };
  EXPECT_LT(largest_difference(gradients(1, 0.3), gradients(1, 0.3)), 1e-6);
  EXPECT_LT(largest_difference(gradients(1, 0), gradients(2, 0)), 1e-6);
  EXPECT_GT(largest_difference(gradients(1, 0.3), gradients(2, 0.3)), 1e-2);
}

// A product and a quotient are rounded: 1e-5 of log-probabilities of some units.
TEST(LoraTrainer, AnAdapterThatIsPutOnKeepsItsScale) {
  const weights::ModelFiles model = model_of("llama");
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size);
  TrainerOptions options = options_of();
  const auto trained = trainer_of(model, options);
  options.lora.alpha *= 3;
  options.lora.use_rslora = true;
  const auto other = trainer_of(model, options);
  const std::vector<double> before = flat(trained->logprobs(rows)), expected = flat(other->logprobs(rows));
  trained->set_adapter(other->adapter());
  const std::vector<double> got = flat(trained->logprobs(rows));
  double moved = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 1e-5 * (1 + std::abs(expected[i])));
    moved = std::max(moved, std::abs(got[i] - before[i]));
  }
  EXPECT_GT(moved, 1e-2) << "the scale changes nothing: the comparison says nothing";
}

TEST(LoraTrainer, ClipsToTheNormAndTellsWhatItWas) {
  const weights::ModelFiles model = model_of("llama");
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size);
  const auto trainer = trainer_of(model, options_of());
  trainer->accumulate(rows, 0, squares);
  double squared = 0;
  for (const StateTensor& gradient : trainer->gradients())
    for (const float value : gradient.values) squared += static_cast<double>(value) * value;
  EXPECT_NEAR(trainer->step(1e-3, 0.5), std::sqrt(squared), 1e-4 * std::sqrt(squared));
}

TEST(LoraTrainer, GradientThatIsNotFiniteIsNamed) {
  const weights::ModelFiles model = model_of("llama");
  const std::vector<TrainRow> rows = pairs_of(model.config.vocab_size, 1);
  const auto trainer = trainer_of(model, options_of());
  trainer->accumulate(rows, 0, [](std::vector<RowValues> values) {
    values[0][0][0] = std::nan("");
    return values;
  });
  test::expect_contains(test::error_of([&] { trainer->step(1e-3, 1.0); }), "lora_A.weight' is not finite");
}

TEST(LoraTrainer, AdaptsTheNamedLayersOnly) {
  const weights::ModelFiles model = model_of("llama");
  TrainerOptions options = options_of();
  options.lora.layers_to_transform = {model.config.layers - 1};
  const auto trainer = open_lora_trainer(model, options);
  EXPECT_EQ(trainer->adapter().parts.size(), options.lora.target_modules.size());
  trainer->accumulate(pairs_of(model.config.vocab_size), 0, squares);
  for (const StateTensor& gradient : trainer->gradients())
    test::expect_contains(gradient.name, "layers." + std::to_string(model.config.layers - 1) + ".");
}

}  // namespace
}  // namespace counterpoint::nn
