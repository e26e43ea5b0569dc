#include "counterpoint/protoclip/train/trainer.h"

#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/teacher/teachers.h"
#include "counterpoint/protoclip/tensor_file.h"
#include "counterpoint/protoclip/train/clip_checkpoint.h"
#include "counterpoint/protoclip/train/measured_run.h"
#include "counterpoint/protoclip/train/run_folder.h"
#include "counterpoint/text/bpe_trainer.h"
#include "tests/support/support.h"
#include "tests/support/tiny_clip.h"

namespace counterpoint::protoclip {
namespace {

using test::error_of;
using test::expect_contains;

/// A GPU adds the gradients of an embedding, and a cluster's rows, in any order.
#define SKIP_WHERE_BITS_DIFFER() \
  if (test::device("cpu") != "cpu") GTEST_SKIP() << "two runs on a GPU differ in their last bits"

constexpr std::int64_t kPairs = 36;

class Training : public testing::Test {
 protected:
  Training() : pairs_(std::make_shared<const image_text::PairSet>(image_text::synthetic_pairs(kPairs))) {
    text::BpeTrainer trainer;
    for (size_t i = 0; i < pairs_->size(); ++i)
      for (const std::string& caption : pairs_->pair(i).captions) trainer.add(caption);
    text::write_merges_file(vocabulary(), trainer.train(540, 2));
    write_file_atomic(dir_ / "vit.json", test::tiny_clip);
    write_file_atomic(dir_ / "resnet.json",
                      R"({"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1],
      "width": 4, "head_width": 32}, "text_cfg": {"context_length": 24, "vocab_size": 600, "width": 16, "heads": 2,
      "layers": 1}})");
  }

  std::filesystem::path vocabulary() const { return dir_ / "words.txt"; }

  /// ProtoCLIP with a teacher, four episodes of six steps.
  TrainSettings settings(const std::string& model = "resnet.json") const {
    TrainSettings s{.model = (dir_ / model).string(), .episodes = 4, .batch = 6, .learning_rate = 3e-3};
    s.device = test::device("cpu");
    s.weights.teacher = 1;
    s.prototypes.k = 6;
    s.projection_hidden = 16;
    s.projection_dim = 8;
    s.logging_steps = 1;
    return s;
  }
  TrainSettings clip_alone(const std::string& model) const {
    TrainSettings s = settings(model);
    s.weights = {.clip = 1, .prototype = 0, .teacher = 0};
    return s;
  }
  TrainData data(bool teacher) const {
    TrainData data{pairs_, text::open_clip_tokenizer(vocabulary()), vocabulary(), {}};
    if (teacher) data.teacher = make_teacher(captions_of(*pairs_), "tfidf", {.dim = 4});
    return data;
  }
  /// Stops after `stop_after` batches, a feature pass's among them (0: never).
  TrainResult run(const std::string& name, const TrainSettings& s, std::int64_t stop_after = 0) {
    std::int64_t batches = 0;
    TrainHooks hooks = noting();
    if (stop_after > 0) hooks.stop = [&, stop_after] { return ++batches == stop_after; };
    return run(name, s, hooks);
  }
  TrainResult run(const std::string& name, const TrainSettings& s, const TrainHooks& hooks) {
    ProgressSink silent;
    return train_clip(dir_ / name, s, data(s.weights.teacher > 0), hooks, silent);
  }
  TrainHooks noting() {
    return {.evaluate = nullptr, .note = [this](const std::string& line) { notes_ += line + "\n"; }, .stop = nullptr};
  }
  /// Evaluations that note their episode in `asked`; the first one of `stopped_in` is stopped.
  TrainHooks measuring(std::vector<std::int64_t>& asked, std::int64_t stopped_in) {
    TrainHooks hooks = noting();
    hooks.evaluate = [&asked, stopped_in](nn::ClipModel&, std::int64_t episode) -> std::vector<train::Metric> {
      asked.push_back(episode);
      if (episode == stopped_in && std::ranges::count(asked, episode) == 1) throw Interrupted{};
      return {{"seen", static_cast<double>(episode)}};
    };
    return hooks;
  }
  std::string model_bytes(const std::string& name) const {
    return read_file(dir_ / name / "model" / "open_clip_model.safetensors");
  }
  void remove_checkpoints(const std::string& name) const {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(dir_ / name))
      if (train::checkpoint_step(entry.path())) folders.push_back(entry.path());
    ASSERT_FALSE(folders.empty());
    for (const auto& folder : folders) std::filesystem::remove_all(folder);
  }
  std::vector<double> metric(const std::string& name, const std::string& key) const {
    std::vector<double> values;
    data::read_jsonl(dir_ / name / "metrics.jsonl", [&](const data::Json& row, const data::RowPlace&) {
      if (row.contains(key)) values.push_back(row.at(key).get<double>());
    });
    return values;
  }

  test::ScratchDir dir_;
  std::shared_ptr<const image_text::PairSet> pairs_;
  std::string notes_;
};

