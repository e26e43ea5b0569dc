// The options of every command that puts questions to models.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/generate/chat_model.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/tree_config.h"

namespace counterpoint::commands {

struct QuestionSource {
  std::string spec;  ///< a file, or facts[:category,..]
  persuasion::QuestionOptions options;
  std::int64_t limit = 0;  ///< 0 = all
  std::string tree;        ///< --tree: a config file; "" = the shipped one
};

/// --questions --format --skip-bad --limit --tree
void add_question_options(CLI::App& command, QuestionSource& source);

/// On standard error: the first of the rows that were left out, and how many.
void tell_skipped(const std::vector<std::string>& skipped, size_t read);

/// The questions, in the order that `seed` draws. Tells on standard error what was left out.
std::vector<persuasion::Question> questions_of(const QuestionSource& source, std::uint64_t seed);
persuasion::TreeConfig tree_of(const QuestionSource& source);

/// --temperature --top-p --top-k --min-new-tokens --max-new-tokens
void add_sampling_options(CLI::App& command, generate::Sampling& sampling);

/// As files tell it: {"temperature", "top_p", ..}.
data::Json sampling_json(const generate::Sampling& sampling);

/// How replies are drawn and read.
struct ReplyOptions {
  generate::Sampling sampling;
  std::uint64_t seed = 12;
  std::string answer_mode = "choices";
  std::string answer_model;  ///< "" = the speaker's own
};

/// --answer-mode --answer-model --seed --temperature --top-p --top-k --min-new-tokens --max-new-tokens
void add_reply_options(CLI::App& command, ReplyOptions& options);

/// Where a result that is to go to `output` is written: what was interrupted does not take the place of a whole one.
std::string output_of(const std::string& output, bool interrupted);

/// On standard error, where less than half of the replies could be read: mostly there is one reason for it.
void warn_of_unread_answers(std::int64_t answered, std::int64_t replies, const std::string& mode);

}  // namespace counterpoint::commands
