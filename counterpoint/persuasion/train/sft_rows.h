// Rows for supervised fine-tuning (the paper's stage 1): loss on the assistant's tokens and the closing ones only.
//
//   {"messages": [messages]}           every turn of the assistant is trained
//   {"prompt": .., "completion": ..}   TRL's: messages and one reply of the assistant, or both texts
//   {"chosen": .., "rejected": ..}     in any form of preference_rows.h: the chosen reply is trained (paper's stage 1)
//   a question                         in any format of question_format.h, or of "facts[:category,..]": asked as a
//                                      dialogue tree asks it, answered by the first of its answers
#pragma once
#include <span>
#include <string>

#include "counterpoint/persuasion/question.h"
#include "counterpoint/persuasion/train/row_reader.h"
#include "counterpoint/persuasion/tree_config.h"

namespace counterpoint::persuasion {

struct SftOptions : RowOptions {
  TreeConfig config = default_tree_config();  ///< how questions are asked: its head, tail and where they stand
};

struct SftRows {
  std::vector<nn::TrainRow> rows;  ///< one branch each; a conversation may be several, see RowEncoder::conversation
  RowReport report;
};

/// `spec`: a file, or "facts", "facts:capitals,currencies". What kind of rows a file holds is told by its first.
/// Error: a bad row, by file and line, unless options.skip_bad; no row that can be used.
SftRows load_sft_rows(const std::string& spec, const RowEncoder& encoder, const SftOptions& options = {});

/// Questions that are there already. Their ids become the rows' ids.
SftRows sft_rows_of(std::span<const Question> questions, const RowEncoder& encoder, const SftOptions& options = {});

}  // namespace counterpoint::persuasion
