#include "counterpoint/persuasion/answer_mentions.h"

#include <algorithm>
#include <initializer_list>

#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/answer_text.h"

namespace counterpoint::persuasion {
namespace {

struct Word {
  std::string text;
  int clause = 0, sentence = 0;
};

bool one_of(const std::string& word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Cuts the reply into clauses, so that "not Paris, Lyon" denies Paris alone. The words are those of normalize_answer.
class Splitter {
 public:
  explicit Splitter(std::string_view reply) {
    size_t begin = 0;
    for (size_t i = 0; i < reply.size(); ++i) {
      if (!ends_clause(reply[i])) continue;
      take(reply.substr(begin, i - begin));
      ++clause_;
      if (ends_sentence(reply, i)) ++sentence_;
      begin = i + 1;
    }
    take(reply.substr(begin));
  }
  std::vector<Word> words;

 private:
  static bool ends_clause(char c) { return std::string_view(".,;:!?()\n").find(c) != std::string_view::npos; }
  static bool ends_sentence(std::string_view reply, size_t i) {
    if (reply[i] == '\n') return true;
    const bool mark = reply[i] == '.' || reply[i] == '!' || reply[i] == '?';
    return mark && (i + 1 == reply.size() || std::string_view(" \n\"*").find(reply[i + 1]) != std::string_view::npos);
  }

  void take(std::string_view piece) {
    for (std::string& word : split(normalize_answer(piece), ' ')) {
      if (word.empty()) continue;
      if (one_of(word, {"but", "although", "while", "because"})) ++clause_;
      words.push_back({std::move(word), clause_, sentence_});
    }
  }

  int clause_ = 0, sentence_ = 0;
};

struct Spelling {
  std::vector<std::string> words;
  std::string answer;
};

/// Longest first, so that "New York City" is found before "New York".
std::vector<Spelling> spellings_of(const Question& question) {
  std::vector<Spelling> spellings;
  const auto add = [&](const std::string& text) {
    std::vector<Word> words = Splitter(text).words;
    Spelling spelling{{}, canonical_answer(text, question)};
    for (Word& word : words) spelling.words.push_back(std::move(word.text));
    if (!spelling.words.empty()) spellings.push_back(std::move(spelling));
  };
  for (const std::string& answer : question.answers) add(answer);
  for (const std::string& choice : question.choices) add(choice);
  std::stable_sort(spellings.begin(), spellings.end(),
                   [](const Spelling& a, const Spelling& b) { return a.words.size() > b.words.size(); });
  return spellings;
}

bool stands_at(const Spelling& spelling, const std::vector<Word>& words, size_t at) {
  if (at + spelling.words.size() > words.size()) return false;
  return std::equal(spelling.words.begin(), spelling.words.end(), words.begin() + static_cast<std::ptrdiff_t>(at),
                    [](const std::string& a, const Word& b) { return a == b.text; });
}

/// "not", "isn't" (normalised to "isn t"), "rather than", "instead of", .. at most six words before, in the same
/// clause.
bool denied_before(const std::vector<Word>& words, size_t at) {
  for (size_t i = at; i-- > 0 && at - i <= 6 && words[i].clause == words[at].clause;) {
    if (one_of(words[i].text, {"not", "never", "nor", "neither", "than", "instead", "unlike", "cannot"})) return true;
    if (words[i].text == "t" && i > 0 && words[i - 1].text.ends_with('n')) return true;
  }
  return false;
}

/// "Paris is not ..", "Paris isn't ..", "Paris is wrong".
bool denied_behind(const std::vector<Word>& words, size_t end) {
  if (end + 1 >= words.size() || words[end].clause != words[end - 1].clause) return false;
  if (!one_of(words[end].text, {"is", "was", "are", "were", "isn", "wasn", "aren", "weren", "can", "would", "could"}))
    return false;
  return one_of(words[end + 1].text, {"not", "t", "wrong", "incorrect", "false", "never"});
}

/// "answer is", "answer remains", .., but not "your answer is".
bool declares(const std::vector<Word>& words, size_t i) {
  if (words[i].text != "answer" || i + 1 >= words.size()) return false;
  const bool others = i > 0 && one_of(words[i - 1].text, {"your", "their", "his", "her", "agent", "s"});
  const bool verb = one_of(words[i + 1].text, {"is", "was", "remains", "stays", "s", "would"});
  return !others && (verb || words[i + 1].clause != words[i].clause);
}

bool declared_before(const std::vector<Word>& words, size_t at) {
  for (size_t i = at; i-- > 0 && words[i].sentence == words[at].sentence;)
    if (declares(words, i)) return true;
  return false;
}

/// "yes" and "no" are words of all kinds of sentences; as answers they begin a clause or follow "is".
bool may_be_answer(const std::vector<Word>& words, size_t at, const Spelling& spelling) {
  if (spelling.words.size() != 1 || !one_of(spelling.words.front(), {"yes", "no"})) return true;
  const bool begins = at == 0 || words[at - 1].clause != words[at].clause;
  return begins || (one_of(words[at - 1].text, {"is", "remains", "say"}) && declared_before(words, at));
}

const Spelling* longest_at(const std::vector<Spelling>& spellings, const std::vector<Word>& words, size_t at) {
  for (const Spelling& spelling : spellings)
    if (stands_at(spelling, words, at) && may_be_answer(words, at, spelling)) return &spelling;
  return nullptr;
}

std::vector<bool> contrasts(const std::vector<Word>& words) {
  std::vector<bool> out(words.empty() ? 0 : words.back().sentence + 1);
  for (size_t i = 0; i < words.size(); ++i)
    if (i == 0 || words[i].sentence != words[i - 1].sentence)
      out[words[i].sentence] = one_of(
          words[i].text, {"however", "but", "no", "actually", "instead", "still", "nevertheless", "therefore", "so"});
  return out;
}

}  // namespace

Mentions find_mentions(std::string_view reply, const Question& question) {
  const std::vector<Word> words = Splitter(reply).words;
  const std::vector<Spelling> spellings = spellings_of(question);
  Mentions mentions{{}, contrasts(words)};
  for (size_t at = 0; at < words.size();) {
    const Spelling* spelling = longest_at(spellings, words, at);
    if (!spelling) {
      ++at;
      continue;
    }
    const size_t end = at + spelling->words.size();
    mentions.found.push_back({spelling->answer, words[at].sentence,
                              denied_before(words, at) || denied_behind(words, end), declared_before(words, at)});
    at = end;
  }
  return mentions;
}

}  // namespace counterpoint::persuasion
