#include "counterpoint/data/fields.h"

#include <algorithm>

namespace counterpoint::data {
namespace {

constexpr int largest_int = 1'000'000'000;

template <class T>
bool holds(const Json& value) {
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  if constexpr (std::is_same_v<T, bool>) return value.is_boolean();
  if constexpr (std::is_same_v<T, double>) return value.is_number();
  if constexpr (std::is_same_v<T, int>)
    return value.is_number_integer() && value >= -largest_int && value <= largest_int;
}

template <class T>
constexpr const char* expected() {
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, double>) return "a number";
  if constexpr (std::is_same_v<T, int>) return "a whole number";
}

std::string path_of(const Where& where) {
  if (!*where.list) return "";
  const std::string before = where.outer ? path_of(*where.outer) : "";
  return fmt::format("{}{}{}[{}]", before, before.empty() ? "" : ".", where.list, where.index);
}

}  // namespace

std::string Where::text() const { return *list ? place.text() + ": " + path_of(*this) : place.text(); }

Fields::Fields(const Json& object, const Where& where, const std::vector<std::string>& known)
    : object_(object), where_(where) {
  if (!object.is_object()) fail("{}: an object was expected, this is {}", where.text(), object.type_name());
  for (const auto& item : object.items())
    if (std::find(known.begin(), known.end(), item.key()) == known.end())
      fail("{}: unknown key '{}'{}", where.text(), item.key(), suggestion(item.key(), known));
}

bool Fields::has(const char* key) const {
  const auto found = object_.find(key);
  return found != object_.end() && !found->is_null();
}

const Json& Fields::at(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) fail("{}: '{}' is missing", where_.text(), key);
  return *found;
}

const Json& Fields::list(const char* key) const {
  const Json& value = at(key);
  if (!value.is_array()) fail("{}: '{}' is {}, a list was expected", where_.text(), key, value.type_name());
  return value;
}

std::vector<std::string> Fields::strings(const char* key) const {
  std::vector<std::string> out;
  for (const Json& item : list(key)) out.push_back(as<std::string>(item, key));
  return out;
}

template <class T>
T Fields::as(const Json& value, const char* key) const {
  if (!holds<T>(value))
    fail("{}: '{}' is {}, {} was expected", where_.text(), key, value.is_number() ? value.dump() : value.type_name(),
         expected<T>());
  return value.get<T>();
}

template std::string Fields::as<std::string>(const Json&, const char*) const;
template bool Fields::as<bool>(const Json&, const char*) const;
template int Fields::as<int>(const Json&, const char*) const;
template double Fields::as<double>(const Json&, const char*) const;

}  // namespace counterpoint::data
