// Answer mode `alias`: the words of the reply against the question's spellings.
#include <algorithm>

#include "counterpoint/persuasion/answer_mentions.h"
#include "counterpoint/persuasion/answer_reader.h"

namespace counterpoint::persuasion {
namespace {

class AliasReader final : public AnswerReader {
 public:
  void read(ReadRequest request, std::function<void(ReadAnswer)> done) override {
    done({.answer = read_by_alias(request.reply, request.question), .confidence = std::nullopt, .error = ""});
  }
  generate::ChatModel* model() const override { return nullptr; }
};

/// The sentence that counts: the last contrasting one that asserts something, else the first that asserts something.
int deciding_sentence(const std::vector<Mention>& asserted, const std::vector<bool>& contrasts) {
  for (auto mention = asserted.rbegin(); mention != asserted.rend(); ++mention)
    if (contrasts[mention->sentence]) return mention->sentence;
  return asserted.front().sentence;
}

}  // namespace

std::string read_by_alias(const std::string& reply, const Question& question) {
  Mentions mentions = find_mentions(reply, question);
  std::vector<Mention>& asserted = mentions.found;
  std::erase_if(asserted, [](const Mention& mention) { return mention.denied; });
  if (asserted.empty()) return "";
  const auto declared = std::find_if(asserted.rbegin(), asserted.rend(), [](const Mention& m) { return m.declared; });
  if (declared != asserted.rend()) {
    const auto same = [&](const Mention& m) { return m.declared && m.sentence == declared->sentence; };
    return std::find_if(asserted.begin(), asserted.end(), same)->answer;
  }
  const int sentence = deciding_sentence(asserted, mentions.sentence_contrasts);
  const auto last =
      std::find_if(asserted.rbegin(), asserted.rend(), [&](const Mention& m) { return m.sentence == sentence; });
  return last->answer;
}

std::unique_ptr<AnswerReader> make_alias_reader() { return std::make_unique<AliasReader>(); }

}  // namespace counterpoint::persuasion
