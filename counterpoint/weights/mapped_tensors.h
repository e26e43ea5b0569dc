// Tensors in mapped files: what the readers of safetensors and GGUF hand out.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

class MappedTensors : public TensorSource {
 public:
  explicit MappedTensors(std::string where) : where_(std::move(where)) {}

  /// Takes the file over, and views that point into it. Error: a tensor that another file has already brought.
  void add(MappedFile file, std::vector<TensorView> views);

  const std::vector<std::string>& names() const override { return names_; }
  bool has(std::string_view name) const override { return tensors_.contains(name); }
  TensorView view(std::string_view name) const override { return entry(name).view; }
  void forget(const TensorView& tensor) const override;
  std::string where() const override { return where_; }

 private:
  struct Entry {
    TensorView view;
    size_t file = 0;
  };
  const Entry& entry(std::string_view name) const;

  std::string where_;
  std::vector<MappedFile> files_;
  std::vector<std::string> names_;
  std::map<std::string, Entry, std::less<>> tensors_;
};

}  // namespace counterpoint::weights
