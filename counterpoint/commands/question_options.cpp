#include "counterpoint/commands/question_options.h"

#include <cstdio>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::commands {
namespace {

constexpr size_t most_shown = 10;

void tell_skipped(const persuasion::QuestionSet& set) {
  for (size_t i = 0; i < std::min(most_shown, set.skipped.size()); ++i)
    std::fprintf(stderr, "skipped: %s\n", set.skipped[i].c_str());
  if (set.skipped.size() > most_shown) std::fprintf(stderr, "skipped: .. and more\n");
  if (!set.skipped.empty())
    std::fprintf(stderr, "%zu bad rows skipped, %zu questions read\n", set.skipped.size(), set.questions.size());
  if (set.repeated_choices > 0)
    std::fprintf(stderr, "%lld choices stood twice in their question and were taken once\n",
                 static_cast<long long>(set.repeated_choices));
}

}  // namespace

void add_question_options(CLI::App& command, QuestionSource& source) {
  command.add_option("--questions", source.spec, "File (JSONL, JSON), or facts[:category,..]")->required();
  command.add_option("--format", source.options.format, "Of the file (default: told by its keys)")
      ->check(CLI::IsMember(persuasion::question_format_names()));
  command.add_flag("--skip-bad", source.options.skip_bad, "Leave bad rows out, count and name them");
  command.add_option("--limit", source.limit, "Only N questions, drawn by the seed (0: all)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--tree", source.tree, "Turns, roles and prompts, JSON (default: paper's Figure 2)");
  command.add_flag_callback(
      "--print-tree",
      [] {
        std::fputs(persuasion::default_tree_config_text(), stdout);
        throw CLI::Success();
      },
      "Print the shipped --tree and end");
}

std::vector<persuasion::Question> questions_of(const QuestionSource& source, std::uint64_t seed) {
  persuasion::QuestionSet set = persuasion::load_questions(source.spec, source.options);
  tell_skipped(set);
  return persuasion::draw_questions(std::move(set.questions), source.limit, seed);
}

persuasion::TreeConfig tree_of(const QuestionSource& source) {
  return source.tree.empty() ? persuasion::default_tree_config() : persuasion::load_tree_config(source.tree);
}

void add_reply_options(CLI::App& command, ReplyOptions& options) {
  command.add_option("--answer-mode", options.answer_mode, "How answers are read: alias, choices, model")
      ->check(CLI::IsMember(persuasion::answer_modes()))
      ->capture_default_str();
  command.add_option("--answer-model", options.answer_model, "Model that reads (default: the speaker's own)");
  command.add_option("--seed", options.seed, "Of the run")->capture_default_str();
  generate::Sampling& sampling = options.sampling;
  command.add_option("--temperature", sampling.temperature, "0: greedy")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command.add_option("--top-p", sampling.top_p, "1: off")->check(CLI::Range(0.0, 1.0))->capture_default_str();
  command.add_option("--top-k", sampling.top_k, "0: off")->check(CLI::NonNegativeNumber)->capture_default_str();
  command.add_option("--min-new-tokens", sampling.min_new_tokens, "Tokens before a reply may end")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--max-new-tokens", sampling.max_new_tokens, "Tokens after which a reply is cut")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

}  // namespace counterpoint::commands
