#include "counterpoint/persuasion/fact_choices.h"

#include <algorithm>
#include <tuple>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/answer_text.h"

namespace counterpoint::persuasion {
namespace {

constexpr size_t kWrong = 3;
constexpr size_t kWindow = 10;  ///< answers of near size among which the choices are drawn

bool is_number(const std::string& text) {
  return text.size() < 10 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// 'A' capital, '0' digit, 'a' anything else: the kinds that occur at the beginning of words. Short small words inside
/// a name (of, the, da, van) do not count.
std::string shape_of(const std::string& text) {
  std::set<char> kinds;
  for (const std::string& word : split(text, ' ')) {
    const char c = word.empty() ? ' ' : word.front();
    const char kind = c >= 'A' && c <= 'Z' ? 'A' : c >= '0' && c <= '9' ? '0' : 'a';
    if (kind == 'a' && !kinds.empty() && word.size() <= 3) continue;
    kinds.insert(kind);
  }
  return {kinds.begin(), kinds.end()};
}

std::uint64_t size_of(const std::string& text, bool numeric) {
  if (numeric) return std::stoull(text);
  const auto spaces = std::count(text.begin(), text.end(), ' ');
  const auto letters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return static_cast<std::uint64_t>(spaces * 1000 + letters);
}

std::set<std::string> normalized(const std::vector<std::string>& spellings) {
  std::set<std::string> out;
  for (const std::string& spelling : spellings) out.insert(normalize_answer(spelling));
  return out;
}

bool meet(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& text) { return b.count(text) > 0; });
}

}  // namespace

FactChoices::FactChoices(const FactSection& section) {
  for (const FactRow& row : section) add(row);
  for (Answer& answer : answers_) answer.size = size_of(answer.text, numeric_);
}

void FactChoices::add(const FactRow& row) {
  const std::string& text = row.answers.front();
  const std::string normal = normalize_answer(text);
  numeric_ = numeric_ && is_number(text);
  auto found = std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.normal == normal; });
  if (found == answers_.end()) found = answers_.insert(found, Answer{text, normal, {}, shape_of(text), 0});
  found->spellings.merge(normalized(row.answers));
}

/// The right answer (once) and all that may stand beside it, sorted by size; among equals each row has its own order.
std::vector<const FactChoices::Answer*> FactChoices::rivals(const FactRow& row, const Answer& right) const {
  std::set<std::string> excluded = normalized(row.answers);
  excluded.merge(normalized(row.avoid));
  const std::string question = " " + normalize_answer(row.question) + " ";
  const auto can_rival = [&](const Answer& answer) {
    return answer.shape == right.shape && !meet(answer.spellings, excluded) &&
           question.find(" " + answer.normal + " ") == std::string::npos;
  };
  std::vector<std::tuple<std::uint64_t, std::uint64_t, const Answer*>> sorted;
  for (const Answer& answer : answers_)
    if (&answer == &right || can_rival(answer))
      sorted.emplace_back(answer.size, stream_seed(0, {row.id, answer.text}), &answer);
  std::sort(sorted.begin(), sorted.end());
  std::vector<const Answer*> out;
  for (const auto& [size, order, answer] : sorted) out.push_back(answer);
  return out;
}

std::vector<std::string> FactChoices::draw(const FactRow& row) const {
  const std::string normal = normalize_answer(row.answers.front());
  const auto right =
      std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.normal == normal; });
  COUNTERPOINT_ASSERT(right != answers_.end());
  std::vector<const Answer*> pool = rivals(row, *right);
  if (pool.size() < kWrong + 1)
    fail("{}: only {} wrong choices of the same kind as '{}'", row.place, pool.size() - 1, right->text);

  // A window around the right answer, in which its place is random.
  RandomStream random(stream_seed(0, {"facts", row.id}));
  const size_t window = std::min(kWindow, pool.size());
  const auto place = static_cast<size_t>(std::find(pool.begin(), pool.end(), &*right) - pool.begin());
  const size_t before = std::min<size_t>(place, random.below(window));
  const size_t begin = std::min(place - before, pool.size() - window);
  pool = {pool.begin() + static_cast<std::ptrdiff_t>(begin),
          pool.begin() + static_cast<std::ptrdiff_t>(begin + window)};

  // Three others to the front behind the right one, then all four into a random order.
  std::swap(pool[0], pool[place - begin]);
  for (size_t i = 1; i <= kWrong; ++i) std::swap(pool[i], pool[i + random.below(pool.size() - i)]);
  std::vector<std::string> choices;
  for (size_t i = 0; i <= kWrong; ++i) choices.push_back(pool[i]->text);
  for (size_t i = kWrong; i > 0; --i) std::swap(choices[i], choices[random.below(i + 1)]);
  // Rows may spell the same answer differently; this row shows its own.
  std::replace(choices.begin(), choices.end(), right->text, row.answers.front());
  return choices;
}

}  // namespace counterpoint::persuasion
