#include "counterpoint/persuasion/study/question_split.h"

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/answer_text.h"

namespace counterpoint::persuasion {
namespace {

/// Many questions have it, and knowing it of one says nothing of another.
bool is_yes_or_no(const std::string& normalized) {
  static const std::set<std::string> words{"yes", "no", "true", "false"};
  return words.contains(normalized);
}

/// Questions joined by common answers, each group in the order of the questions.
std::vector<std::vector<size_t>> answer_groups(const std::vector<Question>& questions) {
  std::vector<size_t> parent(questions.size());
  std::iota(parent.begin(), parent.end(), size_t{0});
  const std::function<size_t(size_t)> root = [&](size_t i) { return parent[i] == i ? i : parent[i] = root(parent[i]); };
  std::map<std::string, size_t> first;
  for (size_t i = 0; i < questions.size(); ++i)
    for (const std::string& answer : questions[i].answers) {
      const std::string normalized = normalize_answer(answer);
      if (is_yes_or_no(normalized)) continue;
      const auto [found, fresh] = first.emplace(normalized, i);
      if (!fresh) parent[root(i)] = root(found->second);
    }
  std::map<size_t, std::vector<size_t>> groups;
  for (size_t i = 0; i < questions.size(); ++i) groups[root(i)].push_back(i);
  std::vector<std::vector<size_t>> out;
  for (auto& [ignored, members] : groups) out.push_back(std::move(members));
  return out;
}

}  // namespace

std::array<std::vector<Question>, 3> split_questions(const std::vector<Question>& questions, const SplitSizes& sizes,
                                                     std::uint64_t seed) {
  std::vector<std::vector<size_t>> groups = answer_groups(questions);
  const auto rank = [&](const std::vector<size_t>& group) {
    return stream_seed(seed, {"split", questions[group.front()].id});
  };
  std::sort(groups.begin(), groups.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::array<std::vector<Question>, 3> parts;
  const std::array<std::int64_t, 3> wanted{sizes.train, sizes.valid, sizes.test};
  for (const std::vector<size_t>& group : groups) {
    // Where the share that is still missing is largest; a group that is too large for one split goes to another.
    size_t into = parts.size();
    double most = 0;
    for (size_t s = 0; s < parts.size(); ++s) {
      const std::int64_t missing = wanted[s] - std::ssize(parts[s]);
      if (missing < std::ssize(group)) continue;
      const double share = static_cast<double>(missing) / static_cast<double>(wanted[s]);
      if (share <= most) continue;
      most = share;
      into = s;
    }
    if (into == parts.size()) continue;
    for (const size_t index : group) parts[into].push_back(questions[index]);
  }
  for (size_t s = 0; s < parts.size(); ++s)
    if (std::ssize(parts[s]) < wanted[s])
      fail(
          "{} questions of {} for the split '{}' are there: {} were asked for, and questions with a common answer stay "
          "together",
          parts[s].size(), questions.size(), name_of(static_cast<Split>(s)), wanted[s]);
  return parts;
}

std::vector<Question> known_questions(std::span<const Question> questions, const std::string& agent, double share,
                                      std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, size_t>> drawn;
  for (size_t i = 0; i < questions.size(); ++i)
    drawn.emplace_back(stream_seed(seed, {"knows", agent, questions[i].id}), i);
  std::ranges::sort(drawn);
  drawn.resize(static_cast<size_t>(std::llround(share * static_cast<double>(questions.size()))));
  std::ranges::sort(drawn, {}, [](const auto& draw) { return draw.second; });
  std::vector<Question> known;
  for (const auto& [draw, i] : drawn) known.push_back(questions[i]);
  return known;
}

}  // namespace counterpoint::persuasion