TEST_F(Training, LossesFallAndTheModelIsLeft) {
  TrainSettings s = settings();
  s.episodes = 10;
  const TrainResult result = run("a", s);
  EXPECT_EQ(result.steps, 60);
  const std::vector<double> loss = metric("a", "loss/clip");
  ASSERT_EQ(loss.size(), 60u);
  double first = 0, last = 0;
  for (size_t i = 0; i < 6; ++i) {
    first += loss[i] / 6;
    last += loss[54 + i] / 6;
  }
  // Six kinds of pictures in batches of six: what can be told apart is told apart.
  EXPECT_LT(last, 0.75 * first);
  EXPECT_EQ(metric("a", "loss/prototype").size(), 54u);  // not in the warm-up episode
  EXPECT_EQ(metric("a", "prototypes/image/own_weight").size(), 9u);
  EXPECT_EQ(nn::read_open_clip(dir_ / "a" / "model")->config().embed_dim, 16);
  const data::Json maps = data::read_json(dir_ / "a" / "map.json");
  EXPECT_EQ(maps.at("before").at("points").size(), static_cast<size_t>(kPairs));
  EXPECT_NE(maps.at("before"), maps.at("after"));
  EXPECT_EQ(data::read_json(dir_ / "a" / "prototypes.json").at("text").size(), 6u);
}

TEST_F(Training, AStoppedRunGivesTheSameBits) {
  SKIP_WHERE_BITS_DIFFER();
  for (const char* features : {"forward", "reuse"}) {
    TrainSettings s = settings();
    s.episode_features = features;
    s.warm_start = true;
    const std::string whole = std::string("whole-") + features, parts = std::string("parts-") + features;
    run(whole, s);
    std::vector<std::int64_t> steps;
    for (const std::int64_t stop_after : {9, 9, 3, 0}) {
      const TrainResult result = run(parts, s, stop_after);
      EXPECT_EQ(result.interrupted, stop_after > 0);
      steps.push_back(result.steps);
    }
    // `forward` stops in an episode's feature pass, amid its steps, and at its last one.
    EXPECT_EQ(steps, s.episode_features == "forward" ? (std::vector<std::int64_t>{6, 9, 12, 24})
                                                     : (std::vector<std::int64_t>{9, 18, 21, 24}));
    EXPECT_EQ(model_bytes(parts), model_bytes(whole)) << features;
    EXPECT_EQ(metric(parts, "loss"), metric(whole, "loss")) << features;
  }
}

TEST_F(Training, AKillAfterClusteringLeavesNoRowTwice) {
  TrainSettings s = settings();
  s.episodes = 3;
  s.keep = 0;
  run("whole", s);
  EXPECT_EQ(run("killed", s, 6 + 6 + 1).steps, 7);  // one step behind the second episode's features
  ASSERT_GT(std::filesystem::remove_all(dir_ / "killed" / "checkpoint-7"), 0U);
  EXPECT_EQ(run("killed", s).steps, 18);
  for (const char* key : {"loss", "prototypes/image/inertia", "prototypes/teacher/inertia"})
    EXPECT_EQ(metric("killed", key).size(), metric("whole", key).size()) << key;
}

