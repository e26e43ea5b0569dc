// Pictures per second from the shards to normalised float planes, with the paper's augmentations: beside
// bench/peers/torch_loader.py.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <numeric>

#include "counterpoint/core/random.h"
#include "counterpoint/data/image_text/loader.h"
#include "counterpoint/data/jsonl.h"

namespace {

using namespace counterpoint;

struct Options {
  std::string shards;
  int workers = 2, side = 224, batch = 64;
  std::int64_t passes = 2;
};

std::vector<std::vector<image_text::Visit>> shuffled(std::size_t size, std::size_t batch, std::int64_t epoch) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(stream_seed(static_cast<std::uint64_t>(epoch), {"order"}));
  shuffle(order, random);
  auto batches = image_text::batches_in_order(size, batch);
  for (std::size_t i = 0; i < size; ++i) batches[i / batch][i % batch] = {static_cast<std::int64_t>(order[i]), epoch};
  return batches;
}

double seconds_of(const image_text::PairSet& pairs, const Options& options, std::int64_t epoch) {
  image_text::BadPictures bad(pairs.size(), 0);
  const auto start = std::chrono::steady_clock::now();
  image_text::Loader loader(pairs,
                            {.workers = options.workers, .augment = image::AugmentSettings{.side = options.side}},
                            shuffled(pairs.size(), static_cast<std::size_t>(options.batch), epoch), bad);
  while (loader.next()) {
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App program("Pictures per second of the loader, as one JSON line.", "loader_bench");
  program.add_option("shards", options.shards, "Tars: a-{000..003}.tar")->required();
  program.add_option("--workers", options.workers, "Threads");
  program.add_option("--side", options.side, "Pixels");
  program.add_option("--batch", options.batch, "Pictures of a batch");
  program.add_option("--passes", options.passes, "Over the data, after a first that warms up");
  CLI11_PARSE(program, argc, argv);
  const auto pairs = counterpoint::image_text::open_pairs({.data = options.shards});
  seconds_of(pairs, options, 0);
  double seconds = 0;
  for (std::int64_t pass = 1; pass <= options.passes; ++pass) seconds += seconds_of(pairs, options, pass);
  const double pictures = static_cast<double>(pairs.size()) * static_cast<double>(options.passes);
  const counterpoint::data::Json line{{"engine", "counterpoint"},
                                      {"side", options.side},
                                      {"workers", options.workers},
                                      {"pictures", pairs.size()},
                                      {"pictures_per_second", pictures / seconds}};
  std::printf("%s\n", line.dump().c_str());
}
