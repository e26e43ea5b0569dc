// The file of merges that CLIP's vocabulary is kept in, gzipped or not.
#include <zlib.h>

#include <memory>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/bpe_trainer.h"
#include "counterpoint/text/tokenizer_json.h"

namespace counterpoint::text {
namespace {

/// CLIP's file goes on behind the merges that its vocabulary has.
constexpr size_t most_merges = 49152 - 256 - 2;
constexpr size_t largest_file = size_t{1} << 26;
constexpr std::string_view title = "#version: 0.2";

/// Plain files pass unchanged.
std::string unzipped(const std::filesystem::path& path) {
  std::string out;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (!file) fail("{}: cannot be opened", path.string());
  char buffer[1 << 14];
  int got = 0;
  while ((got = gzread(file.get(), buffer, sizeof buffer)) > 0 && out.size() < largest_file)
    out.append(buffer, static_cast<size_t>(got));
  int problem = Z_OK;
  const char* message = gzerror(file.get(), &problem);
  if (got < 0 || problem != Z_OK) fail("{}: damaged gzip data: {}", path.string(), message);
  return out;
}

std::string zipped(std::string_view text) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    fail("zlib cannot be started");
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  COUNTERPOINT_ASSERT(result == Z_STREAM_END);
  return out;
}

}  // namespace

void write_merges_file(const std::filesystem::path& file, const Merges& merges) {
  // No line break at the end: other readers of this form would take an empty last line for a merge.
  std::string text(title);
  for (const auto& [left, right] : merges) text += "\n" + left + " " + right;
  write_file_atomic(file, file.extension() == ".gz" ? zipped(text) : text);
}

Merges read_merges_file(const std::filesystem::path& file) {
  const std::vector<std::string> lines = split(unzipped(file), '\n');
  if (lines.front().find("#version") == std::string::npos)
    fail("{}: not a file of merges: '#version: 0.2' was expected in its first line", file.string());
  Merges merges;
  for (size_t line = 1; line < lines.size() && merges.size() < most_merges; ++line) {
    std::string_view text = lines[line];
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!text.empty()) merges.push_back(merge_of(text, merges.size(), file.string()));
  }
  return merges;
}

}  // namespace counterpoint::text
