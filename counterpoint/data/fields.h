// Strict reading of JSON objects: a key that is missing, unknown or of another type is an Error that names its place.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::data {

/// Where in a row we are, written out only when something is wrong there: "trees.jsonl:3: nodes[2].prompt[0]".
struct Where {
  const RowPlace& place;
  const char* list = "";  ///< empty: the row itself
  size_t index = 0;
  const Where* outer = nullptr;

  std::string text() const;
};

/// A JSON object of which every key is known. Refers to what it is given.
class Fields {
 public:
  /// Error: not an object; a key that is not in `known`, with the nearest one that is.
  Fields(const Json& object, const Where& where, const std::vector<std::string>& known);

  /// There, and not null.
  bool has(const char* key) const;
  const Json& at(const char* key) const;
  const Json& list(const char* key) const;
  std::vector<std::string> strings(const char* key) const;

  /// T: std::string, bool, int or double.
  template <class T>
  T get(const char* key) const {
    return as<T>(at(key), key);
  }

  /// `value`, which belongs to `key`, as a T.
  template <class T>
  T as(const Json& value, const char* key) const;

 private:
  const Json& object_;
  const Where& where_;
};

}  // namespace counterpoint::data
