#include "counterpoint/persuasion/train/margin_watch.h"

#include <fmt/format.h>

#include <cmath>

namespace counterpoint::persuasion {
namespace {

/// Beyond it a sigmoid of log-odds is 1 in float32 for any beta in use: what is learned is size, not preference.
constexpr double most_nats = 50;

}  // namespace

void MarginWatch::look(std::int64_t step, const std::vector<train::Metric>& metrics) {
  for (const train::Metric& metric : metrics) {
    if (warned_ || metric.name != "rewards/margins" || std::abs(metric.value) <= most_nats * beta_) continue;
    warned_ = true;
    tell_(fmt::format(
        "warning: step {}: chosen and rejected replies are {:.0f} nats apart on average (rewards/margins / beta), "
        "which is a model that collapses rather than learns; a lower learning rate, fewer epochs, or pairs of both "
        "kinds (arm pbt) keep it",
        step, metric.value / beta_));
  }
}

}  // namespace counterpoint::persuasion
