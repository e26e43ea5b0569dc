#include "counterpoint/persuasion/forest.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/model_work.h"

namespace counterpoint::persuasion {
namespace {

/// The trees under way, and those that have ended since one last looked.
class InFlight {
 public:
  InFlight(std::span<const Speaker> speakers, const GrowSettings& settings)
      : speakers_(speakers), settings_(settings) {}

  void start(const Question& question) {
    auto tree = std::make_shared<GrowingTree>(question, speakers_, settings_);
    tree->start([this, raw = tree.get()] { ended_.push_back(raw); });
    trees_.push_back(std::move(tree));
  }

  /// Trees are handed over outside their own callbacks, in which they must not be destroyed.
  std::vector<std::shared_ptr<GrowingTree>> take_ended() {
    std::vector<std::shared_ptr<GrowingTree>> ended;
    for (const GrowingTree* raw : ended_) {
      const auto found =
          std::find_if(trees_.begin(), trees_.end(), [&](const auto& tree) { return tree.get() == raw; });
      COUNTERPOINT_ASSERT(found != trees_.end());
      ended.push_back(std::move(*found));
      trees_.erase(found);
    }
    ended_.clear();
    return ended;
  }

  std::int64_t count() const { return std::ssize(trees_); }

 private:
  std::span<const Speaker> speakers_;
  const GrowSettings& settings_;
  std::vector<std::shared_ptr<GrowingTree>> trees_;
  std::vector<const GrowingTree*> ended_;
};

}  // namespace

std::vector<generate::ChatModel*> models_of(std::span<const Speaker> speakers) {
  std::vector<generate::ChatModel*> models;
  for (const Speaker& speaker : speakers) {
    models.push_back(speaker.model);
    models.push_back(speaker.reader->model());
  }
  return models;
}

ForestResult grow_forest(const std::vector<Question>& questions, std::span<const Speaker> speakers,
                         const ForestSettings& settings, const std::function<void(const Tree&)>& on_tree,
                         const std::function<void(const Question&, const std::string&)>& on_failure,
                         ProgressSink& progress) {
  ModelWork work(models_of(speakers));
  InFlight in_flight(speakers, settings.grow);
  ForestResult result;
  size_t next = 0;
  const auto total = settings.done_before + std::ssize(questions);
  while (true) {
    result.interrupted = settings.stop();
    if (result.interrupted) break;
    while (next < questions.size() && in_flight.count() < settings.trees_in_flight) in_flight.start(questions[next++]);
    if (in_flight.count() == 0) break;
    const bool busy = work.advance();
    const auto ended = in_flight.take_ended();
    COUNTERPOINT_ASSERT(busy || !ended.empty());  // a model that lost a request would keep us waiting for ever
    for (const auto& tree : ended) {
      ++(tree->error().empty() ? result.grown : result.failed);
      if (tree->error().empty())
        on_tree(tree->take());
      else
        on_failure(tree->question(), tree->error());
    }
    progress.update(settings.done_before + result.grown + result.failed, total, work.detail());
  }
  progress.finish();
  return result;
}

}  // namespace counterpoint::persuasion
