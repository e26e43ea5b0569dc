// Reading and writing files so that a crash loses nothing that was whole before.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace counterpoint {

/// The whole file as bytes. Error: missing, a folder, unreadable.
std::string read_file(const std::filesystem::path& path);

/// Writes aside (PATH.partial), fsyncs, renames over `path`. Error: no space, no permission.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

/// Renames a file or folder so that it stays renamed after a crash. Error: another file system, no permission.
void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to);

/// Before long work whose result goes to `path`: makes its folder. Error: no file can be written there.
void check_writable(const std::filesystem::path& path);

/// A file that is written piece by piece: aside (PATH.partial), and over `path` when it is finished. Destroyed before,
/// it leaves nothing. Of a link, what it points to; a device or pipe is written to as it is. The folder is made where
/// it is missing. Error: no space, no permission, another process writes it (PATH.partial is locked meanwhile).
class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::string_view bytes);
  /// Fsyncs and renames.
  void finish();

 private:
  [[noreturn]] void fail_with(int problem) const;

  std::filesystem::path path_, aside_;
  int descriptor_ = -1;
};

/// Creates the folder and its parents. Error: a file stands there, no permission.
void make_dirs(const std::filesystem::path& path);

/// A file mapped read-only into memory. Pages are read when touched.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

  /// Tells the system that these bytes are not needed for now, so that they stop counting as our memory.
  void forget(std::span<const std::byte> part) const;

 private:
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// Appends whole lines to a file; each line is written with one call and fsynced, so that a kill loses at most the
/// line in flight. An unfinished last line of an earlier run is cut off when the file is opened.
class LineAppender {
 public:
  /// Creates the file where there is none. Error: it cannot be opened, or another process appends to it (the file is
  /// locked until this object is gone).
  explicit LineAppender(const std::filesystem::path& path);
  ~LineAppender();
  LineAppender(const LineAppender&) = delete;
  LineAppender& operator=(const LineAppender&) = delete;

  /// `line` without its newline. Error: no space left (the unfinished line is cut off again).
  void append(std::string_view line);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace counterpoint
