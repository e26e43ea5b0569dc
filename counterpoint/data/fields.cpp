#include "counterpoint/data/fields.h"

#include <algorithm>

#include "counterpoint/core/error.h"

namespace counterpoint::data {
namespace {

std::string article(const std::string& type) {
  if (type == "null" || type == "boolean") return type;
  return (type == "object" || type == "array" ? "an " : "a ") + type;
}

/// What a value is, short enough for a message.
std::string described(const Json& value) {
  if (value.is_number() || value.is_boolean()) return value.dump();
  return article(value.type_name());
}

}  // namespace

Fields::Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (object.is_object()) return;
  const std::string prefix = where_.empty() ? "" : where_ + ": ";
  fail("{}an object {{..}} was expected, this is {}", prefix, described(object));
}

const Fields& Fields::only(const std::vector<std::string>& known) const {
  for (const auto& item : object_.items())
    if (!item.value().is_null() && std::find(known.begin(), known.end(), item.key()) == known.end())
      fail("{}unknown key '{}'{}", where_.empty() ? "" : where_ + ": ", item.key(), suggestion(item.key(), known));
  return *this;
}

bool Fields::has(const std::string& key) const {
  const auto found = object_.find(key);
  return found != object_.end() && !found->is_null();
}

const Json& Fields::at(const std::string& key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) wrong(key, "is missing");
  return *found;
}

std::string Fields::text(const std::string& key) const {
  return expect(key, at(key).is_string(), "a text").get<std::string>();
}

std::vector<std::string> Fields::texts(const std::string& key) const {
  const Json& items = list(key);
  const bool right = std::all_of(items.begin(), items.end(), [](const Json& item) { return item.is_string(); });
  if (!right) wrong(key, "holds something else than texts");
  return items.get<std::vector<std::string>>();
}

bool Fields::flag(const std::string& key) const {
  return expect(key, at(key).is_boolean(), "true or false").get<bool>();
}

std::int64_t Fields::whole(const std::string& key) const {
  return expect(key, at(key).is_number_integer(), "a whole number").get<std::int64_t>();
}

int Fields::small_whole(const std::string& key, int lowest) const {
  const std::int64_t value = whole(key);
  if (value < lowest || value > 1'000'000) wrong(key, fmt::format("is {}, out of range", value));
  return static_cast<int>(value);
}

double Fields::number(const std::string& key) const {
  return expect(key, at(key).is_number(), "a number").get<double>();
}

const Json& Fields::list(const std::string& key) const { return expect(key, at(key).is_array(), "a list [..]"); }

const Json& Fields::object(const std::string& key) const { return expect(key, at(key).is_object(), "an object {..}"); }

std::string Fields::where(const std::string& key) const {
  if (where_.empty()) return key;
  return where_ + (where_.ends_with(']') || where_.find(": ") != std::string::npos ? "." : ": ") + key;
}

void Fields::wrong(const std::string& key, const std::string& problem) const {
  fail("{}'{}' {}", where_.empty() ? "" : where_ + ": ", key, problem);
}

const Json& Fields::expect(const std::string& key, bool right, const char* expected) const {
  const Json& value = at(key);
  if (!right) wrong(key, fmt::format("is {}, {} was expected", described(value), expected));
  return value;
}

std::string keys_of(const Json& value) {
  if (!value.is_object()) return "no object";
  std::string keys;
  for (const auto& item : value.items()) keys += (keys.empty() ? "'" : ", '") + item.key() + "'";
  return keys.empty() ? "no keys" : "the keys " + keys;
}

}  // namespace counterpoint::data
