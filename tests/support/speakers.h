// Speakers around scripted models, and questions of one kind, for the tests of evaluations.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/persuasion/growing_tree.h"
#include "tests/support/scripted_model.h"

namespace counterpoint::test {

/// "Capital of ID?", Paris among four choices; the other three are wrong.
inline persuasion::Question capital_of(const std::string& id) {
  return {.id = id,
          .question = "Capital of " + id + "?",
          .answers = {"Paris", "City of Paris"},
          .choices = {"Paris", "Lyon", "Nice", "Lille"},
          .category = ""};
}

inline std::vector<persuasion::Question> capitals_of(const std::vector<std::string>& ids) {
  std::vector<persuasion::Question> questions;
  for (const std::string& id : ids) questions.push_back(capital_of(id));
  return questions;
}

/// A scripted model with a reader that looks for the answer in the words of its reply.
struct ScriptedSpeaker {
  explicit ScriptedSpeaker(ScriptedModel::Reply reply, ScriptedModel::Logprob logprob = nullptr)
      : model(std::move(reply), std::move(logprob)), reader(persuasion::make_alias_reader()) {}
  ScriptedModel model;
  std::unique_ptr<persuasion::AnswerReader> reader;
  persuasion::Speaker speaker{{"A", "scripted", ""}, &model, reader.get()};
};

/// A message of the conversation holds the text.
inline bool holds(const text::Messages& messages, const std::string& text) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const text::Message& m) { return m.content.find(text) != std::string::npos; });
}

/// Which question it is about: `request` holds "Capital of ID?".
inline bool about(const generate::ChatRequest& request, const std::string& id) {
  return holds(request.messages, "Capital of " + id + "?");
}

}  // namespace counterpoint::test
