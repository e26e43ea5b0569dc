// Preference rows in TRL's forms, as pairs of branches behind one prompt.
//
//   {"prompt": [messages], "chosen": [one assistant's], "rejected": [one assistant's]}    conversational, as pbt mine
//   {"chosen": [messages], "rejected": [messages]}        whole conversations; their common beginning is the prompt
//   {"prompt": "..", "chosen": "..", "rejected": ".."}    texts, without chat format
//   {"chosen": "..", "rejected": ".."}                    texts; their common beginning is the prompt
// Besides, `pbt mine` writes "kind" ("resist", "accept") and "question_id", which arms are made of. A "prompt" that is
// a text beside whole conversations says what they begin with anyway, and is left alone. Other keys are too.
#pragma once
#include <array>
#include <optional>

#include "counterpoint/persuasion/pairs.h"
#include "counterpoint/persuasion/train/row_reader.h"

namespace counterpoint::persuasion {

/// A preference row as text.
struct PreferenceText {
  text::Messages prompt;  ///< empty: `plain_prompt` is it
  std::string plain_prompt;
  std::string chosen, rejected;
  std::optional<PairKind> kind;  ///< nullopt: no "kind", or one that is not ours
  std::string question_id;       ///< "": none
};

/// Error, without a place: a key that is missing or wrong, with what was expected; replies of more than one message;
/// no common beginning; chosen and rejected the same.
PreferenceText parse_preference(const data::Json& row);

/// A pair ready for training.
struct PreferenceRow {
  PreferenceText text;
  nn::TrainRow tokens;  ///< prefix = prompt, branches = chosen, rejected; all of their tokens are trained
};

struct PreferenceRows {
  std::vector<PreferenceRow> rows;  ///< in file order
  RowReport report;
};

/// Error: a bad row, by file and line, unless options.skip_bad; no row that can be used.
PreferenceRows load_preference_rows(const std::filesystem::path& path, const RowEncoder& encoder,
                                    const RowOptions& options = {});

/// The pair's chosen reply alone: what SFT trains on (the paper's stage 1).
nn::TrainRow chosen_only(nn::TrainRow pair);

/// The pair as two rows of their own, chosen first: what --share-prefix=false computes.
std::array<nn::TrainRow, 2> unshared(const nn::TrainRow& pair);

}  // namespace counterpoint::persuasion
