#include "counterpoint/commands/pbt/train_rows.h"

#include "counterpoint/commands/pbt/train_report.h"
#include "counterpoint/persuasion/train/sft_rows.h"

namespace counterpoint::commands {

persuasion::PreferenceRows preference_rows(const std::string& file, const persuasion::RowOptions& limits,
                                           const persuasion::RowEncoder& encoder) {
  persuasion::PreferenceRows rows = persuasion::load_preference_rows(file, encoder, limits);
  tell_rows(file, rows.report, limits.max_length);
  return rows;
}

std::vector<nn::TrainRow> pair_rows(const std::string& file, const persuasion::RowOptions& limits,
                                    const persuasion::RowEncoder& encoder) {
  persuasion::PreferenceRows rows = preference_rows(file, limits, encoder);
  std::vector<nn::TrainRow> out;
  for (persuasion::PreferenceRow& row : rows.rows) out.push_back(std::move(row.tokens));
  return out;
}

std::vector<nn::TrainRow> sft_rows(const std::string& spec, const persuasion::RowOptions& limits,
                                   const persuasion::RowEncoder& encoder) {
  persuasion::SftOptions options;
  static_cast<persuasion::RowOptions&>(options) = limits;
  persuasion::SftRows rows = persuasion::load_sft_rows(spec, encoder, options);
  tell_rows(spec, rows.report, limits.max_length);
  return std::move(rows.rows);
}

}  // namespace counterpoint::commands