TEST_F(Training, AKillAfterAnEpisodeWasClosedLateLeavesNoRowTwice) {
  TrainSettings s = settings();
  s.episodes = 3;
  s.keep = 0;
  s.save_frequency = 100;
  std::vector<std::int64_t> asked;
  TrainHooks hooks = measuring(asked, /*stopped_in=*/0);
  EXPECT_EQ(run("killed", s, hooks).steps, 6);  // its checkpoint has the first episode open
  const auto run_for = [&](std::int64_t batches) {
    hooks.stop = [batches]() mutable { return --batches == 0; };
    return run("killed", s, hooks);
  };
  EXPECT_EQ(run_for(3).steps, 6);      // closed, and stopped amid the second one's features
  EXPECT_EQ(run_for(6 + 1).steps, 7);  // which need not measure again
  ASSERT_GT(std::filesystem::remove_all(dir_ / "killed" / "checkpoint-7"), 0U);
  hooks.stop = nullptr;
  EXPECT_EQ(run("killed", s, hooks).steps, 18);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{-1, 0, 0, 1, 2}));
  EXPECT_EQ(metric("killed", "seen"), (std::vector<double>{-1, 0, 1, 2}));
  EXPECT_EQ(metric("killed", "loss").size(), 18U);
  EXPECT_EQ(metric("killed", "prototypes/image/inertia").size(), 2U);
}

TEST_F(Training, AKillWhileACheckpointIsReplacedLeavesOne) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 2;
  EXPECT_EQ(run("killed", s, 8).steps, 8);
  // The one before is gone, and the new one has not its name yet.
  std::filesystem::rename(dir_ / "killed" / "checkpoint-8", dir_ / "killed" / "checkpoint-8.partial");
  EXPECT_EQ(run("killed", s).steps, 12);
  expect_contains(notes_, "goes on from checkpoint-8.partial: 8 steps are done");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "killed" / "checkpoint-8.partial"));
}

TEST(Checkpoints, WhatIsFinishedAsideIsKeptAndComesFirst) {
  const test::ScratchDir run;
  const auto publish = [&](const char* text) {
    train::publish_checkpoint(run.path(), 6, [&](const std::filesystem::path& folder) {
      if (*text == '\0') fail("no space");
      write_file_atomic(folder / "part", text);
    });
  };
  const auto latest = [&] {
    const auto folder = train::latest_checkpoint(run.path(), [](const std::filesystem::path&) {}).folder;
    return folder ? read_file(*folder / "part") : "none";
  };
  publish("first");
  std::filesystem::rename(run / "checkpoint-6", run / "checkpoint-6.partial");
  EXPECT_EQ(latest(), "first");
  expect_contains(error_of([&] { publish(""); }), "no space");
  EXPECT_EQ(latest(), "first");
  std::filesystem::remove_all(run / "checkpoint-6.partial");
  std::filesystem::copy(run / "checkpoint-6", run / "checkpoint-6.partial");
  write_file_atomic(run / "checkpoint-6.partial" / "part", "second");
  EXPECT_EQ(latest(), "second");
  publish("third");
  EXPECT_EQ(latest(), "third");
  EXPECT_FALSE(std::filesystem::exists(run / "checkpoint-6.partial"));
}

TEST_F(Training, AStopAmidAnEvaluationIsHeardAndTheEvaluationMadeLater) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 3;
  std::vector<std::int64_t> asked;
  TrainHooks hooks = measuring(asked, /*stopped_in=*/1);
  const TrainResult stopped = run("measured", s, hooks);
  EXPECT_TRUE(stopped.interrupted);
  EXPECT_EQ(stopped.steps, 12);
  EXPECT_FALSE(run("measured", s, hooks).interrupted);
  EXPECT_EQ(asked, (std::vector<std::int64_t>{-1, 0, 1, 1, 2}));
  EXPECT_EQ(metric("measured", "seen"), (std::vector<double>{-1, 0, 1, 2}));
  EXPECT_EQ(metric("measured", "loss").size(), 18U);
}

TEST_F(Training, AStopIsHeardWhilePicturesAreDecoded) {
  TrainSettings s = clip_alone("vit.json");
  s.cache = "memory";
  TrainHooks hooks = noting();
  std::int64_t told = 0;
  hooks.stop = [&] { return ++told == 2; };
  const TrainResult result = run("decoding", s, hooks);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.steps, 0);
  EXPECT_EQ(told, 2);
  EXPECT_EQ(run("decoding", s).steps, 24);
}

