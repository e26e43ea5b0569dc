// Tokenizer and chat format of a small model (tests/golden/train/trl), and rows as flat lists of ids.
#pragma once
#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/persuasion/train/row_encoder.h"
#include "counterpoint/weights/model_files.h"
#include "tests/support/support.h"

namespace counterpoint::test {

class GoldenTokens {
 public:
  explicit GoldenTokens(const std::string& model)
      : files_(weights::open_model(golden("train/trl/" + model), {.tensors = false})) {}
  const text::Tokenizer& tokenizer() const { return *files_.tokenizer; }
  const text::ChatFormat& format() const { return *files_.chat_format; }
  persuasion::RowEncoder encoder() const { return {tokenizer(), format()}; }

 private:
  weights::ModelFiles files_;
};

using Ids = std::vector<text::TokenId>;

/// Branch `branch` with what it follows of the prefix.
inline Ids ids_of(const nn::TrainRow& row, size_t branch = 0) {
  Ids ids(row.prefix.begin(), row.prefix.begin() + row.prefix_of(row.branches.at(branch)));
  ids.insert(ids.end(), row.branches.at(branch).tokens.begin(), row.branches.at(branch).tokens.end());
  return ids;
}

inline std::vector<int> trained_of(const nn::TrainRow& row, size_t branch = 0) {
  std::vector<int> trained(row.prefix.size(), 0);
  trained.insert(trained.end(), row.branches.at(branch).trained.begin(), row.branches.at(branch).trained.end());
  return trained;
}

/// The text of the trained tokens, and of the others, in order; "|" between stretches.
inline std::string stretches_of(const GoldenTokens& tokens, const nn::TrainRow& row, bool of_trained) {
  const Ids ids = ids_of(row);
  const std::vector<int> trained = trained_of(row);
  std::string out;
  for (size_t begin = 0, end = 0; begin < ids.size(); begin = end) {
    while (end < ids.size() && trained[end] == trained[begin]) ++end;
    if ((trained[begin] == 1) != of_trained) continue;
    out += (out.empty() ? "" : "|") + tokens.tokenizer().decode(std::span(ids).subspan(begin, end - begin));
  }
  return out;
}

}  // namespace counterpoint::test
