// What makes an agent of controlled knowledge: rows of SFT on questions whose answers it is to know, and on those that
// it is not to know.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/persuasion/question.h"
#include "counterpoint/persuasion/train/row_encoder.h"
#include "counterpoint/persuasion/tree_config.h"

namespace counterpoint::persuasion {

enum class Lesson {
  answer,  ///< the question's first answer
  guess,   ///< all choices alike, together worth one answer, so that the agent's confidence tells what it knows. Error:
           ///< a question without choices
  give_up  ///< the first answer; doubted without a reason, the other choices alike, and then that one to the end.
           ///< Error: that of check_lesson
};

/// Error: the question has no wrong choice, which a guess and giving up need.
void check_lesson(const Question& question);

/// Which questions are taught how.
using Curriculum = std::map<Lesson, std::vector<Question>>;

struct CurriculumSettings {
  std::string agent;  ///< by its name and the seed is drawn what it gives up
  double doubt = 0;   ///< share of what it knows among the doubted that it gives up
  bool guess = false;
  std::uint64_t seed = 0;
};

/// Of `all` questions the agent knows `known`; of these it gives up some of those that are among `doubted`.
Curriculum curriculum(std::span<const Question> all, std::span<const Question> known, std::span<const Question> doubted,
                      const CurriculumSettings& settings);

struct Lessons {
  const TreeConfig& tree;
  int agent = 0;  ///< index of the agent in the tree's turns
  /// Besides the question as the tree asks it first, as at each later turn of the agent, after nobody has named an
  /// answer: so nothing is taught about keeping one or giving way.
  bool in_dialogue = false;
};

/// A row for each question, with a branch for each reply at each turn (rows apart where one dialogue does not go on
/// from the other: behind a doubt, or where the chat format writes earlier turns in another way once the dialogue goes
/// on). A reply is a sentence, as an agent would say it.
std::vector<nn::TrainRow> lesson_rows(std::span<const Question> questions, Lesson lesson, const Lessons& lessons,
                                      const RowEncoder& encoder);

}  // namespace counterpoint::persuasion
