// A model's tensors with an adapter merged into them.
#pragma once
#include <memory>

#include "counterpoint/weights/adapter.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// The same names; each adapted matrix is W + scale * B A, computed in float32 when it is looked at, whatever the file
/// holds. A view of such a matrix is valid until it is forgotten, so that memory holds few of them at a time.
/// The adapter's matrices must be among the base's (read_adapter sees to that).
std::unique_ptr<TensorSource> adapt_tensors(std::unique_ptr<TensorSource> base, Adapter adapter);

}  // namespace counterpoint::weights
