// Zero-shot recognition: a class is what the text tower makes of its name.
#pragma once
#include <torch/torch.h>

#include <filesystem>
#include <string>
#include <vector>

namespace counterpoint::protoclip {

/// "a photo of a {}."
std::vector<std::string> default_templates();

/// Error: no place for the class name; `where` begins its message.
void check_template(const std::string& text, const std::string& where);

/// One a line, "{}" or "{c}" where the class name stands; blank lines are skipped. Error: a line without a place for
/// the name, an empty file.
std::vector<std::string> read_templates(const std::filesystem::path& file);

/// Names times templates: all templates of the first class, then of the next.
std::vector<std::string> filled_templates(const std::vector<std::string>& names,
                                          const std::vector<std::string>& templates);

/// Normalised mean of a class's normalised template embeddings (spec 2.3). texts [C * T, d], in the order of
/// filled_templates -> [C, d].
torch::Tensor class_embeddings(const torch::Tensor& texts, std::int64_t classes);

/// Cosines of pictures [N, d] (any length) with classes [C, d] of length 1: [N, C].
torch::Tensor zero_shot_scores(const torch::Tensor& images, const torch::Tensor& classes);

}  // namespace counterpoint::protoclip
