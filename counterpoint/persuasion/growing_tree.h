// One tree while it grows ("descend to expand dialogue", paper's Figure 2), driven by the models' callbacks.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {

/// An agent at work. Model and reader outlive every tree; agents may share them.
struct Speaker {
  AgentInfo info;
  generate::ChatModel* model = nullptr;
  AnswerReader* reader = nullptr;
};

struct GrowSettings {
  TreeConfig config = default_tree_config();
  /// The paper's: 8 to 80 new tokens, temperature 0.7, top_p 1, top_k off.
  generate::Sampling sampling{.temperature = 0.7, .top_k = 0, .top_p = 1.0, .min_new_tokens = 8, .max_new_tokens = 80};
  std::uint64_t seed = 12;     ///< the run's, the paper's value
  bool openings = false;       ///< let replies begin with their role's opening
  data::Json tree_settings{};  ///< what Tree::settings shall say
};

/// 1. The speaker of the next turn replies to the dialogue as it sees it, once under each role and sample.
/// 2. Its answer is read; an answer that is another's in other words takes over the known spelling.
/// 3. Where all agents' answers are the same the branch ends; otherwise the next turn follows.
///
/// Each reply is drawn from a stream of its own, seeded by the run's seed, the question's id and the node's path, and a
/// finished tree lists its nodes level by level in the config's order: what else grows beside it leaves no trace.
class GrowingTree : public std::enable_shared_from_this<GrowingTree> {
 public:
  GrowingTree(Question question, std::span<const Speaker> speakers, const GrowSettings& settings);
  ~GrowingTree();

  /// `done` is called once, when nothing of this tree is under way any more.
  void start(std::function<void()> done);

  /// Not empty: a reply or a reading failed, in one line; there is no tree then.
  const std::string& error() const { return error_; }
  const Question& question() const { return question_; }

  /// The scored tree. Once, after `done` and without error.
  Tree take();

 private:
  struct Growing;

  void expand(Growing& parent, size_t turn);
  void ask(Growing& node);
  void heard(Growing& node, const std::string& opening, const generate::ChatReply& reply);
  void understood(Growing& node, const ReadAnswer& read);
  void failed(const Growing& node, const std::string& why);
  void one_less_under_way();
  std::vector<Said> path_above(const Growing& node) const;

  Question question_;
  std::span<const Speaker> speakers_;
  const GrowSettings& settings_;
  std::unique_ptr<Growing> above_root_;
  std::function<void()> done_;
  std::string error_;
  std::int64_t under_way_ = 0;
};

}  // namespace counterpoint::persuasion
