#include "counterpoint/persuasion/model_work.h"

#include <fmt/format.h>

#include <algorithm>

namespace counterpoint::persuasion {

ModelWork::ModelWork(const std::vector<generate::ChatModel*>& models) {
  for (generate::ChatModel* model : models)
    if (model && std::find(models_.begin(), models_.end(), model) == models_.end()) models_.push_back(model);
  before_ = total();
}

bool ModelWork::advance() {
  bool busy = false;
  for (generate::ChatModel* model : models_) busy = model->advance() || busy;
  return busy;
}

std::string ModelWork::detail() const {
  const generate::ModelUse now = total();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const auto prompts = static_cast<double>(now.prompt_tokens - before_.prompt_tokens);
  const auto reused = static_cast<double>(now.reused_tokens - before_.reused_tokens);
  const double rate = seconds > 0 ? static_cast<double>(now.new_tokens - before_.new_tokens) / seconds : 0;
  return fmt::format("{:.0f} tokens/s, {:.0f} % of prompts reused", rate, prompts > 0 ? 100 * reused / prompts : 0);
}

generate::ModelUse ModelWork::total() const {
  generate::ModelUse sum;
  for (const generate::ChatModel* model : models_) {
    const generate::ModelUse use = model->use();
    sum.prompt_tokens += use.prompt_tokens;
    sum.reused_tokens += use.reused_tokens;
    sum.new_tokens += use.new_tokens;
    sum.replies += use.replies;
    sum.failed += use.failed;
  }
  return sum;
}

}  // namespace counterpoint::persuasion
