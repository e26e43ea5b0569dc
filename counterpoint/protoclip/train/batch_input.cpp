#include "counterpoint/protoclip/train/batch_input.h"

#include <algorithm>

namespace counterpoint::protoclip {

std::vector<BatchInput> parts_of(const BatchInput& batch, std::int64_t most) {
  const std::int64_t rows = batch.pixels.size(0);
  const std::int64_t count = std::max<std::int64_t>(1, std::min((rows + most - 1) / most, rows / 2));
  std::vector<BatchInput> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = i * rows / count, size = (i + 1) * rows / count - first;
    parts.push_back({batch.pixels.narrow(0, first, size), batch.ids.narrow(0, first, size),
                     batch.positions.narrow(0, first, size)});
  }
  return parts;
}

}  // namespace counterpoint::protoclip
