#include "counterpoint/nn/rope.h"

#include <cmath>

namespace counterpoint::nn {

void RopeTable::reserve(std::int64_t wanted) {
  for (std::int64_t position = count(); position < wanted; ++position)
    for (const float frequency : frequencies_) {
      const float angle = static_cast<float>(position) * frequency;
      cosines_.push_back(std::cos(angle));
      sines_.push_back(std::sin(angle));
    }
}

}  // namespace counterpoint::nn
