#include "counterpoint/weights/mapped_tensors.h"

#include "counterpoint/core/error.h"

namespace counterpoint::weights {

void MappedTensors::add(MappedFile file, std::vector<TensorView> views) {
  files_.push_back(std::move(file));
  for (TensorView& view : views) {
    if (has(view.name))
      fail("{}: tensor '{}' is there twice, in {} and in {}", where_, view.name,
           files_[entry(view.name).file].path().filename().string(), files_.back().path().filename().string());
    names_.push_back(view.name);
    tensors_.emplace(names_.back(), Entry{std::move(view), files_.size() - 1});
  }
}

const MappedTensors::Entry& MappedTensors::entry(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail("{} has no tensor '{}'{}", where_, name, suggestion(name, names_));
  return found->second;
}

void MappedTensors::forget(const TensorView& tensor) const {
  if (!tensor.bytes.empty()) files_[entry(tensor.name).file].forget(tensor.bytes);
}

}  // namespace counterpoint::weights