TEST_F(Training, SamplesASecondAreKnownFromTheFirstStepOn) {
  run("rates", clip_alone("vit.json"));
  const std::vector<double> rates = metric("rates", "samples_per_second");
  EXPECT_EQ(rates.size(), 24U);
  for (const double rate : rates) EXPECT_GT(rate, 0);
}

TEST_F(Training, DrawsWithReplacementAreTrainedOnAndResumed) {
  SKIP_WHERE_BITS_DIFFER();
  TrainSettings s = settings();
  s.with_replacement = true;
  s.episode_size = 48;  // of 36 samples: some are there twice
  s.episodes = 2;
  EXPECT_EQ(run("whole", s).steps, 16);
  EXPECT_EQ(run("parts", s, 8 + 8 + 3).steps, 11);  // its features are eight batches
  run("parts", s);
  EXPECT_EQ(model_bytes("parts"), model_bytes("whole"));
  s.with_replacement = false;
  s.episode_size = 0;
  run("without", s);
  EXPECT_NE(metric("without", "loss").front(), metric("whole", "loss").front());
}

TEST_F(Training, TargetsThatTeachLittleAreTold) {
  TrainSettings s = settings();
  s.episodes = 2;
  s.prototypes.target_temperature = 10;  // nearly the same weight on each of six prototypes
  run("flat", s);
  expect_contains(notes_, "episode 2: soft targets leave 0.1");
  expect_contains(notes_, "lower --target-temperature (now 10)");
  notes_.clear();
  s.prototypes.target_temperature = -1;
  run("one-hot", s);
  EXPECT_EQ(notes_, "");
  s.weights.prototype = 0;  // nobody learns from them
  s.prototypes.target_temperature = 10;
  run("teacher", s);
  EXPECT_EQ(notes_, "");
}

TEST_F(Training, ATeacherAloneClustersPicturesAndCaptionsOnceForThePage) {
  TrainSettings s = settings();
  s.weights.prototype = 0;
  run("teacher", s);
  EXPECT_EQ(metric("teacher", "prototypes/teacher/inertia").size(), 3U);
  EXPECT_EQ(metric("teacher", "prototypes/image/inertia").size(), 1U);
  EXPECT_EQ(data::read_json(dir_ / "teacher" / "prototypes.json").at("image").size(), 6U);
}

TEST_F(Training, NeitherWorkersNorTheCacheChangeARun) {
  SKIP_WHERE_BITS_DIFFER();
  TrainSettings s = settings();
  s.episodes = 2;
  s.workers = 1;
  run("one", s);
  s.workers = 3;
  s.cache = "memory";
  run("three", s);
  EXPECT_EQ(model_bytes("one"), model_bytes("three"));
}

TEST_F(Training, PartsOfABatchKeepAllNegatives) {
  // A vision transformer without heads has no batch norm: any split gives the same gradients.
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 2;
  run("undivided", s);
  s.micro_batch = 4;
  run("divided", s);
  const std::vector<double> a = metric("undivided", "loss"), b = metric("divided", "loss");
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-4);
}

TEST_F(Training, NoPartOfABatchIsASinglePair) {
  TrainSettings s = settings();  // with batch norm, which cannot take one
  s.episodes = 2;
  s.batch = 7;
  for (const std::int64_t part : {1, 3}) {
    s.micro_batch = part;
    EXPECT_EQ(run(fmt::format("parts-{}", part), s).steps, 10) << part;
  }
}

