// What a model answers by itself, before anybody argues with it.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/persuasion/growing_tree.h"

namespace counterpoint::persuasion {

struct AskSettings {
  TreeConfig config = default_tree_config();  ///< its head, tail and where they stand
  generate::Sampling sampling{.temperature = 0, .top_k = 0, .top_p = 1.0, .min_new_tokens = 8, .max_new_tokens = 80};
  std::uint64_t seed = 12;
  bool direct = false;  ///< no reply: the choices are weighed right behind the question
  int in_flight = 64;   ///< questions at once
  std::function<bool()> stop = [] { return false; };
};

struct Asked {
  Question question;
  std::string reply, answer;
  std::optional<double> confidence;
  bool correct = false;
  std::string error;  ///< not empty: no answer, one line that says why
};

struct AskResult {
  std::vector<Asked> asked;  ///< in the order of the questions; when interrupted only those that are done
  bool interrupted = false;
};

AskResult ask_questions(const std::vector<Question>& questions, const Speaker& speaker, const AskSettings& settings,
                        ProgressSink& progress);

/// Blind accuracy of one category, or of all.
struct AskedGroup {
  std::string category;
  std::int64_t n = 0, correct = 0, without_answer = 0;
  std::optional<double> mean_confidence, auroc;  ///< of the confidence, where the answers have one
  double accuracy() const { return n ? static_cast<double>(correct) / static_cast<double>(n) : 0; }
};

/// The categories in alphabetical order, then "all" (alone where there are no categories). Failed questions are left
/// out.
std::vector<AskedGroup> group_asked(const std::vector<Asked>& asked);

data::Json to_json(const Asked& asked);

}  // namespace counterpoint::persuasion
