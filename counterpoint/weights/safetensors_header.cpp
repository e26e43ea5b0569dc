#include "counterpoint/weights/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace {

DType dtype_of(const std::string& name, const std::string& what) {
  using enum DType;
  std::vector<std::string> known;
  for (const DType type : {f32, f16, bf16, f64, i8, u8, i16, i32, i64, boolean}) {
    if (name == dtype_name(type)) return type;
    known.emplace_back(dtype_name(type));
  }
  fail("{}: unknown dtype '{}'{}", what, valid_utf8(name), suggestion(name, known));
}

/// Receives the events of the JSON parser. Which fields are where in the grammar is kept in `depth_` and `field_`.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(std::string where, std::vector<HeaderEntry>& entries) : where_(std::move(where)), entries_(entries) {}

  bool start_object(size_t) override {
    if (in_array_ || depth_ == 2) unexpected("an object");
    ++depth_;
    return true;
  }

  bool key(std::string& name) override {
    if (depth_ == 1) {
      begin_entry(name);
    } else if (!metadata_) {
      begin_field(name);
    }
    return true;
  }

  bool end_object() override {
    if (depth_ == 2 && !metadata_) finish_entry();
    --depth_;
    return true;
  }

  bool start_array(size_t) override {
    if (depth_ != 2 || metadata_ || in_array_ || !(field_ == "shape" || field_ == "data_offsets")) unexpected("a list");
    in_array_ = true;
    return true;
  }

  bool end_array() override {
    in_array_ = false;
    return true;
  }

  bool string(std::string& text) override {
    if (depth_ != 2 || in_array_) unexpected("a text");
    if (metadata_) return true;
    if (field_ != "dtype") unexpected("a text");
    entry_.dtype = dtype_of(text, what());
    return true;
  }

  bool number_unsigned(std::uint64_t number) override {
    if (!in_array_) unexpected("a number");
    if (field_ == "shape") {
      if (number > (std::uint64_t{1} << 60)) fail("{}: a dimension is {}", what(), number);
      if (entry_.shape.size() == 8) fail("{}: more than 8 dimensions", what());
      entry_.shape.push_back(static_cast<std::int64_t>(number));
    } else {
      if (offsets_.size() == 2) fail("{}: more than two data_offsets", what());
      offsets_.push_back(number);
    }
    return true;
  }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("true or false"); }
  bool number_integer(std::int64_t) override { unexpected("a negative number"); }
  bool number_float(double, const std::string&) override { unexpected("a fraction"); }
  bool binary(binary_t&) override { unexpected("binary data"); }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fail("{}: the header is damaged: no JSON at its byte {}", where_, position);
  }

 private:
  [[noreturn]] void unexpected(std::string_view found) { fail("{}: {} stands where it cannot be", what(), found); }

  std::string what() const { return key_.empty() ? where_ : fmt::format("{}: '{}'", where_, key_); }

  void begin_entry(const std::string& name) {
    check_name(name, where_);
    if (!seen_.insert(name).second) fail("{}: '{}' is there twice", where_, name);
    key_ = name;
    metadata_ = name == "__metadata__";
    entry_ = HeaderEntry();
    entry_.name = name;
    offsets_.clear();
    fields_.clear();
  }

  void begin_field(const std::string& name) {
    const std::vector<std::string> known{"dtype", "shape", "data_offsets"};
    if (std::ranges::find(known, name) == known.end())
      fail("{}: unknown key '{}'{}", what(), valid_utf8(name), suggestion(name, known));
    if (std::ranges::find(fields_, name) != fields_.end()) fail("{}: '{}' is there twice", what(), name);
    fields_.push_back(name);
    field_ = name;
  }

  void finish_entry() {
    if (fields_.size() != 3 || offsets_.size() != 2)
      fail("{}: dtype, shape and two data_offsets were expected", what());
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    entries_.push_back(std::move(entry_));
  }

  std::string where_;
  std::vector<HeaderEntry>& entries_;
  std::unordered_set<std::string> seen_;
  int depth_ = 0;  // 1: among the tensors; 2: within one
  bool in_array_ = false, metadata_ = false;
  std::string key_, field_;
  HeaderEntry entry_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::string> fields_;
};

}  // namespace

std::vector<HeaderEntry> parse_safetensors_header(std::string_view json, const std::string& where) {
  std::vector<HeaderEntry> entries;
  HeaderReader reader(where, entries);
  nlohmann::json::sax_parse(json, &reader);
  return entries;
}

}  // namespace counterpoint::weights