TEST_F(Training, TheTailLeavesTheImageTowerAlone) {
  TrainSettings s = settings();
  s.lit_start = 2;
  s.keep = 0;
  run("tail", s);
  const auto moved = [&](const char* file) {
    const NamedTensors before = read_tensors(dir_ / "tail" / "checkpoint-12" / file),
                       after = read_tensors(dir_ / "tail" / "checkpoint-24" / file);
    std::set<std::string> names;
    for (const auto& [name, tensor] : before)
      if (!tensor.equal(named(after, name, file))) names.insert(name);
    return names;
  };
  const std::set<std::string> model = moved("open_clip_model.safetensors"), rest = moved("training.safetensors");
  EXPECT_TRUE(model.contains("text_projection"));
  EXPECT_TRUE(rest.contains("learner.text_head.norm.running_mean"));
  for (const std::string& name : model) EXPECT_FALSE(name.starts_with("visual.")) << name;
  for (const std::string& name : rest) EXPECT_FALSE(name.starts_with("learner.image_head.")) << name;
}

TEST_F(Training, TheTeachersClustersAreOfCaptionsOrOfPictures) {
  TrainSettings s = settings();
  s.episodes = 2;
  const TrainResult of_captions = run("captions", s);
  s.teacher_rows = "picture";
  EXPECT_EQ(run("pictures", s).steps, of_captions.steps);
  EXPECT_EQ(metric("pictures", "loss/clip").front(), metric("captions", "loss/clip").front());
  EXPECT_NE(metric("pictures", "loss/teacher"), metric("captions", "loss/teacher"));
}

TEST_F(Training, WhatCannotWorkIsRefusedWithItsReason) {
  const auto refused = [&](auto change) {
    TrainSettings s = settings();
    change(s);
    const std::string told = error_of([&] { run("refused", s); });
    EXPECT_FALSE(std::filesystem::exists(dir_ / "refused")) << told;
    return told;
  };
  expect_contains(refused([](TrainSettings& s) { s.prototypes.k = 50; }), "--k 50");
  expect_contains(refused([](TrainSettings& s) { s.batch = 40; }), "nothing would be trained");
  expect_contains(refused([](TrainSettings& s) { s.prototypes.back_translation = false; }), "needs back translation");
  expect_contains(refused([](TrainSettings& s) { s.infonce_warmup = 4; }), "leaves none of the 4 episodes");
  expect_contains(refused([](TrainSettings& s) { s.episode_features = "reused"; }), "did you mean 'reuse'");
  expect_contains(refused([](TrainSettings& s) { s.teacher_rows = "pictures"; }), "did you mean 'picture'");
  expect_contains(refused([](TrainSettings& s) { s.episode_size = 100; }), "only 36 samples");
  expect_contains(refused([](TrainSettings& s) { s.weights.clip = 0; }), "no loss for the warm-up");
  expect_contains(refused([](TrainSettings& s) { s.model = "tiny-resnett"; }), "tiny-resnet");
  expect_contains(refused([](TrainSettings& s) { s.prototypes.start = "kmeans++"; }), "did you mean 'k-means++'");
  expect_contains(refused([](TrainSettings& s) { s.prototypes.target_temperature = std::nan(""); }), "a finite number");
  expect_contains(refused([](TrainSettings& s) { s.beta1 = 1; }), "shares below 1");
  expect_contains(refused([](TrainSettings& s) { s.pretrained = "nowhere"; }), "nowhere: no such folder");
  expect_contains(refused([](TrainSettings& s) { s.warmup = 25; }), "longer than the run of 24 steps");
  expect_contains(refused([](TrainSettings& s) { s.learning_rate = 0; }), "more than 0 was expected");
  expect_contains(refused([](TrainSettings& s) { s.prototypes.iterations = 0; }), "--kmeans-iterations 0");
  expect_contains(refused([](TrainSettings& s) { s.prototypes.redos = 0; }), "--kmeans-redos 0");
  expect_contains(refused([](TrainSettings& s) { s.projection_dim = 0; }), "--projection-dim 0");
  expect_contains(refused([](TrainSettings& s) { s.projection_hidden = 0; }), "--projection-hidden-dim 0");
  expect_contains(refused([](TrainSettings& s) { s.logging_steps = 0; }), "--logging-steps 0");
  expect_contains(refused([](TrainSettings& s) { s.beta2 = 1; }), "shares below 1");
  expect_contains(refused([](TrainSettings& s) { s.epsilon = std::nan(""); }), "a finite number");
  expect_contains(refused([](TrainSettings& s) { s.workers = 5000; }), "--workers 5000");
}

