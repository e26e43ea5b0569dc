#include "counterpoint/text/bpe_trainer.h"

#include <queue>
#include <unordered_set>

#include "counterpoint/core/error.h"
#include "counterpoint/text/clip_tokenizer.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

using Symbol = std::int32_t;

struct Word {
  std::vector<Symbol> symbols;
  std::int64_t count = 0;
};

struct Pair {
  std::int64_t count = 0;
  std::vector<std::int32_t> words;  // where it was seen; some of these have lost it since
};

class Merger {
 public:
  explicit Merger(const std::unordered_map<std::string, std::int64_t>& counts) : heap_(Less{&spellings_}) {
    for (const auto& [word, count] : counts) add_word(word, count);
    for (size_t word = 0; word < words_.size(); ++word) count_pairs(word, +1, -1);
    for (const auto& [key, pair] : pairs_) heap_.push({pair.count, key});
    changed_.clear();
  }

  Merges run(size_t most, std::int64_t min_count) {
    Merges merges;
    while (merges.size() < most && !heap_.empty()) {
      const Candidate best = heap_.top();
      heap_.pop();
      if (best.count < min_count) break;
      if (pairs_[best.key].count != best.count) continue;  // its true count is in the heap as well
      const auto [left, right] = symbols_of(best.key);
      // Two ways to one spelling would be two ids for it.
      if (!known_.insert(spellings_[left] + spellings_[right]).second) continue;
      merges.emplace_back(spellings_[left], spellings_[right]);
      merge(best.key);
    }
    return merges;
  }

 private:
  struct Candidate {
    std::int64_t count;
    std::uint64_t key;
  };
  struct Less {
    const std::vector<std::string>* spellings;
    bool operator()(const Candidate& a, const Candidate& b) const {
      if (a.count != b.count) return a.count < b.count;
      const auto [a_left, a_right] = symbols_of(a.key);
      const auto [b_left, b_right] = symbols_of(b.key);
      const int order = (*spellings)[a_left].compare((*spellings)[b_left]);
      return order != 0 ? order > 0 : (*spellings)[a_right] > (*spellings)[b_right];
    }
  };

  static std::uint64_t key_of(Symbol left, Symbol right) {
    return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
  }
  static std::pair<size_t, size_t> symbols_of(std::uint64_t key) { return {key >> 32, key & 0xFFFFFFFF}; }

  Symbol symbol_of(const std::string& spelling) {
    const auto [place, fresh] = symbols_.emplace(spelling, static_cast<Symbol>(spellings_.size()));
    if (fresh) {
      spellings_.push_back(spelling);
      known_.insert(spelling);
    }
    return place->second;
  }

  void add_word(const std::string& word, std::int64_t count) {
    Word& added = words_.emplace_back();
    added.count = count;
    for (size_t i = 0; i < word.size(); ++i) {
      const std::string& byte = byte_stand_in(static_cast<unsigned char>(word[i]));
      added.symbols.push_back(symbol_of(i + 1 < word.size() ? byte : byte + "</w>"));
    }
  }

  /// Adds the word's pairs `sign` times to the counts. Those with the symbol `fresh` note the word (-1: all do).
  void count_pairs(size_t word, std::int64_t sign, Symbol fresh) {
    const Word& of = words_[word];
    for (size_t i = 0; i + 1 < of.symbols.size(); ++i) {
      const Symbol left = of.symbols[i], right = of.symbols[i + 1];
      Pair& pair = pairs_[key_of(left, right)];
      pair.count += sign * of.count;
      changed_.insert(key_of(left, right));
      const bool notes = sign > 0 && (fresh < 0 || left == fresh || right == fresh);
      const auto index = static_cast<std::int32_t>(word);
      if (notes && (pair.words.empty() || pair.words.back() != index)) pair.words.push_back(index);
    }
  }

  void merge(std::uint64_t key) {
    const auto [left, right] = symbols_of(key);
    const auto fresh = static_cast<Symbol>(spellings_.size());
    spellings_.push_back(spellings_[left] + spellings_[right]);
    const std::vector<std::int32_t> places = std::move(pairs_[key].words);
    for (const std::int32_t place : places) {
      const auto word = static_cast<size_t>(place);
      count_pairs(word, -1, fresh);
      replace(words_[word].symbols, static_cast<Symbol>(left), static_cast<Symbol>(right), fresh);
      count_pairs(word, +1, fresh);
    }
    pairs_.erase(key);
    changed_.erase(key);
    for (const std::uint64_t other : changed_) heap_.push({pairs_[other].count, other});
    changed_.clear();
  }

  static void replace(std::vector<Symbol>& symbols, Symbol left, Symbol right, Symbol fresh) {
    size_t kept = 0;
    for (size_t i = 0; i < symbols.size(); ++i) {
      const bool both = symbols[i] == left && i + 1 < symbols.size() && symbols[i + 1] == right;
      symbols[kept++] = both ? fresh : symbols[i];
      if (both) ++i;
    }
    symbols.resize(kept);
  }

  std::vector<Word> words_;
  std::vector<std::string> spellings_;  // by symbol
  std::unordered_map<std::string, Symbol> symbols_;
  std::unordered_set<std::string> known_;
  std::unordered_map<std::uint64_t, Pair> pairs_;
  std::unordered_set<std::uint64_t> changed_;
  std::priority_queue<Candidate, std::vector<Candidate>, Less> heap_;
};

}  // namespace

void BpeTrainer::add(std::string_view caption) {
  for (std::string& word : clip_words(clean_caption(caption))) {
    ++counts_[std::move(word)];
    ++words_;
  }
}

Merges BpeTrainer::train(std::int64_t size, std::int64_t min_count) const {
  if (size < clip_base_tokens)
    fail("a vocabulary of {} tokens: {} or more were expected (256 bytes, 256 that end a word, start and end)", size,
         clip_base_tokens);
  if (counts_.empty()) fail("no words to learn a vocabulary from");
  return Merger(counts_).run(static_cast<size_t>(size - clip_base_tokens), min_count);
}

}  // namespace counterpoint::text
