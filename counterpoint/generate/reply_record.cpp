#include "counterpoint/generate/reply_record.h"

#include <fmt/format.h>

#include <charconv>

#include "counterpoint/core/error.h"

namespace counterpoint::generate {
namespace {

/// Each write waits for the disk, and a fast model gives a hundred replies a second.
constexpr std::chrono::seconds between_writes{1};

std::optional<std::uint64_t> key_of(const data::Json& row) {
  if (!row.is_object() || !row.contains("key") || !row["key"].is_string() || !row.contains("reply")) return {};
  const std::string& text = row["key"].get_ref<const std::string&>();
  std::uint64_t key = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), key, 16);
  if (problem != std::errc{} || end != text.data() + text.size()) return {};
  return key;
}

}  // namespace

ReplyRecord::ReplyRecord(std::filesystem::path path) : path_(std::move(path)) {
  if (!std::filesystem::exists(path_)) return;
  const auto row = [this](const data::Json& one, const data::RowPlace&) {
    if (const auto key = key_of(one)) replies_[*key] = one["reply"];
  };
  data::read_jsonl(path_, row, [](const data::RowPlace&, const std::string&) {});
}

const data::Json* ReplyRecord::find(std::uint64_t key) const {
  const auto found = replies_.find(key);
  return found == replies_.end() ? nullptr : &found->second;
}

ReplyRecord::~ReplyRecord() {
  try {
    flush();
  } catch (const Error&) {
  }  // these are asked for again
}

void ReplyRecord::add(std::uint64_t key, data::Json reply) {
  unwritten_ += data::to_line({{"key", fmt::format("{:016x}", key)}, {"reply", reply}}) + "\n";
  replies_[key] = std::move(reply);
  if (std::chrono::steady_clock::now() - written_ >= between_writes) flush();
}

void ReplyRecord::flush() {
  if (unwritten_.empty()) return;
  if (!lines_) lines_.emplace(path_);
  lines_->append(std::string_view(unwritten_).substr(0, unwritten_.size() - 1));
  unwritten_.clear();
  written_ = std::chrono::steady_clock::now();
}

void ReplyRecord::remove() {
  unwritten_.clear();
  lines_.reset();
  std::filesystem::remove(path_);
  replies_.clear();
}

}  // namespace counterpoint::generate
