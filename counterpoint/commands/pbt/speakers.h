// The models that speak in a command, each opened once, with a reader for each.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/commands/pbt/model_options.h"
#include "counterpoint/commands/pbt/question_options.h"
#include "counterpoint/persuasion/evaluate/result_json.h"
#include "counterpoint/persuasion/growing_tree.h"

namespace counterpoint::commands {

/// A question or an item that got no reply.
using persuasion::Failure;

class Speakers {
 public:
  /// `replies`: how answers are read; must outlive this. With `output`, what is said is kept beside that file until
  /// done(); what an earlier run has kept there is not asked for again, which is told on standard error.
  /// Error: `output` cannot be written.
  Speakers(const ModelOptions& models, const ReplyOptions& replies, const std::string& output = "");
  /// Error: what opening the model says; an answer mode that it cannot be read by.
  persuasion::Speaker get(const std::string& name, const ModelSpec& spec);
  /// Whether what is said is kept.
  bool keep() const { return record_ != nullptr; }
  /// Tells on standard error how many of `all` failed, the first of them by name, and what becomes of them. `what` is
  /// their noun: "question". Error: all of them did.
  void tell_failed(const std::vector<Failure>& failures, size_t all, const std::string& what) const;
  /// The result is written, and nothing is left to ask again: what was kept is removed.
  void done();

 private:
  const ReplyOptions& replies_;
  std::unique_ptr<generate::ReplyRecord> record_;
  ModelShelf shelf_;
  std::vector<std::unique_ptr<persuasion::AnswerReader>> readers_;
};

}  // namespace counterpoint::commands
