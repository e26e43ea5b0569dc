// Rates of the packed products in the shapes that SmolLM2-135M has, beside what this machine can do at most.
#include <benchmark/benchmark.h>

#include <vector>

#include "counterpoint/core/random.h"
#include "counterpoint/nn/kernels/packed_matrix.h"
#include "counterpoint/nn/kernels/parallel.h"

namespace counterpoint::nn {
namespace {

std::vector<float> noise(std::int64_t count) {
  RandomStream random(1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random.uniform() - 0.5);
  return values;
}

PackedMatrix matrix_of(std::int64_t outputs, std::int64_t inputs, WeightType type) {
  const std::vector<float> rows = noise(32 * inputs);
  PackedMatrix matrix(outputs, inputs, type);
  for (std::int64_t panel = 0; panel < matrix.panels(); ++panel) matrix.set_panel(panel, rows.data());
  return matrix;
}

/// Arguments: outputs, inputs, rows.
void product(benchmark::State& state, WeightType type) {
  const std::int64_t outputs = state.range(0), inputs = state.range(1), rows = state.range(2);
  const PackedMatrix matrix = matrix_of(outputs, inputs, type);
  const std::vector<float> x = noise(rows * inputs);
  std::vector<float> y(static_cast<size_t>(rows * outputs));
  for (auto _ : state) matrix.multiply({.x = x.data(), .rows = rows, .y = y.data()});
  const auto runs = static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(outputs * inputs * rows) * runs, benchmark::Counter::kIsRate);
  state.counters["GB/s of weights"] =
      benchmark::Counter(1e-9 * static_cast<double>(matrix.bytes()) * runs, benchmark::Counter::kIsRate);
}

/// The machine's rate of reading memory, all threads.
void read_memory(benchmark::State& state) {
  const std::vector<float> memory(std::size_t{64} << 20, 1.0f);
  constexpr std::int64_t piece = 1 << 16;
  const auto pieces = static_cast<std::int64_t>(memory.size()) / piece;
  std::vector<float> sums(static_cast<size_t>(pieces));
  for (auto _ : state) {
    parallel_for(pieces, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        float sum[16] = {};
        for (std::int64_t i = p * piece; i < (p + 1) * piece; i += 16)
          for (std::int64_t lane = 0; lane < 16; ++lane) sum[lane] += memory[static_cast<size_t>(i + lane)];
        sums[static_cast<size_t>(p)] = sum[0];
      }
    });
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(memory.size() * sizeof(float)) * state.iterations());
}

void shapes(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t rows : {1, 48, 512})
    bench->Args({960, 576, rows})->Args({3072, 576, rows})->Args({576, 1536, rows});
  bench->Args({49152, 576, 1})->Args({49152, 576, 48});
  bench->UseRealTime()->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(product, float32, WeightType::float32)->Apply(shapes);
BENCHMARK_CAPTURE(product, bfloat16, WeightType::bfloat16)->Apply(shapes);
BENCHMARK_CAPTURE(product, int8, WeightType::int8)->Apply(shapes);
BENCHMARK(read_memory)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace counterpoint::nn

BENCHMARK_MAIN();
