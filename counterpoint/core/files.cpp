#include "counterpoint/core/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "counterpoint/core/error.h"

namespace counterpoint {
namespace fs = std::filesystem;
namespace {

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) fail("cannot open {}: {}", path.string(), std::strerror(errno));
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// 0, or the errno of the first write that failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

size_t size_of_regular_file(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  if (S_ISDIR(info.st_mode)) fail("{} is a folder; a file was expected", path.string());
  if (!S_ISREG(info.st_mode)) fail("{} is not a file", path.string());
  return static_cast<size_t>(info.st_size);
}

void sync_folder_of(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  ::fsync(descriptor.get());
}

/// A device or pipe: written to, never replaced.
bool is_special(const fs::path& path) {
  std::error_code unseen;
  const fs::file_status status = fs::status(path, unseen);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// What a link points to, also where that is not there yet. A link to a device or pipe stays as it is: what
/// /dev/stdout points to in a pipeline has no path of its own.
fs::path target_of(const fs::path& named) {
  constexpr int most_links = 40;  // as Linux follows
  fs::path path = named;
  std::error_code unseen;  // opening it will say what is wrong
  for (int links = 0; fs::is_symlink(path, unseen) && !is_special(path); ++links) {
    if (links == most_links) fail("cannot write {}: it is a link to a link without end", named.string());
    path = path.parent_path() / fs::read_symlink(path, unseen);
  }
  return path;
}

/// Two runs would mix what they write. Not every file system can lock; the others are trusted.
void lock(int fd, const fs::path& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    fail("{} is being written by another process; wait for it, or choose another folder", path.string());
}

/// Whether this is still the path of the open file.
bool is_path_of(int fd, const fs::path& path) {
  struct stat found {};
  struct stat held {};
  return ::stat(path.c_str(), &found) == 0 && ::fstat(fd, &held) == 0 && found.st_dev == held.st_dev &&
         found.st_ino == held.st_ino;
}

/// An empty file at `path`, locked. It is emptied under the lock: before, another process may be writing it.
int open_alone(const fs::path& path) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    Descriptor file(path, O_WRONLY | O_CREAT);
    lock(file.get(), path);
    if (!is_path_of(file.get(), path)) continue;  // its writer renamed it between our two calls
    if (::ftruncate(file.get(), 0) != 0) fail("cannot shorten {}: {}", path.string(), std::strerror(errno));
    return file.release();
  }
  fail("cannot write {}: other processes go on renaming it", path.string());
}

/// Cuts bytes behind the last newline: what a killed run left of its last line.
void cut_unfinished_line(int fd, const fs::path& path) {
  off_t end = static_cast<off_t>(size_of_regular_file(fd, path));
  for (char last = 0; end > 0; --end) {
    if (::pread(fd, &last, 1, end - 1) != 1) fail("cannot read {}: {}", path.string(), std::strerror(errno));
    if (last == '\n') break;
  }
  if (::ftruncate(fd, end) != 0) fail("cannot shorten {}: {}", path.string(), std::strerror(errno));
}

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  std::string bytes(size_of_regular_file(file.get(), path), '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read {}: {}", path.string(), std::strerror(errno));
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

FileWriter::FileWriter(const fs::path& path) : path_(target_of(path)), aside_(path_) {
  if (is_special(path_)) {
    descriptor_ = Descriptor(path_, O_WRONLY).release();
    return;
  }
  check_writable(path_);
  aside_ += ".partial";
  descriptor_ = open_alone(aside_);
}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  // While it is locked: behind close() it may be another's.
  if (aside_ != path_ && is_path_of(descriptor_, aside_)) ::unlink(aside_.c_str());
  ::close(descriptor_);
}

void FileWriter::fail_with(int problem) const { fail("cannot write {}: {}", path_.string(), std::strerror(problem)); }

void FileWriter::write(std::string_view bytes) {
  if (const int problem = write_all(descriptor_, bytes)) fail_with(problem);
}

void FileWriter::finish() {
  if (aside_ == path_) {
    ::close(std::exchange(descriptor_, -1));
    return;
  }
  if (::fsync(descriptor_) != 0) fail_with(errno);
  if (::rename(aside_.c_str(), path_.c_str()) != 0) fail_with(errno);
  ::close(std::exchange(descriptor_, -1));
  sync_folder_of(path_);
}

void write_file_atomic(const fs::path& path, std::string_view bytes) {
  FileWriter file(path);
  file.write(bytes);
  file.finish();
}

void rename_synced(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    fail("cannot rename {} to {}: {}", from.string(), to.string(), std::strerror(errno));
  sync_folder_of(to);
}

void check_writable(const fs::path& named) {
  const fs::path path = target_of(named);
  if (is_special(path)) return;
  std::error_code unseen;
  if (fs::is_directory(path, unseen)) fail("cannot write {}: it is a folder, a file was expected", path.string());
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  make_dirs(folder);
  if (::access(folder.c_str(), W_OK) != 0) fail("cannot write {}: {}", path.string(), std::strerror(errno));
}

void make_dirs(const fs::path& path) {
  if (fs::exists(path) && !fs::is_directory(path)) fail("{} is a file, a folder was expected", path.string());
  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) fail("cannot create the folder {}: {}", path.string(), problem.message());
}

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  const Descriptor file(path, O_RDONLY);
  size_ = size_of_regular_file(file.get(), path);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) fail("cannot map {}: {}", path.string(), std::strerror(errno));
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::forget(std::span<const std::byte> part) const {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t begin = static_cast<size_t>(part.data() - data_) / page * page;
  const size_t end = static_cast<size_t>(part.data() - data_) + part.size();
  ::madvise(const_cast<std::byte*>(data_ + begin), end - begin, MADV_DONTNEED);
}

LineAppender::LineAppender(const fs::path& path) : path_(path) {
  Descriptor file(path, O_RDWR | O_CREAT | O_APPEND);
  lock(file.get(), path);
  cut_unfinished_line(file.get(), path);
  descriptor_ = file.release();
}

LineAppender::~LineAppender() { ::close(descriptor_); }

void LineAppender::append(std::string_view line) {
  const auto before = static_cast<off_t>(size_of_regular_file(descriptor_, path_));
  std::string whole(line);
  whole.push_back('\n');
  int problem = write_all(descriptor_, whole);
  if (problem == 0 && ::fdatasync(descriptor_) != 0) problem = errno;
  if (problem == 0) return;
  if (::ftruncate(descriptor_, before) != 0) {
  }  // the next run cuts it
  fail("cannot write {}: {}", path_.string(), std::strerror(problem));
}

}  // namespace counterpoint
