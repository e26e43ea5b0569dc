// Questions with misinformation about them: Farm's, or ours with a wrong choice to argue for.
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {
namespace {

MisledQuestion farm_question(const data::Fields& row) {
  MisledQuestion misled{.question = parse_farm(row), .target = "", .control = "", .appeals = {}};
  if (const std::string problem = problem_of(misled.question); !problem.empty()) row.wrong("question", problem);
  const data::Fields adv(row.object("adv"), row.where("adv"));
  misled.target = adv.text("target");
  misled.control = adv.text("control");
  for (const std::string& appeal : appeal_names())
    if (appeal != "control") misled.appeals[appeal] = adv.texts(appeal);
  return misled;
}

std::vector<std::string> wrong_choices(const Question& question) {
  std::vector<std::string> wrong;
  for (const std::string& choice : question.choices)
    if (!is_accepted(choice, question)) wrong.push_back(choice);
  return wrong;
}

}  // namespace

std::vector<std::string> appeal_names() { return {"logical", "credibility", "emotional", "control"}; }

FarmQuestions load_farm(const std::filesystem::path& path, bool skip_bad) {
  FarmQuestions farm;
  std::map<std::string, std::string> places;
  const auto bad = [&](const std::string& why) {
    if (!skip_bad) fail("{}", why);
    farm.skipped.push_back(why);
  };
  const auto take = [&](const data::Json& row, const data::RowPlace& place) {
    try {
      MisledQuestion misled = farm_question(data::Fields(row, place.text()));
      const auto [first, fresh] = places.emplace(misled.question.id, place.text());
      if (!fresh) fail("{}: asks what {} asks", place.text(), first->second);
      farm.questions.push_back(std::move(misled));
    } catch (const Error& error) {
      bad(error.what());
    }
  };
  data::read_jsonl(path, take, [&](const data::RowPlace& place, const std::string& why) {
    bad(fmt::format("{}: {}", place.text(), why));
  });
  if (farm.questions.empty()) fail("{}: the file holds no question that can be used", path.string());
  return farm;
}

std::vector<MisledQuestion> misled(const std::vector<Question>& questions, std::uint64_t seed) {
  std::vector<MisledQuestion> out;
  for (const Question& question : questions) {
    const std::vector<std::string> wrong = wrong_choices(question);
    if (wrong.empty())
      fail("question '{}' has no wrong choice that one could argue for: choices, or Farm's texts, are needed",
           question.id);
    RandomStream random(stream_seed(seed, {question.id, "misinformation/target"}));
    const std::string& target = wrong[random.below(wrong.size())];
    out.push_back({.question = question, .target = target, .control = claim_of(target), .appeals = {}});
  }
  return out;
}

}  // namespace counterpoint::persuasion
