#include "counterpoint/text/jinja_skeleton.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "counterpoint/core/error.h"
#include "counterpoint/text/jinja_lexer.h"

namespace counterpoint::text {
namespace {

using Tokens = std::span<const std::string>;
using Items = std::vector<JinjaTag>;
using Truth = std::optional<bool>;  // nothing: depends on the messages

bool is_tool_word(const std::string& token) {
  constexpr std::array<std::string_view, 11> words{
      "tools",  "custom_tools", "builtin_tools",  "tools_in_user_message", "tool_calls",  "user_messages",
      "'tool'", "'ipython'",    "'tool_results'", "'tool_calls'",          "tool_results"};
  return std::find(words.begin(), words.end(), token) != words.end();
}

bool mentions_tools(Tokens tokens) { return std::any_of(tokens.begin(), tokens.end(), is_tool_word); }

Truth truth_of(Tokens tokens);

/// The parts between `word`s that stand outside of brackets.
std::vector<Tokens> split_at(Tokens tokens, std::string_view word) {
  std::vector<Tokens> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == "(" || tokens[i] == "[") ++depth;
    if (tokens[i] == ")" || tokens[i] == "]") --depth;
    if (depth != 0 || tokens[i] != word) continue;
    parts.push_back(tokens.subspan(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(tokens.subspan(begin));
  return parts;
}

bool is_wrapped(Tokens tokens) {
  if (tokens.size() < 2 || tokens.front() != "(" || tokens.back() != ")") return false;
  int depth = 0;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    depth += tokens[i] == "(" ? 1 : tokens[i] == ")" ? -1 : 0;
    if (depth == 0) return false;
  }
  return true;
}

/// Without tools, what asks for them is false: `tools`, `tools is defined`, `message.role == 'tool'`.
Truth truth_of_atom(Tokens tokens) {
  if (!mentions_tools(tokens)) return std::nullopt;
  const auto ends_with = [&](std::initializer_list<std::string_view> end) {
    return tokens.size() >= end.size() &&
           std::equal(end.begin(), end.end(), tokens.end() - static_cast<long>(end.size()));
  };
  return ends_with({"is", "none"}) || ends_with({"is", "not", "defined"});
}

/// `decisive`: the value that settles the whole, true for `or`, false for `and`.
Truth truth_of_parts(const std::vector<Tokens>& parts, bool decisive) {
  bool open = false;
  for (const Tokens part : parts) {
    const Truth truth = truth_of(part);
    if (truth == decisive) return decisive;
    open = open || !truth;
  }
  return open ? std::nullopt : Truth(!decisive);
}

Truth truth_of(Tokens tokens) {
  if (const auto parts = split_at(tokens, "or"); parts.size() > 1) return truth_of_parts(parts, true);
  if (const auto parts = split_at(tokens, "and"); parts.size() > 1) return truth_of_parts(parts, false);
  if (!tokens.empty() && tokens.front() == "not") {
    const Truth inner = truth_of(tokens.subspan(1));
    return inner ? Truth(!*inner) : std::nullopt;
  }
  if (is_wrapped(tokens)) return truth_of(tokens.subspan(1, tokens.size() - 2));
  return truth_of_atom(tokens);
}

struct Branch {
  std::vector<std::string> condition;  // empty: else
  Items body;
};

class Simplifier {
 public:
  explicit Simplifier(std::vector<JinjaTag> tags) : tags_(std::move(tags)) {}

  Items run() {
    Items all = body();
    if (at_ < tags_.size()) fail("the chat template has a stray '{}'", tags_[at_].tokens.front());
    return all;
  }

 private:
  bool at_statement(std::string_view word) const {
    return at_ < tags_.size() && !tags_[at_].output && !tags_[at_].tokens.empty() && tags_[at_].tokens.front() == word;
  }
  bool at_end_of_body() const {
    return at_statement("elif") || at_statement("else") || at_statement("endif") || at_statement("endfor");
  }

