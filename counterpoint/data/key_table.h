// Configuration files: keys bound to what they set; a key that is not bound is refused with the nearest right name.
#pragma once
#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "counterpoint/data/fields.h"

namespace counterpoint::data {
namespace key_table {

inline void take(const Fields& fields, const std::string& key, std::string& to) { to = fields.text(key); }
inline void take(const Fields& fields, const std::string& key, std::filesystem::path& to) { to = fields.text(key); }
inline void take(const Fields& fields, const std::string& key, double& to) { to = fields.number(key); }
inline void take(const Fields& fields, const std::string& key, bool& to) { to = fields.flag(key); }
template <std::integral Whole>
void take(const Fields& fields, const std::string& key, Whole& to) {
  const std::int64_t number = fields.whole(key);
  if (!std::in_range<Whole>(number)) fields.wrong(key, "is out of range: " + std::to_string(number));
  to = static_cast<Whole>(number);
}
template <class Value>
void take(const Fields& fields, const std::string& key, std::optional<Value>& to) {
  take(fields, key, to.emplace());
}
/// One text will do for a list of one.
inline void take(const Fields& fields, const std::string& key, std::vector<std::string>& to) {
  to = fields.at(key).is_string() ? std::vector<std::string>{fields.text(key)} : fields.texts(key);
}
inline void take(const Fields& fields, const std::string& key, std::vector<std::uint64_t>& to) {
  to.clear();
  const Json one = Json::array({fields.at(key)});
  for (const Json& number : fields.at(key).is_array() ? fields.at(key) : one) {
    if (!number.is_number_unsigned()) fields.wrong(key, "holds what is no whole number");
    to.push_back(number.get<std::uint64_t>());
  }
}

}  // namespace key_table

/// A table of keys, each bound to what it sets; reading refuses keys that are not bound.
class KeyTable {
 public:
  template <class Value>
  KeyTable& bind(const std::string& key, Value& to) {
    return add(key, [&to](const Fields& fields, const std::string& name) { key_table::take(fields, name, to); });
  }
  KeyTable& bind(const std::string& key, KeyTable inner) {
    return add(key, [inner = std::move(inner)](const Fields& fields, const std::string& name) {
      inner.read(fields.object(name), fields.where(name));
    });
  }

  void read(const Json& json, const std::string& where) const {
    const Fields fields(json, where);
    fields.only(keys_);
    for (const auto& [key, set] : set_)
      if (fields.has(key)) set(fields, key);
  }

 private:
  using Set = std::function<void(const Fields&, const std::string& key)>;
  KeyTable& add(const std::string& key, Set set) {
    keys_.push_back(key);
    set_[key] = std::move(set);
    return *this;
  }

  std::vector<std::string> keys_;
  std::map<std::string, Set> set_;
};

}  // namespace counterpoint::data
