#include "counterpoint/protoclip/evaluate/targets.h"

#include <map>
#include <set>
#include <unordered_map>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

std::map<std::string, std::int64_t> keyword_by_word(const std::vector<Keyword>& keywords) {
  std::map<std::string, std::int64_t> out;
  for (size_t k = 0; k < keywords.size(); ++k)
    for (const std::string& word : keywords[k].words) out.emplace(word, static_cast<std::int64_t>(k));
  return out;
}

/// How many of each picture's captions name each keyword [N, C].
Tensor named_in(const image_text::PairSet& pairs, const std::vector<Keyword>& keywords) {
  const auto keyword_of = keyword_by_word(keywords);
  Tensor counts = torch::zeros({static_cast<std::int64_t>(pairs.size()), std::ssize(keywords)});
  auto count = counts.accessor<float, 2>();
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (const std::string& caption : pairs.pair(i).captions) {
      std::set<std::int64_t> found;
      for (const std::string& word : caption_words(caption))
        if (const auto known = keyword_of.find(word); known != keyword_of.end()) found.insert(known->second);
      for (const std::int64_t keyword : found) ++count[static_cast<std::int64_t>(i)][keyword];
    }
  return counts;
}

std::vector<std::string> class_names(const image_text::PairSet& test, const image_text::PairSet* train) {
  std::set<std::string> names;
  for (const std::string& label : test.labels()) names.insert(label);
  if (train)
    for (const std::string& label : train->labels()) names.insert(label);
  return {names.begin(), names.end()};
}

}  // namespace

Targets Targets::rows(const Tensor& which) const {
  return {names, truth.defined() ? truth.index_select(0, which) : Tensor(), main.index_select(0, which), one_each};
}

std::set<std::int64_t> Targets::met() const {
  std::set<std::int64_t> out;
  const auto classes = main.accessor<std::int64_t, 1>();
  for (std::int64_t i = 0; i < classes.size(0); ++i)
    if (classes[i] >= 0) out.insert(classes[i]);
  return out;
}

Targets label_targets(const image_text::PairSet& pairs, const std::vector<std::string>& names) {
  std::unordered_map<std::string, std::int64_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], static_cast<std::int64_t>(i));
  std::vector<std::int64_t> main(pairs.size(), -1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const image_text::Pair& pair = pairs.pair(i);
    if (pair.label.empty()) continue;
    const auto place = places.find(pair.label);
    if (place == places.end())
      fail("'{}' has the unknown label '{}'{}", pair.key, pair.label, suggestion(pair.label, names));
    main[i] = place->second;
  }
  return {.names = names, .truth = {}, .main = torch::tensor(main, torch::kInt64)};
}

Targets keyword_targets(const image_text::PairSet& pairs, const std::vector<Keyword>& keywords) {
  Targets targets{.names = {}, .truth = {}, .main = {}, .one_each = false};
  for (const Keyword& keyword : keywords) targets.names.push_back(keyword.name);
  const Tensor counts = named_in(pairs, keywords);
  targets.truth = (counts > 0).to(torch::kFloat32);
  // A rarity below 1 breaks ties between whole numbers of captions.
  const Tensor rarity = 1 - (targets.truth.sum(0) + 1) / (static_cast<double>(pairs.size()) + 2);
  const auto [most, which] = (counts + targets.truth * rarity).max(1);
  targets.main = torch::where(most > 0, which, torch::full_like(which, -1));
  return targets;
}

TargetsOfSets targets_of(const image_text::PairSet& test, const image_text::PairSet* train,
                         const std::vector<Keyword>& keywords) {
  const std::vector<std::string> names = keywords.empty() ? class_names(test, train) : std::vector<std::string>();
  const auto of = [&](const image_text::PairSet& pairs) {
    return keywords.empty() ? label_targets(pairs, names) : keyword_targets(pairs, keywords);
  };
  return {of(test), train ? std::optional(of(*train)) : std::nullopt};
}

}  // namespace counterpoint::protoclip