  Items body() {
    if (++depth_ > deepest) fail("the chat template's blocks are nested more than {} deep", deepest);
    Items items;
    const auto append = [&](Items more) { std::move(more.begin(), more.end(), std::back_inserter(items)); };
    while (at_ < tags_.size() && !at_end_of_body()) {
      if (at_statement("if"))
        append(conditional());
      else if (at_statement("for"))
        append(loop());
      else if (is_without_effect(tags_[at_]))
        ++at_;
      else
        items.push_back(tags_[at_++]);
    }
    --depth_;
    return items;
  }

  /// Assignments to what only tools use, and marks that transformers' training templates put around replies.
  static bool is_without_effect(const JinjaTag& tag) {
    if (tag.output || tag.tokens.empty()) return tag.tokens.empty();
    if (tag.tokens[0] == "generation" || tag.tokens[0] == "endgeneration") return true;
    return tag.tokens[0] == "set" && tag.tokens.size() > 1 && is_tool_word(tag.tokens[1]);
  }

  void expect(std::string_view word) {
    if (!at_statement(word)) fail("the chat template has a block without '{}'", word);
    ++at_;
  }

  Items loop() {
    Items items{tags_[at_++]};
    Items inner = body();
    expect("endfor");
    if (inner.empty()) return {};
    std::move(inner.begin(), inner.end(), std::back_inserter(items));
    items.push_back({false, {"endfor"}});
    return items;
  }

  std::vector<Branch> branches() {
    std::vector<Branch> all;
    while (!at_statement("endif")) {
      if (at_ >= tags_.size() || at_statement("endfor")) fail("the chat template has an 'if' without 'endif'");
      Branch branch;
      const auto& tokens = tags_[at_++].tokens;
      if (tokens.size() > longest_condition) fail("a condition of the chat template has {} words", tokens.size());
      branch.condition.assign(tokens.begin() + 1, tokens.end());
      branch.body = body();
      all.push_back(std::move(branch));
    }
    expect("endif");
    return all;
  }

  Items conditional() {
    std::vector<Branch> kept;
    for (Branch& branch : branches()) {
      const Truth truth = branch.condition.empty() ? Truth(true) : truth_of(branch.condition);
      if (truth == false) continue;
      if (truth == true) branch.condition.clear();
      kept.push_back(std::move(branch));
      if (truth == true) break;
    }
    const bool empty = std::all_of(kept.begin(), kept.end(), [](const Branch& b) { return b.body.empty(); });
    if (empty) return {};
    if (kept.front().condition.empty()) return std::move(kept.front().body);
    return spelled(kept);
  }

  static Items spelled(const std::vector<Branch>& kept) {
    Items items;
    for (const Branch& branch : kept) {
      std::vector<std::string> head{branch.condition.empty() ? "else" : items.empty() ? "if" : "elif"};
      head.insert(head.end(), branch.condition.begin(), branch.condition.end());
      items.push_back({false, std::move(head)});
      items.insert(items.end(), branch.body.begin(), branch.body.end());
    }
    items.push_back({false, {"endif"}});
    return items;
  }

  // Both are read by recursion.
  static constexpr int deepest = 100;
  static constexpr size_t longest_condition = 1000;

  std::vector<JinjaTag> tags_;
  size_t at_ = 0;
  int depth_ = 0;
};

Items with_joined_outputs(const Items& items) {
  Items out;
  for (const JinjaTag& item : items) {
    if (!item.output || out.empty() || !out.back().output) {
      out.push_back(item);
      continue;
    }
    out.back().tokens.emplace_back("+");
    out.back().tokens.insert(out.back().tokens.end(), item.tokens.begin(), item.tokens.end());
  }
  return out;
}

/// A literal between quotes on one line; what would end it or be taken for an escape is escaped.
std::string spelled_token(const std::string& token) {
  if (token.front() != '\'') return token;
  std::string out = "'";
  for (const char c : std::string_view(token).substr(1, token.size() - 2)) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "'";
}

}  // namespace

std::string jinja_skeleton(std::string_view source) {
  std::string out;
  for (const JinjaTag& item : with_joined_outputs(Simplifier(jinja_tags(source)).run())) {
    out += item.output ? "{{" : "{%";
    for (const std::string& token : with_joined_literals(item.tokens)) out += " " + spelled_token(token);
    out += item.output ? " }}\n" : " %}\n";
  }
  return out;
}

}  // namespace counterpoint::text
