#include "counterpoint/weights/adapted_tensors.h"

#include <map>
#include <mutex>

#include "counterpoint/core/error.h"

namespace counterpoint::weights {
namespace {

/// to[i] += sum over k < 4 of factor[k] * rows[k * length + i]; four rows at a time halve the traffic of `to`.
void add_four_rows(const float* factor, const float* rows, std::int64_t length, float* to) {
  const float *row0 = rows, *row1 = rows + length, *row2 = rows + 2 * length, *row3 = rows + 3 * length;
  for (std::int64_t i = 0; i < length; ++i)
    to[i] += (factor[0] * row0[i] + factor[1] * row1[i]) + (factor[2] * row2[i] + factor[3] * row3[i]);
}

void add_row(float factor, const float* row, std::int64_t length, float* to) {
  for (std::int64_t i = 0; i < length; ++i) to[i] += factor * row[i];
}

/// w[out, in] += scale * b[out, r] a[r, in], row by row of w; `a` stays in the cache meanwhile.
void merge(const LoraPart& part, std::vector<float>& w) {
  std::vector<float> factors(static_cast<size_t>(part.r));
  for (std::int64_t row = 0; row < part.out; ++row) {
    for (std::int64_t k = 0; k < part.r; ++k)
      factors[static_cast<size_t>(k)] =
          static_cast<float>(part.scale * static_cast<double>(part.b[static_cast<size_t>(row * part.r + k)]));
    float* to = w.data() + row * part.in;
    std::int64_t k = 0;
    for (; k + 4 <= part.r; k += 4) add_four_rows(factors.data() + k, part.a.data() + k * part.in, part.in, to);
    for (; k < part.r; ++k) add_row(factors[static_cast<size_t>(k)], part.a.data() + k * part.in, part.in, to);
  }
}

class AdaptedTensors final : public TensorSource {
 public:
  AdaptedTensors(std::unique_ptr<TensorSource> base, Adapter adapter)
      : base_(std::move(base)), adapter_(std::move(adapter)) {
    for (const auto& [name, part] : adapter_.parts) COUNTERPOINT_ASSERT(base_->has(name));
  }

  const std::vector<std::string>& names() const override { return base_->names(); }
  bool has(std::string_view name) const override { return base_->has(name); }
  std::string where() const override { return base_->where(); }

  TensorView view(std::string_view name) const override {
    TensorView view = base_->view(name);
    const auto part = adapter_.parts.find(view.name);
    if (part == adapter_.parts.end()) return view;
    const std::lock_guard lock(mutex_);
    std::vector<float>& values = merged_[view.name];
    if (values.empty()) {
      values.resize(static_cast<size_t>(view.elements()));
      to_float32(view, 0, values);  // in Hugging Face's order, so nothing is interleaved any more
      base_->forget(view);
      merge(part->second, values);
    }
    return {view.name, DType::f32, view.shape, std::as_bytes(std::span(values))};
  }

  void forget(const TensorView& tensor) const override {
    const std::lock_guard lock(mutex_);
    if (merged_.erase(tensor.name) == 0) base_->forget(tensor);
  }

 private:
  std::unique_ptr<TensorSource> base_;
  Adapter adapter_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<float>> merged_;
};

}  // namespace

std::unique_ptr<TensorSource> adapt_tensors(std::unique_ptr<TensorSource> base, Adapter adapter) {
  return std::make_unique<AdaptedTensors>(std::move(base), std::move(adapter));
}

}  // namespace counterpoint::weights
