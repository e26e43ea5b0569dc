// What makes an agent of controlled knowledge: rows of SFT on questions whose answers it is to know, and on those that
// it is not to know.
#pragma once
#include <span>
#include <vector>

#include "counterpoint/persuasion/question.h"
#include "counterpoint/persuasion/train/row_encoder.h"
#include "counterpoint/persuasion/tree_config.h"

namespace counterpoint::persuasion {

enum class Lesson {
  answer,  ///< the question's first answer
  guess,   ///< all choices alike, together worth one answer, so that the agent's confidence tells what it knows. Error:
           ///< a question without choices
  give_up,  ///< the first answer; doubted without a reason, the other choices alike; asked again without a doubt, the
            ///< same. Error: a question without choices
  insist    ///< the first answer; doubted or asked again, the same
};

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
