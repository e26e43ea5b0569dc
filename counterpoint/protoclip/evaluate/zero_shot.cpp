#include "counterpoint/protoclip/evaluate/zero_shot.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {

std::vector<std::string> default_templates() { return {"a photo of a {}."}; }

void check_template(const std::string& text, const std::string& where) {
  if (text.find("{}") == std::string::npos && text.find("{c}") == std::string::npos)
    fail("{}: the template '{}' has no {{}} or {{c}} where the class name stands", where, text);
}

std::vector<std::string> read_templates(const std::filesystem::path& file) {
  std::vector<std::string> templates;
  std::int64_t number = 0;
  for (const std::string& line : split(read_file(file), '\n')) {
    ++number;
    const std::string text(trim(line));
    if (text.empty()) continue;
    check_template(text, fmt::format("{}:{}", file.string(), number));
    templates.push_back(text);
  }
  if (templates.empty()) fail("{}: no template in it", file.string());
  return templates;
}

std::vector<std::string> filled_templates(const std::vector<std::string>& names,
                                          const std::vector<std::string>& templates) {
  std::vector<std::string> texts;
  for (const std::string& name : names)
    // One pass puts the name in: what braces it has itself stay.
    for (const std::string& text : templates) texts.push_back(replace_all(replace_all(text, "{c}", "{}"), "{}", name));
  return texts;
}

torch::Tensor class_embeddings(const torch::Tensor& texts, std::int64_t classes) {
  COUNTERPOINT_ASSERT(classes > 0 && texts.size(0) % classes == 0);
  return unit_rows(unit_rows(texts).view({classes, -1, texts.size(1)}).mean(1));
}

torch::Tensor zero_shot_scores(const torch::Tensor& images, const torch::Tensor& classes) {
  return unit_rows(images).mm(classes.t());
}

}  // namespace counterpoint::protoclip
