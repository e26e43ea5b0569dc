#include "counterpoint/commands/pbt/question_options.h"

#include <fmt/ranges.h>

#include <cstdio>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::commands {
namespace {

constexpr size_t most_shown = 10;

void tell_repeated(const persuasion::QuestionSet& set) {
  if (set.repeated_choices > 0)
    std::fprintf(stderr, "%lld choices stood twice in their question and were taken once\n",
                 static_cast<long long>(set.repeated_choices));
}

}  // namespace

void tell_skipped(const std::vector<std::string>& skipped, size_t read) {
  for (size_t i = 0; i < std::min(most_shown, skipped.size()); ++i)
    std::fprintf(stderr, "skipped: %s\n", skipped[i].c_str());
  if (skipped.size() > most_shown) std::fprintf(stderr, "skipped: .. and more\n");
  if (!skipped.empty()) std::fprintf(stderr, "%zu bad rows skipped, %zu questions read\n", skipped.size(), read);
}

void add_question_options(CLI::App& command, QuestionSource& source) {
  command.add_option("--questions", source.spec, "File (JSONL, JSON), or facts[:category,..]")->required();
  shown_as(command
               .add_option("--format", source.options.format,
                           fmt::format("{} (else by keys)", fmt::join(persuasion::question_format_names(), ", ")))
               ->check(CLI::IsMember(persuasion::question_format_names())),
           "NAME");
  command.add_flag("--skip-bad", source.options.skip_bad, "Leave bad rows out, count and name them");
  shown_as(command.add_option("--limit", source.limit, "Only so many questions, drawn by the seed (0: all)")
               ->check(zero_or_more())
               ->capture_default_str(),
           "N");
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
  tell_skipped(set.skipped, set.questions.size());
  tell_repeated(set);
  return persuasion::draw_questions(std::move(set.questions), source.limit, seed);
}

persuasion::TreeConfig tree_of(const QuestionSource& source) {
  return source.tree.empty() ? persuasion::default_tree_config() : persuasion::load_tree_config(source.tree);
}

void add_sampling_options(CLI::App& command, generate::Sampling& sampling) {
  const auto number = [&](const char* name, auto& value, const char* help, const CLI::Validator& range) {
    shown_as(command.add_option(name, value, help)->check(range)->capture_default_str(), "N");
  };
  number("--temperature", sampling.temperature, "0: greedy", CLI::Range(0.0, 100.0));
  number("--top-p", sampling.top_p, "Most likely tokens that reach this probability; 1: off", CLI::Range(0.0, 1.0));
  number("--top-k", sampling.top_k, "Most likely tokens; 0: off", zero_or_more());
  number("--min-new-tokens", sampling.min_new_tokens, "Tokens before a reply may end", zero_or_more());
  number("--max-new-tokens", sampling.max_new_tokens, "Tokens at which a reply is cut", CLI::Range(1, 100000));
}

data::Json sampling_json(const generate::Sampling& sampling) {
  return {{"temperature", sampling.temperature},
          {"top_p", sampling.top_p},
          {"top_k", sampling.top_k},
          {"min_new_tokens", sampling.min_new_tokens},
          {"max_new_tokens", sampling.max_new_tokens}};
}

void add_reply_options(CLI::App& command, ReplyOptions& options) {
  shown_as(command
               .add_option("--answer-mode", options.answer_mode,
                           "alias: accepted spellings; choices: the likeliest choice; model")
               ->check(CLI::IsMember(persuasion::answer_modes()))
               ->capture_default_str(),
           "NAME");
  command.add_option("--answer-model", options.answer_model, "Model that reads (default: the speaker's own)");
  shown_as(command.add_option("--seed", options.seed, "Of the run")->capture_default_str(), "N");
  add_sampling_options(command, options.sampling);
}

std::string output_of(const std::string& output, bool interrupted) {
  return interrupted && std::filesystem::is_regular_file(output) ? output + ".interrupted" : output;
}

void warn_of_unread_answers(std::int64_t answered, std::int64_t replies, const std::string& mode) {
  if (answered * 2 >= replies) return;
  std::fprintf(stderr, "Warning: an answer could be read in %lld of %lld replies only. %s\n",
               static_cast<long long>(answered), static_cast<long long>(replies),
               mode == "model"
                   ? "Small models cannot do the reading of --answer-mode model: try --answer-mode choices, "
                     "or a larger --answer-model."
                   : "Small models often name none: try --answer-mode choices where questions have choices.");
}

}  // namespace counterpoint::commands
