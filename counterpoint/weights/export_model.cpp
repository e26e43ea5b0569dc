#include "counterpoint/weights/export_model.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/weights/export_parts.h"
#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

/// Without a slash at its end, so that something can be appended to the name. Error: it holds something already.
fs::path checked_output(fs::path folder) {
  if (!folder.has_filename()) folder = folder.parent_path();
  if (fs::exists(folder) && !fs::is_directory(folder)) fail("{} is a file, a new folder was expected", folder.string());
  if (fs::exists(folder) && !fs::is_empty(folder))
    fail("{} holds something already; choose a new folder for the model", folder.string());
  return folder;
}

void write_gguf_files(const ModelFiles& files, DType dtype, const fs::path& folder) {
  const MappedFile file(files.path);
  const GgufContents contents = parse_gguf(file.bytes(), files.path.string());
  const data::Json config = hf_config_json(files.config, dtype, files.path.string());
  write_file_atomic(folder / "config.json", config.dump(2) + "\n");
  write_file_atomic(folder / "generation_config.json", generation_config_json(files.config).dump(2) + "\n");
  if (contents.metadata.has("tokenizer.ggml.tokens"))
    write_gguf_tokenizer(contents.metadata, files.config.max_position, folder);
}

}  // namespace

ExportResult export_model(const ExportOptions& options) {
  COUNTERPOINT_ASSERT(options.dtype == DType::f32 || options.dtype == DType::f16 || options.dtype == DType::bf16);
  const fs::path output = checked_output(options.output);
  const ModelFiles files = open_model(options.model, {.adapter = options.adapter, .tokenizer = false});
  fs::path aside = output;
  aside += ".partial";
  fs::remove_all(aside);  // of an export that was broken off
  make_dirs(aside);
  if (fs::is_directory(options.model))
    copy_hf_files(options.model, options.dtype, aside);
  else
    write_gguf_files(files, options.dtype, aside);
  write_weights(*files.tensors, files.config, options.dtype, aside / "model.safetensors");
  rename_synced(aside, output);
  ExportResult result{.adapted = files.adapted};
  for (const auto& [name, shape] : expected_tensors(files.config)) {
    ++result.tensors;
    std::int64_t elements = block_bytes(options.dtype);
    for (const std::int64_t size : shape) elements *= size;
    result.bytes += elements;
  }
  return result;
}

}  // namespace counterpoint::weights
