// One stage of training, SFT or DPO, from rows to an adapter in its folder.
#pragma once
#include <functional>

#include "counterpoint/commands/pbt/train_options.h"

namespace counterpoint::commands {

/// What a stage trains and validates on.
struct StageRows {
  std::vector<nn::TrainRow> train, valid;
  data::Json settings = data::Json::object();  ///< how they were chosen, beside what all stages have
};

struct Stage {
  bool preference = false;  ///< DPO; else SFT
  TrainOptions options;
  std::string data;  ///< where the rows are from, for config.json
  std::function<StageRows(const persuasion::RowEncoder&)> rows;
  std::string again;  ///< the command that goes on with it
};

/// Does the stage, or tells how it ended where it is finished. Ctrl-C saves, tells how to go on, and throws
/// Interrupted.
void run_stage(const Stage& stage);

}  // namespace counterpoint::commands
