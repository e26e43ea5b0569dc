// A file of what models have said, so that work which is done again from its beginning, since it was killed, say, is
// told at once what had been said before.
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <unordered_map>

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::generate {

class ReplyRecord {
 public:
  /// Reads what an earlier run has left in `path`; lines that are damaged are left out. Nothing is made yet.
  explicit ReplyRecord(std::filesystem::path path);
  /// Writes what is not written yet, if it can.
  ~ReplyRecord();
  ReplyRecord(const ReplyRecord&) = delete;
  ReplyRecord& operator=(const ReplyRecord&) = delete;

  /// A reply of this run or an earlier one, null: none. `key` tells requests apart: model, messages and all.
  const data::Json* find(std::uint64_t key) const;
  /// It is in the file within a second or two: a kill loses no more. Error: no space, no permission, another process
  /// writes to the file.
  void add(std::uint64_t key, data::Json reply);

  std::int64_t size() const { return std::ssize(replies_); }
  const std::filesystem::path& path() const { return path_; }

  /// The work is done: removes the file.
  void remove();

 private:
  void flush();

  std::filesystem::path path_;
  std::optional<LineAppender> lines_;
  std::string unwritten_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
  std::unordered_map<std::uint64_t, data::Json> replies_;
};

}  // namespace counterpoint::generate
