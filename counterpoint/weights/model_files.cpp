#include "counterpoint/weights/model_files.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/weights/adapted_tensors.h"
#include "counterpoint/weights/expected_tensors.h"
#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/model_parts.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

ModelFiles open_either(const fs::path& path, const OpenOptions& options) {
  if (!fs::exists(path)) fail("there is no model at {}: no such file or folder", path.string());
  if (fs::is_directory(path)) return open_hf_folder(path, options);
  if (looks_like_gguf(MappedFile(path).bytes())) return open_gguf_file(path, options);
  if (!options.tensors && path.filename() == "tokenizer.json") return open_hf_folder(path.parent_path(), options);
  fail("{} is no model: a Hugging Face folder (with config.json) or a GGUF file was expected", path.string());
}

void check_vocabulary(const ModelFiles& files) {
  const std::int64_t tokens = files.tokenizer->vocab_size();
  if (tokens > files.config.vocab_size)
    fail("{}: the tokenizer has {} tokens, the model knows {}; it is the tokenizer of another model",
         files.path.string(), tokens, files.config.vocab_size);
}

}  // namespace

ModelFiles open_model(const fs::path& path, const OpenOptions& options) {
  ModelFiles files = open_either(path, options);
  files.path = path;
  if (files.tensors) check_tensors(*files.tensors, files.config);
  if (files.tensors && files.tokenizer) check_vocabulary(files);
  if (files.tensors && !options.adapter.empty()) {
    Adapter adapter = read_adapter(options.adapter, files.config);
    files.adapted = std::ssize(adapter.parts);
    files.tensors = adapt_tensors(std::move(files.tensors), std::move(adapter));
  }
  return files;
}

}  // namespace counterpoint::weights
