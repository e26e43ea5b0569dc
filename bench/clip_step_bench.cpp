// Training steps of a CLIP model on made-up pictures and captions: forward, backward, AdamW. One JSON line.
// usage: clip_step_bench --model tiny-resnet --batch 128 --steps 20 --threads 2 [--bf16] [--save FOLDER]
// --save writes the model and its features of the batch, which tests/golden/clip/check_export.py compares with
// open_clip.
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <vector>

#include "counterpoint/nn/clip/fused_adamw.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/losses.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace {

namespace nn = counterpoint::nn;
namespace weights = counterpoint::weights;
using torch::Tensor;

struct Options {
  std::string model = "tiny-resnet", save;
  std::int64_t batch = 128, vocabulary = 0;
  int steps = 20, warm_up = 3, threads = 2;
  bool bf16 = false;
};

struct Batch {
  Tensor pixels, ids;
};

/// Captions of 8 to 16 tokens, as photos' captions are; the end has the largest id.
Batch make_batch(const nn::ClipConfig& config, std::int64_t size) {
  const std::int64_t side = config.vision.image_size, end = config.text.vocab_size - 1;
  Batch batch{torch::randn({size, 3, side, side}), torch::zeros({size, config.text.context_length}, torch::kInt64)};
  for (std::int64_t row = 0; row < size; ++row) {
    const std::int64_t length = 8 + row % 9;
    batch.ids[row].slice(0, 0, length - 1) = torch::randint(1, end, {length - 1}, torch::kInt64);
    batch.ids[row][length - 1] = end;
  }
  return batch;
}

double step(nn::ClipModel& model, nn::FusedAdamW& optimizer, const Batch& batch, bool bf16) {
  namespace protoclip = counterpoint::protoclip;
  at::autocast::set_autocast_enabled(at::kCPU, bf16);
  const Tensor image = model->encode_image(batch.pixels), text = model->encode_text(batch.ids);
  at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, false);
  const Tensor loss = protoclip::clip_loss(protoclip::unit_rows(image.to(torch::kFloat32)),
                                           protoclip::unit_rows(text.to(torch::kFloat32)), model->logit_scale());
  loss.backward();
  optimizer.step(1e-4);
  model->zero_grad();
  return loss.item<double>();
}

void save(nn::ClipModel& model, const Batch& batch, const std::string& folder) {
  const torch::NoGradGuard guard;
  model->eval();
  nn::write_open_clip(folder, model);
  const std::vector<std::pair<std::string, Tensor>> tensors{{"pixels", batch.pixels},
                                                            {"ids", batch.ids},
                                                            {"image", model->encode_image(batch.pixels)},
                                                            {"text", model->encode_text(batch.ids)}};
  std::vector<weights::TensorView> views;
  for (const auto& [name, tensor] : tensors)
    views.push_back({name,
                     tensor.is_floating_point() ? weights::DType::f32 : weights::DType::i64,
                     tensor.sizes().vec(),
                     {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}});
  weights::write_safetensors(folder + "/features.safetensors", views);
}

void run(const Options& options) {
  at::set_num_threads(options.threads);
  torch::manual_seed(1);
  nn::ClipConfig config = nn::clip_config_of(options.model);
  if (options.vocabulary > 0) config.text.vocab_size = options.vocabulary;
  nn::ClipModel model(config);
  nn::FusedAdamW optimizer(model->parameters(), {});
  const Batch batch = make_batch(config, options.batch);
  std::vector<double> seconds;
  double loss = 0;
  for (int at = 0; at < options.warm_up + options.steps; ++at) {
    const auto begin = std::chrono::steady_clock::now();
    loss = step(model, optimizer, batch, options.bf16);
    if (at >= options.warm_up)
      seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  if (!options.save.empty()) save(model, batch, options.save);
  if (seconds.empty()) return;
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  fmt::print(R"({{"engine": "counterpoint", "model": "{}", "batch": {}, "vocabulary": {}, "bf16": {}, "threads": {}, )"
             R"("steps": {}, "seconds": {:.4f}, "samples_per_second": {:.1f}, "loss": {:.4f}}})"
             "\n",
             options.model, options.batch, config.text.vocab_size, options.bf16, options.threads, options.steps, median,
             static_cast<double>(options.batch) / median, loss);
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Training steps of CLIP, timed");
  Options options;
  app.add_option("--model", options.model);
  app.add_option("--batch", options.batch);
  app.add_option("--vocabulary", options.vocabulary);
  app.add_option("--steps", options.steps);
  app.add_option("--warm-up", options.warm_up);
  app.add_option("--threads", options.threads);
  app.add_option("--save", options.save);
  app.add_flag("--bf16", options.bf16);
  CLI11_PARSE(app, argc, argv);
  run(options);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
