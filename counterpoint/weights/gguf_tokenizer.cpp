#include "counterpoint/weights/gguf_tokenizer.h"

namespace counterpoint::weights {

text::GgufVocabulary read_gguf_vocabulary(const GgufMetadata& metadata) {
  text::GgufVocabulary vocabulary;
  vocabulary.model = metadata.text("tokenizer.ggml.model").value_or("");
  vocabulary.pre = metadata.text("tokenizer.ggml.pre").value_or("");
  const auto copy = [](const std::vector<std::string_view>& texts) {
    return std::vector<std::string>(texts.begin(), texts.end());
  };
  vocabulary.tokens = copy(metadata.texts("tokenizer.ggml.tokens"));
  vocabulary.merges = copy(metadata.texts("tokenizer.ggml.merges"));
  for (const std::int64_t type : metadata.integers("tokenizer.ggml.token_type"))
    vocabulary.token_types.push_back(static_cast<std::int32_t>(type));
  vocabulary.scores = metadata.floats("tokenizer.ggml.scores");
  vocabulary.add_space_prefix = metadata.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  return vocabulary;
}

}  // namespace counterpoint::weights
