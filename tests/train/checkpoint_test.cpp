#include "counterpoint/train/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/model_files.h"
#include "tests/support/support.h"

namespace counterpoint::train {
namespace {
namespace fs = std::filesystem;
using test::error_of;
using test::expect_contains;

const weights::ModelConfig& llama() {
  static const weights::ModelConfig config =
      weights::open_model(test::golden("models/llama"), {.tokenizer = false}).config;
  return config;
}

/// An adapter of q_proj with values that depend on `step`.
weights::Adapter adapter_of(std::int64_t step) {
  weights::Adapter adapter;
  adapter.config.r = 2;
  adapter.config.target_modules = {"q_proj"};
  adapter.parts = weights::adapted_parts(adapter.config, llama());
  float value = static_cast<float>(step) + 0.1f;
  for (auto& [name, part] : adapter.parts) {
    part.a.resize(static_cast<size_t>(part.r * part.in));
    part.b.resize(static_cast<size_t>(part.out * part.r));
    for (std::vector<float>* values : {&part.a, &part.b})
      for (float& v : *values) v = value *= 1.01f;
  }
  return adapter;
}

Checkpoint checkpoint_of(std::int64_t step) {
  constexpr float least = std::numeric_limits<float>::denorm_min();
  return {.step = step,
          .state = {{"epoch", 0.1 + 0.2}, {"best", {{"metric", "eval_loss"}, {"step", 5}}}},
          .optimizer = {{"layers.0.exp_avg", {2, 3}, {1.0f / 3, -0.0f, least, 1e38f, -5, 6}}, {"step", {}, {7}}},
          .adapter = adapter_of(step)};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Checkpoint, ComesBackBitForBit) {
  const test::ScratchDir run;
  const Checkpoint written = checkpoint_of(20);
  write_checkpoint(run.path(), written);
  const fs::path folder = checkpoint_folder(run.path(), 20);
  const std::vector<std::string> files = {"DONE", "adapter_config.json", "adapter_model.safetensors",
                                          "optimizer.safetensors", "state.json"};
  EXPECT_EQ(names_in(folder), files);
  EXPECT_EQ(fs::file_size(folder / "DONE"), 0u);
  EXPECT_EQ(names_in(run.path()), std::vector<std::string>{"checkpoint-20"});  // nothing is left aside

  const Checkpoint read = read_checkpoint(folder, llama());
  EXPECT_EQ(read.step, 20);
  EXPECT_EQ(read.state["epoch"].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(read.state["best"], written.state["best"]);
  ASSERT_EQ(read.optimizer.size(), written.optimizer.size());
  for (size_t i = 0; i < read.optimizer.size(); ++i) {
    EXPECT_EQ(read.optimizer[i].name, written.optimizer[i].name);
    EXPECT_EQ(read.optimizer[i].shape, written.optimizer[i].shape);
    EXPECT_TRUE(same_bits(read.optimizer[i].values, written.optimizer[i].values));
  }
  ASSERT_EQ(read.adapter.parts.size(), written.adapter.parts.size());
  for (const auto& [name, part] : written.adapter.parts) {
    EXPECT_TRUE(same_bits(read.adapter.parts.at(name).a, part.a)) << name;
    EXPECT_TRUE(same_bits(read.adapter.parts.at(name).b, part.b)) << name;
  }
}

TEST(Checkpoint, AnEarlierOneOfThatStepIsReplaced) {
  const test::ScratchDir run;
  write_checkpoint(run.path(), checkpoint_of(20));
  write_file_atomic(run / "checkpoint-20" / "left-over", "");
  make_dirs(run / "checkpoint-20.partial");
  Checkpoint again = checkpoint_of(20);
  again.state["epoch"] = 9;
  write_checkpoint(run.path(), again);
  EXPECT_EQ(read_checkpoint(run / "checkpoint-20", llama()).state["epoch"], 9);
  EXPECT_FALSE(fs::exists(run / "checkpoint-20" / "left-over"));
  EXPECT_FALSE(fs::exists(run / "checkpoint-20.partial"));
}

TEST(Checkpoint, TheLatestIsByNumberAndForeignNamesAreNone) {
  const test::ScratchDir run;
  EXPECT_FALSE(latest_checkpoint(run.path()).folder);
  EXPECT_FALSE(latest_checkpoint(run / "not there").folder);
  for (const int step : {5, 100, 20}) write_checkpoint(run.path(), checkpoint_of(step));
  for (const char* name : {"checkpoint-", "checkpoint-200x", "checkpoint-final", "other-300"}) make_dirs(run / name);
  const FoundCheckpoint found = latest_checkpoint(run.path());
  EXPECT_EQ(found.folder, run / "checkpoint-100");
  EXPECT_TRUE(found.notes.empty());
}

TEST(Checkpoint, UnfinishedAndDamagedOnesArePassedOver) {
  const test::ScratchDir run;
  for (const int step : {1, 2, 3, 4, 5}) write_checkpoint(run.path(), checkpoint_of(step));
  make_dirs(run / "checkpoint-6.partial");
  fs::remove(run / "checkpoint-5" / "DONE");
  fs::resize_file(run / "checkpoint-4" / "optimizer.safetensors", 100);
  write_file_atomic(run / "checkpoint-3" / "state.json", "{\"step\": 7}");
  fs::remove(run / "checkpoint-2" / "adapter_model.safetensors");
  const FoundCheckpoint found = latest_checkpoint(run.path());
  EXPECT_EQ(found.folder, run / "checkpoint-1");
  ASSERT_EQ(found.notes.size(), 5u);
  expect_contains(found.notes[0], "checkpoint-6.partial is passed over: it was not finished");
  expect_contains(found.notes[1], "checkpoint-5 is passed over: it was not finished");
  expect_contains(found.notes[2], "optimizer.safetensors");
  expect_contains(found.notes[3], "the step is 7; the folder's name says otherwise");
  expect_contains(found.notes[4], "adapter_model.safetensors");
}

TEST(Checkpoint, WhatCannotBeReadIsNamed) {
  const test::ScratchDir run;
  const auto error = [&] { return error_of([&] { read_checkpoint(run / "checkpoint-1", llama()); }); };
  expect_contains(error(), "no checkpoint");
  write_checkpoint(run.path(), checkpoint_of(1));
  fs::remove(run / "checkpoint-1" / "DONE");
  expect_contains(error(), "was not finished");
  write_file_atomic(run / "checkpoint-1" / "DONE", "");
  write_file_atomic(run / "checkpoint-1" / "state.json", "{}");
  expect_contains(error(), "state.json: 'step' is missing");
}

TEST(Checkpoint, OldOnesGoButNeverTheNewest) {
  const test::ScratchDir run;
  for (int step = 1; step <= 5; ++step) write_checkpoint(run.path(), checkpoint_of(step));
  limit_checkpoints(run.path(), 0);
  EXPECT_EQ(names_in(run.path()).size(), 5u);
  limit_checkpoints(run.path(), 3);
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_in(run.path()), (Names{"checkpoint-3", "checkpoint-4", "checkpoint-5"}));
  limit_checkpoints(run.path(), 1);
  EXPECT_EQ(names_in(run.path()), (Names{"checkpoint-5"}));
  expect_contains(error_of([&] { limit_checkpoints(run.path(), -1); }), "-1");
}

TEST(Checkpoint, UnfinishedOnesDoNotCountAndGo) {
  const test::ScratchDir run;
  for (const int step : {1, 3, 4}) write_checkpoint(run.path(), checkpoint_of(step));
  make_dirs(run / "checkpoint-2");          // an earlier process was killed here
  make_dirs(run / "checkpoint-5.partial");  // and here another may be writing
  limit_checkpoints(run.path(), 2);
  EXPECT_EQ(names_in(run.path()), (std::vector<std::string>{"checkpoint-3", "checkpoint-4", "checkpoint-5.partial"}));
}

}  // namespace
}  // namespace counterpoint::train
