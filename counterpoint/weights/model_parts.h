// The parts of a model that each form of it (Hugging Face folder, GGUF file) gives in its own way.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "counterpoint/weights/model_files.h"

namespace counterpoint::weights {

/// What chooses the chat format: the model's Jinja template ("" = it has none) and the spellings that it uses.
struct ChatTemplate {
  std::string jinja, bos, eos;
};

ModelFiles open_hf_folder(const std::filesystem::path& folder, const OpenOptions& options);
ModelFiles open_gguf_file(const std::filesystem::path& file, const OpenOptions& options);

/// By options.chat_format or, without it, by the template. Error: no template, or one that we do not know.
std::unique_ptr<text::ChatFormat> choose_chat_format(const ChatTemplate& chat, const OpenOptions& options,
                                                     const std::string& where);

}  // namespace counterpoint::weights
