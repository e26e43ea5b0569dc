// One pass over several rows dealt out to threads, each of which computes whole rows by itself.
//
// On a CPU an operator of a small model is over before a second core has taken its share of it, and half of them do not
// use a second core at all. Rows are independent until their gradients are added.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "counterpoint/nn/lora_trainer.h"

namespace counterpoint::nn {

/// Rows of one thread: where they stand among all rows, and they themselves.
struct Lane {
  std::vector<size_t> places;
  std::vector<TrainRow> rows;
};

/// Deals the rows out to at most `most` lanes of about as many tokens each, none of which gets less than is worth a
/// thread; always at least one lane.
std::vector<Lane> dealt_out(std::span<const TrainRow> rows, int most);

/// Runs body(0), .., body(count - 1) at the same time, each with its share of the `threads`; one alone runs in the
/// caller's thread. What a body throws is thrown again, of several the first by number.
void run_lanes(size_t count, int threads, const std::function<void(size_t)>& body);

}  // namespace counterpoint::nn
