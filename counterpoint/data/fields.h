// Reading the keys of one JSON object, with messages that say which key was wrong and what was expected.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::data {

/// A JSON object and where it stands ("tree.json: turns[2]"; "" where the caller adds the place). Every getter fails
/// with "WHERE: 'key' is missing" or "WHERE: 'key' is a number, a text was expected".
class Fields {
 public:
  /// Error: `object` is no JSON object. It must outlive this.
  Fields(const Json& object, std::string where);

  /// Error: a key that is not in `known`, with the nearest right name. A null is as good as nothing, as in has().
  const Fields& only(const std::vector<std::string>& known) const;

  /// The key is there and not null.
  bool has(const std::string& key) const;
  const Json& at(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  bool flag(const std::string& key) const;
  std::int64_t whole(const std::string& key) const;
  /// A whole number from `lowest` to a million: a count, an index.
  int small_whole(const std::string& key, int lowest = 0) const;
  double number(const std::string& key) const;
  /// The named list or object, whose own messages begin with where it stands.
  const Json& list(const std::string& key) const;
  const Json& object(const std::string& key) const;

  /// Where a part of this object stands: "tree.json: turns[2].roles".
  std::string where(const std::string& key) const;
  [[noreturn]] void wrong(const std::string& key, const std::string& problem) const;

 private:
  const Json& expect(const std::string& key, bool right, const char* expected) const;

  const Json& object_;
  std::string where_;
};

/// "the keys 'a', 'b'", for messages; "no object", "no keys".
std::string keys_of(const Json& value);

}  // namespace counterpoint::data
