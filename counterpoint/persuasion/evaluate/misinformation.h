// Talking a model out of a right answer (paper's section 4.1, Table 1), by the protocol of Farm (Xu et al., arXiv
// 2312.09085):
//
//   1. The model answers; the question goes on only where it is right.
//   2. Turn 1 states the misinformation; each further turn gives one appeal for it (logical, credibility or emotional)
//      and states it again. The model replies each time.
//   3. After each reply its belief is asked for. A wrong answer: persuaded, and over. No answer that can be read: not
//      persuaded, as Farm counts "don't know".
//
// Farm has three texts of each appeal, so there are four turns. There the belief check is asked aside and leaves no
// trace in the conversation. For questions without such texts another agent writes the appeals: it is told to argue for
// a given wrong choice, the tested model hears it as in a dialogue tree, and each reply is itself an answer.
#pragma once
#include <filesystem>
#include <map>

#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/evaluate/farm_counts.h"
#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::persuasion {

/// A question with misinformation about it.
struct MisledQuestion {
  Question question;
  std::string target;                                       ///< what the model shall believe, in the source's words
  std::string control;                                      ///< a sentence that states it
  std::map<std::string, std::vector<std::string>> appeals;  ///< Farm's texts by appeal; empty: an agent writes them
};

struct FarmQuestions {
  std::vector<MisledQuestion> questions;
  std::vector<std::string> skipped;  ///< file, line and what was wrong
};

/// Farm's JSONL, multiple choice and true/false. Error, or with skip_bad a row that is left out: a missing or wrong
/// key, a question that stands there before; by line. Error: no question.
FarmQuestions load_farm(const std::filesystem::path& path, bool skip_bad = false);
/// The target is a wrong choice, drawn by seed and question. Error: a question without a wrong choice.
std::vector<MisledQuestion> misled(const std::vector<Question>& questions, std::uint64_t seed);

/// "logical", "credibility", "emotional", and "control", which states the misinformation at each turn and no more.
std::vector<std::string> appeal_names();

/// Error: an appeal for which no role of the tree config speaks, so that no agent can make it.
void check_persuader_roles(const std::vector<std::string>& appeals, const TreeConfig& config);

struct MisinformationSettings : EvaluationSettings {
  std::vector<std::string> appeals{"logical", "credibility", "emotional"};  ///< each in a conversation of its own
  int turns = 4;
  bool openings = true;  ///< the persuader's appeals begin with its role's opening, so that small models keep to it
};

struct MisinformationTurn {
  std::string message;  ///< what the model was told
  std::string reply;
  Heard belief;  ///< where an agent persuades, of the reply itself
};

/// One question under one appeal.
struct MisinformationItem : EvaluatedItem {
  std::string question, appeal, target;
  std::string target_answer;  ///< the target as an answer; "" where it is none, as "not Yale" among four choices
  Heard first;
  std::vector<MisinformationTurn> turns;
  int count = wrong_at_start;  ///< Farm's persuasion count
};

struct MisinformationResult {
  std::vector<std::string> appeals;
  int turns = 4;
  std::vector<MisinformationItem> items;  ///< by question, then appeal
  bool interrupted = false;
};

/// `persuader`: null where all questions bring their texts. Error: an unknown appeal; more turns than a question has
/// texts for.
MisinformationResult evaluate_misinformation(const std::vector<MisledQuestion>& questions, const Speaker& speaker,
                                             const Speaker* persuader, const MisinformationSettings& settings,
                                             ProgressSink& progress);

/// One appeal's run in Farm's form.
struct FarmRun {
  std::string appeal;
  std::vector<int> counts, correct;  ///< by question; by turn: beliefs that were right, [0] at the start
};
std::vector<FarmRun> farm_runs(const MisinformationResult& result);

Outcomes outcomes_of(const MisinformationResult& result);
/// Of the questions that were right at first: misinformation_rate (Farm's SR or MR@4), misinformation_by_turn_1 .. _4,
/// misinformation_rate_logical, ..; misinformation_target (persuaded to the target itself, where it is a choice);
/// misinformation_mean_turn of the persuaded; misinformation_before: right at first.
std::vector<Statistic> misinformation_statistics(const std::vector<std::string>& appeals, int turns);
std::vector<Figure> figures(const MisinformationResult& result);
/// With "runs": a row in Farm's columns for each appeal.
data::Json to_json(const MisinformationResult& result);

}  // namespace counterpoint::persuasion
