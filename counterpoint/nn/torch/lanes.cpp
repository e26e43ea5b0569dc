#include "counterpoint/nn/torch/lanes.h"

#include <torch/torch.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <thread>

namespace counterpoint::nn {
namespace {

/// Below it a product does not fill a core's registers and caches, and starting operators takes longer than they do.
constexpr std::int64_t least_tokens = 128;

}  // namespace

std::vector<Lane> dealt_out(std::span<const TrainRow> rows, int most) {
  std::int64_t tokens = 0;
  for (const TrainRow& row : rows) tokens += row.tokens();
  const std::int64_t useful = std::min(tokens / least_tokens, std::ssize(rows));
  std::vector<Lane> lanes(static_cast<size_t>(std::clamp<std::int64_t>(useful, 1, most)));
  std::vector<std::int64_t> loads(lanes.size());
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](size_t row) { return rows[row].tokens(); });
  for (const size_t row : order) {
    const auto lane = static_cast<size_t>(std::ranges::min_element(loads) - loads.begin());
    lanes[lane].places.push_back(row);
    lanes[lane].rows.push_back(rows[row]);
    loads[lane] += rows[row].tokens();
  }
  return lanes;
}

void run_lanes(size_t count, int threads, const std::function<void(size_t)>& body) {
  if (count == 1) return body(0);
  std::vector<std::exception_ptr> errors(count);
  {
    std::vector<std::jthread> running;
    for (size_t lane = 0; lane < count; ++lane)
      running.emplace_back([&, lane] {
        at::set_num_threads(std::max(1, threads / static_cast<int>(count)));
        try {
          body(lane);
        } catch (...) {
          errors[lane] = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace counterpoint::nn