TEST_F(Training, AdamWsNumbersAreOfTheModelsKindUnlessGiven) {
  const auto written = [&](const char* name) {
    const data::Json settings = data::read_json(dir_ / name / "config.json").at("settings");
    return std::pair(settings.at("beta2").get<double>(), settings.at("eps").get<double>());
  };
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  EXPECT_TRUE(run("vit", s, 3).interrupted);
  EXPECT_EQ(written("vit"), std::pair(0.98, 1e-6));
  s.beta2 = 0.98;  // as it is without
  EXPECT_EQ(run("vit", s).steps, 6);
  s.model = (dir_ / "resnet.json").string();
  s.beta2 = {};
  run("resnet", s);
  EXPECT_EQ(written("resnet"), std::pair(0.999, 1e-8));
  s.beta2 = 0.9;
  s.epsilon = 1e-4;
  run("given", s);
  EXPECT_EQ(written("given"), std::pair(0.9, 1e-4));
}

TEST_F(Training, AModelToStartFromIsKnownByItsWeights) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  run("first", s);
  s.model = TrainSettings().model;
  s.pretrained = dir_ / "first";
  EXPECT_TRUE(run("second", s, 3).interrupted);
  s.pretrained = dir_.path() / "." / "first/";
  EXPECT_EQ(run("second", s).steps, 6);
  std::filesystem::remove_all(dir_ / "first" / "model");
  std::filesystem::copy(dir_ / "second" / "model", dir_ / "first" / "model", std::filesystem::copy_options::recursive);
  expect_contains(error_of([&] { run("second", s); }), "another pretrained: \"first ");
}

TEST_F(Training, AModelToStartFromMayMoveAndMayBeNotedAsEarlierVersionsDid) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  run("first", s);
  s.model = TrainSettings().model;
  s.pretrained = dir_ / "first";
  EXPECT_TRUE(run("second", s, 3).interrupted);
  data::Json config = data::read_json(dir_ / "second" / "config.json");
  config["settings"]["pretrained"] = (dir_.path() / "." / "first").string();
  write_file_atomic(dir_ / "second" / "config.json", config.dump());
  EXPECT_EQ(run("second", s, 2).steps, 5);
  std::filesystem::rename(dir_ / "first", dir_ / "moved");
  s.pretrained = dir_ / "moved";
  EXPECT_EQ(run("second", s).steps, 6);
}

TEST_F(Training, AFolderGoesOnOnlyUnderItsOwnSettings) {
  TrainSettings s = settings();
  EXPECT_TRUE(run("run", s, 8).interrupted);
  s.learning_rate = 1e-4;
  expect_contains(error_of([&] { run("run", s); }), "another lr: 0.003, now 0.0001");
}

TEST_F(Training, AFinishedRunKeepsItsSettingsWithoutItsCheckpoints) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  run("run", s);
  remove_checkpoints("run");
  const std::string bytes = model_bytes("run");
  s.learning_rate = 1e-4;
  expect_contains(error_of([&] { run("run", s); }), "another lr: 0.003, now 0.0001");
  EXPECT_EQ(model_bytes("run"), bytes);
}

TEST_F(Training, AFolderOfOtherFilesIsLeftAsItIs) {
  const std::string refusal = "holds other files and no config.json of 'protoclip train'";
  write_file_atomic(dir_ / "other" / "model" / "weights.bin", "mine");
  expect_contains(error_of([&] { run("other", clip_alone("vit.json")); }), refusal);
  write_file_atomic(dir_ / "other" / "config.json", R"({"command": "pbt train sft"})");
  expect_contains(error_of([&] { run("other", clip_alone("vit.json")); }), refusal);
  EXPECT_EQ(read_file(dir_ / "other" / "model" / "weights.bin"), "mine");
  expect_contains(read_file(dir_ / "other" / "config.json"), "pbt train sft");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "other" / run_lock));
}

TEST_F(Training, WhatARunMakesFirstIsNoOtherFile) {
  for (const char* name : {"lock", "vocabulary-0123456789abcdef-540.txt", "teacher-0123456789abcdef-tfidf.safetensors"})
    write_file_atomic(dir_ / "begun" / name, "");
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  EXPECT_EQ(run("begun", s).steps, 6);
}

