#include "counterpoint/persuasion/model_work.h"

#include <fmt/format.h>

#include <algorithm>

namespace counterpoint::persuasion {
namespace {

/// A server may take that long for a reply.
constexpr std::chrono::seconds worth_telling{10};

}  // namespace

ModelWork::ModelWork(const std::vector<generate::ChatModel*>& models) {
  for (generate::ChatModel* model : models)
    if (model && std::find(models_.begin(), models_.end(), model) == models_.end()) models_.push_back(model);
  before_ = last_ = total();
}

bool ModelWork::advance() {
  bool busy = false;
  for (generate::ChatModel* model : models_) busy = model->advance() || busy;
  return busy;
}

std::string ModelWork::detail() {
  const generate::ModelUse now = total();
  const auto time = std::chrono::steady_clock::now();
  if (now != last_) last_change_ = time;
  last_ = now;
  const double seconds = std::chrono::duration<double>(time - start_).count();
  const auto prompts = static_cast<double>(now.prompt_tokens - before_.prompt_tokens);
  const auto reused = static_cast<double>(now.reused_tokens - before_.reused_tokens);
  const double rate = seconds > 0 ? static_cast<double>(now.new_tokens - before_.new_tokens) / seconds : 0;
  const std::string text =
      fmt::format("{:.0f} tokens/s, {:.0f} % of prompts reused", rate, prompts > 0 ? 100 * reused / prompts : 0);
  const auto silence = time - last_change_;
  // A local model tells of a reply only when it is whole, which may take long.
  if (silence < worth_telling || std::ranges::all_of(models_, &generate::ChatModel::can_score)) return text;
  return fmt::format("nothing said for {:.0f} s, {}", std::chrono::duration<double>(silence).count(), text);
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
