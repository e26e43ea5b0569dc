#include "counterpoint/persuasion/evaluate/held_out.h"

#include <set>
#include <unordered_map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

class Collector {
 public:
  explicit Collector(std::span<const Question> questions) {
    for (const Question& question : questions) questions_.emplace(question.id, &question);
  }

  void add(const Pair& pair, const std::string& place) {
    const auto question = questions_.find(pair.question_id);
    if (question == questions_.end())
      fail(
          "{}: the question '{}' is not among the {} questions: the file of questions from which the trees grew was "
          "expected",
          place, pair.question_id, questions_.size());
    const std::string prompt = data::to_line(text::to_json(pair.prompt));
    // The same in every file and order of rows: what two arms are matched by.
    const std::string id = fmt::format("{}#{}-{:016x}", pair.question_id, name_of(pair.kind), stable_hash(prompt));
    if (!seen_.insert(id).second) {
      ++held_out_.repeated;
      return;
    }
    held_out_.pairs.push_back({.id = id,
                               .kind = pair.kind,
                               .question = *question->second,
                               .prompt = pair.prompt,
                               .chosen = pair.chosen,
                               .rejected = pair.rejected});
  }

  HeldOut take() { return std::move(held_out_); }

 private:
  std::unordered_map<std::string, const Question*> questions_;
  std::set<std::string> seen_;
  HeldOut held_out_;
};

}  // namespace

HeldOut read_held_out(const std::filesystem::path& path, std::span<const Question> questions) {
  Collector collector(questions);
  data::read_jsonl(path, [&](const data::Json& row, const data::RowPlace& place) {
    collector.add(pair_from_json(row, place), place.text());
  });
  HeldOut held_out = collector.take();
  if (held_out.pairs.empty()) fail("{}: the file holds no pairs; test.jsonl of pbt mine was expected", path.string());
  return held_out;
}

HeldOut held_out_of(std::span<const Pair> pairs, std::span<const Question> questions) {
  Collector collector(questions);
  for (const Pair& pair : pairs) collector.add(pair, "a pair");
  return collector.take();
}

}  // namespace counterpoint::persuasion
