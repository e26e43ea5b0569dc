// What all evaluations share: how replies are drawn and read, and how many items are under way at once.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/persuasion/evaluate/script.h"
#include "counterpoint/persuasion/growing_tree.h"

namespace counterpoint::persuasion {

struct EvaluationSettings {
  TreeConfig config = default_tree_config();  ///< head, tail, and how another agent's words are told
  /// Greedy, 8 to 80 new tokens, as the paper evaluates (spec 1.2); evaluate_balanced has its own temperature.
  generate::Sampling sampling{.temperature = 0, .top_k = 0, .top_p = 1.0, .min_new_tokens = 8, .max_new_tokens = 80};
  std::uint64_t seed = 12;
  int in_flight = 64;                                 ///< items at once
  std::function<bool()> stop = [] { return false; };  ///< true: leave what is not done and return
};

/// How an agent states an answer without arguing for it: "The answer is Paris."
std::string claim_of(const std::string& answer);

/// The model's own words, then another agent's, as the model sees them before it speaks again.
text::Messages after_other(const TreeConfig& config, const Question& question, const std::string& own,
                           const std::string& other);

/// What every item of a result has.
struct EvaluatedItem {
  std::string id;           ///< of the item: what two runs are matched by
  std::string question_id;  ///< what intervals resample; several items may share one
  std::string error;        ///< not empty: a reply or reading failed; the item has no outcome
};

/// A reply and the answer that was read out of it.
struct Heard {
  std::string text;
  std::string answer;                ///< canonical spelling; "" = none could be read
  std::optional<double> confidence;  ///< where the reader gives one
  bool correct = false;
};

/// What a speaker had answered before and what it was told: the answer mode `model` resolves "I agree" by it.
struct Before {
  std::optional<std::string> own, other;
};

/// The requests of one item. Each reply is drawn from the stream (seed, item, step), whatever runs beside it.
class Talk {
 public:
  Talk(const Question& question, std::string item, const EvaluationSettings& settings)
      : question_(question), item_(std::move(item)), settings_(settings) {}

  /// The reply to `prompt`, cleaned; it begins with `opening`. Nothing is read out of it.
  Awaited<std::string> say(const Speaker& speaker, text::Messages prompt, const std::string& step,
                           std::string opening = "") const;
  /// The reply to `dialogue` and the answer in it.
  Awaited<Heard> answer(const Speaker& speaker, text::Messages dialogue, const std::string& step,
                        Before before = {}) const;
  /// The speaker's model must be able to score.
  Awaited<generate::ScoreReply> score(const Speaker& speaker, generate::ScoreRequest request) const;

 private:
  generate::ChatRequest request(text::Messages prompt, const std::string& step, std::string opening) const;

  const Question& question_;
  std::string item_;
  const EvaluationSettings& settings_;
};

enum class ItemState { not_done, done, failed };

struct ScriptsRun {
  std::vector<ItemState> states;
  std::vector<std::string> errors;  ///< by item; of those that failed
  bool interrupted = false;
};

/// Runs script(0) .. script(count - 1), at most settings.in_flight at once, begun in order. An exception other than
/// ItemFailed ends the run.
ScriptsRun run_scripts(size_t count, const std::function<Script(size_t)>& script, std::span<const Speaker> speakers,
                       const EvaluationSettings& settings, ProgressSink& progress);

/// Drops the items that were not done and notes the errors of those that failed.
template <class Item>
void keep_done(std::vector<Item>& items, const ScriptsRun& run) {
  std::vector<Item> kept;
  for (size_t i = 0; i < items.size(); ++i) {
    if (run.states[i] == ItemState::not_done) continue;
    items[i].error = run.errors[i];
    kept.push_back(std::move(items[i]));
  }
  items = std::move(kept);
}

}  // namespace counterpoint::persuasion