TEST_F(Training, ASecondRunInTheSameFolderTouchesNothing) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  EXPECT_TRUE(run("busy", s, 3).interrupted);
  const std::string config = read_file(dir_ / "busy" / "config.json");
  const LineAppender first(dir_ / "busy" / run_lock);
  s.version = "another";
  expect_contains(error_of([&] { run("busy", s); }), "is being written by another process");
  EXPECT_EQ(read_file(dir_ / "busy" / "config.json"), config);
  EXPECT_TRUE(std::filesystem::exists(dir_ / "busy" / "checkpoint-3"));
}

TEST_F(Training, AnotherVersionGoesOn) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  s.version = "1";
  EXPECT_TRUE(run("run", s, 3).interrupted);
  s.version = "2";
  EXPECT_EQ(run("run", s).steps, 6);
  EXPECT_EQ(data::read_json(dir_ / "run" / "config.json").at("version"), "2");
}

TEST_F(Training, FiguresThatWereNotFiniteArePassedOver) {
  write_file_atomic(dir_ / "figures.json",
                    R"([{"metric": "probe", "value": null, "n": 9}, {"metric": "ami", "value": 0.5, "n": 9}])");
  const std::vector<Figure> figures = read_figures(dir_.path());
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].name, "ami");
}

TEST_F(Training, AFolderGoesOnOnlyWithItsOwnTeacher) {
  EXPECT_TRUE(run("run", settings(), 8).interrupted);
  TrainData other = data(true);
  other.teacher = make_teacher(captions_of(*pairs_), "tfidf", {.dim = 3});  // of the same name
  ProgressSink silent;
  expect_contains(error_of([&] { train_clip(dir_ / "run", settings(), other, {}, silent); }), "another teacher");
}

TEST_F(Training, AFreshRunLeavesNothingOfAnEarlierOne) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  run("again", s);
  write_file_atomic(dir_ / "again" / "figures.json", "[]");
  remove_checkpoints("again");
  std::filesystem::remove_all(dir_ / "again" / "model");
  run("again", s);
  EXPECT_TRUE(std::filesystem::exists(dir_ / "again" / "model"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "again" / "figures.json"));
}

TEST_F(Training, AFinishedRunStaysAsItIs) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  run("done", s);
  const std::string bytes = model_bytes("done");
  std::int64_t asked = 0;  // whether to stop: once a batch
  ProgressSink silent;
  const TrainHooks hooks{.evaluate = nullptr, .note = nullptr, .stop = [&] { return ++asked < 0; }};
  EXPECT_EQ(train_clip(dir_ / "done", s, data(false), hooks, silent).steps, 6);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(model_bytes("done"), bytes);
}

TEST_F(Training, AFinishedRunNeedsNoCheckpoint) {
  TrainSettings s = clip_alone("vit.json");
  s.episodes = 1;
  run("done", s);
  const std::string bytes = model_bytes("done"), metrics = read_file(dir_ / "done" / "metrics.jsonl");
  write_file_atomic(dir_ / "done" / "figures.json", "[]");
  const auto stays = [&] {
    EXPECT_EQ(run("done", s).steps, 6);
    EXPECT_EQ(model_bytes("done"), bytes);
    EXPECT_EQ(read_file(dir_ / "done" / "metrics.jsonl"), metrics);
    EXPECT_TRUE(std::filesystem::exists(dir_ / "done" / "figures.json"));
  };
  write_file_atomic(dir_ / "done" / "checkpoint-6" / "training.safetensors", "damaged");
  stays();
  remove_checkpoints("done");
  stays();
  expect_contains(notes_, "done is finished: 6 steps are done");
}

TEST_F(Training, EpisodesSmallerThanTheData) {
  for (const char* features : {"forward", "reuse"}) {
    TrainSettings s = settings();
    s.episode_size = 14;  // two batches, and two samples that are left for later
    s.episode_features = features;
    EXPECT_EQ(run(std::string("small-") + features, s).steps, 8);
  }
}

}  // namespace
}  // namespace counterpoint::protoclip
