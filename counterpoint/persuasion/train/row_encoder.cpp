#include "counterpoint/persuasion/train/row_encoder.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::persuasion {
namespace {

using Ids = std::vector<text::TokenId>;

void append(nn::TrainBranch& branch, std::span<const text::TokenId> ids, bool trained) {
  branch.tokens.insert(branch.tokens.end(), ids.begin(), ids.end());
  branch.trained.resize(branch.tokens.size(), trained ? 1 : 0);
}

/// A conversation that grows by one assistant's turn after the other.
class Growing {
 public:
  Growing(const text::Tokenizer& tokenizer, const text::ChatFormat& format) : tokenizer_(tokenizer), format_(format) {}

  void add_turn(const text::Messages& before, const std::string& text) {
    std::string prompt = format_.render(before, {.add_generation_prompt = true});
    if (!rows_.empty() && prompt.starts_with(written_))
      add_between(std::string_view(prompt).substr(written_.size()));
    else
      rows_.push_back({.prefix = tokenizer_.encode(prompt), .branches = std::vector<nn::TrainBranch>(1)});
    append(branch(), text::encode_reply(tokenizer_, format_, text, text::ReplyEnd::turn_end), true);
    written_ = std::move(prompt) + format_.reply(text) + format_.turn_end();
  }

  std::vector<nn::TrainRow> take() { return std::move(rows_); }

 private:
  nn::TrainBranch& branch() { return rows_.back().branches.front(); }

  /// What stands between a closed turn and the next one's text. It is encoded with the closing before it, because
  /// what a tokenizer does at the beginning of a text depends on what comes before.
  void add_between(std::string_view text) {
    const Ids closing = tokenizer_.encode(format_.turn_end(), {.continues = true});
    const Ids ids = tokenizer_.encode(format_.turn_end() + std::string(text), {.continues = true});
    COUNTERPOINT_ASSERT(std::equal(closing.begin(), closing.end(), ids.begin(),
                                   ids.begin() + std::min(std::ssize(closing), std::ssize(ids))));
    append(branch(), std::span(ids).subspan(closing.size()), false);
  }

  const text::Tokenizer& tokenizer_;
  const text::ChatFormat& format_;
  std::vector<nn::TrainRow> rows_;
  std::string written_;  ///< the conversation so far as the format writes it
};

std::string_view bytes_of(const Ids& ids) {
  return {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(text::TokenId)};
}

bool begins(const Ids& start, const Ids& whole) {
  return start.size() <= whole.size() && std::equal(start.begin(), start.end(), whole.begin());
}

}  // namespace

nn::TrainRow RowEncoder::replies(const text::Messages& prompt, std::span<const std::string> texts) const {
  nn::TrainRow row{.prefix = text::encode_prompt(tokenizer_, format_, prompt)};
  for (const std::string& text : texts)
    append(row.branches.emplace_back(), text::encode_reply(tokenizer_, format_, text, text::ReplyEnd::turn_end), true);
  return row;
}

nn::TrainRow RowEncoder::completions(std::string_view prompt, std::span<const std::string> texts) const {
  if (prompt.empty()) fail("the prompt is empty");
  nn::TrainRow row{.prefix = tokenizer_.encode(prompt)};
  for (const std::string& text : texts) {
    Ids ids = tokenizer_.encode(text, {.continues = true});
    if (ids.empty() || ids.back() != end_) ids.push_back(end_);
    append(row.branches.emplace_back(), ids, true);
  }
  return row;
}

std::vector<nn::TrainRow> RowEncoder::conversation(const text::Messages& messages) const {
  Growing growing(tokenizer_, format_);
  text::Messages before;
  bool any = false;
  for (const text::Message& message : messages) {
    if (message.role == "assistant") {
      if (before.empty()) fail("the conversation begins with the assistant: there is nothing that it answers");
      growing.add_turn(before, message.content);
      any = true;
    }
    before.push_back(message);
  }
  if (!any) fail("no message is the assistant's: there is nothing to train");
  return growing.take();
}

std::vector<nn::TrainRow> share_prefixes(std::vector<nn::TrainRow> rows) {
  std::vector<nn::TrainRow> shared;
  for (nn::TrainRow& row : rows) {
    if (!shared.empty() && begins(shared.back().prefix, row.prefix)) {
      std::vector<nn::TrainBranch> branches = std::move(shared.back().branches);
      for (nn::TrainBranch& branch : branches) branch.after = shared.back().prefix_of(branch);
      std::move(row.branches.begin(), row.branches.end(), std::back_inserter(branches));
      row.branches = std::move(branches);
      shared.pop_back();
    }
    shared.push_back(std::move(row));
  }
  return shared;
}

Fit fit_row(nn::TrainRow& row, std::int64_t max_length) {
  if (max_length < 0) fail("the longest row has {} tokens; 0 (no limit) or more were expected", max_length);
  if (max_length == 0) return Fit::whole;
  for (const nn::TrainBranch& branch : row.branches)
    COUNTERPOINT_ASSERT(row.prefix_of(branch) == std::ssize(row.prefix));
  const std::int64_t left = max_length - std::ssize(row.prefix);
  if (left <= 0) return Fit::nothing_left;
  Fit fit = Fit::whole;
  for (nn::TrainBranch& branch : row.branches) {
    if (std::ssize(branch.tokens) <= left) continue;
    fit = Fit::cut;
    const auto last = std::find(branch.trained.rend() - left, branch.trained.rend(), 1);  // nothing behind it counts
    branch.trained.erase(last.base(), branch.trained.end());
    branch.tokens.resize(branch.trained.size());
  }
  return fit;
}

void name_row(nn::TrainRow& row, std::string id) {
  row.id = std::move(id);
  row.key = stream_seed(0, {"row", bytes_of(row.prefix)});
  for (const nn::TrainBranch& branch : row.branches) row.key = stream_seed(row.key, {bytes_of(branch.tokens)});
}

}  // namespace counterpoint::persuasion
