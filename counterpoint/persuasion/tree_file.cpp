// Parsing JSON takes nearly all the time of reading trees, so lines are parsed side by side and handed on in order.
#include "counterpoint/persuasion/tree_file.h"

#include <algorithm>
#include <future>
#include <optional>
#include <thread>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

constexpr size_t lines_per_task = 64;

struct Line {
  std::string_view text;
  data::RowPlace place;
  bool finished = true;  ///< its newline is there
};

struct Parsed {
  data::RowPlace place;
  bool finished = true;
  std::optional<Tree> tree;
  std::string problem;  ///< where `tree` is not there
};

Parsed parse(const Line& line) {
  Parsed parsed{line.place, line.finished, std::nullopt, ""};
  try {
    parsed.tree = tree_from_json(data::parse_row(line.text, line.place), line.place);
  } catch (const Error& error) {
    parsed.problem = error.what();
  }
  return parsed;
}

std::vector<Parsed> parse_all(const std::vector<Line>& lines) {
  std::vector<Parsed> parsed(lines.size());
  std::transform(lines.begin(), lines.end(), parsed.begin(), parse);
  return parsed;
}

/// Cuts a file into lines, a task's worth at a time.
class LineCutter {
 public:
  LineCutter(std::string_view bytes, const std::filesystem::path& path) : bytes_(bytes), place_{path, 0} {}

  std::vector<Line> next() {
    std::vector<Line> lines;
    while (begin_ < bytes_.size() && lines.size() < lines_per_task) {
      const size_t newline = bytes_.find('\n', begin_);
      const bool finished = newline != std::string_view::npos;
      const std::string_view text = trim(bytes_.substr(begin_, finished ? newline - begin_ : newline));
      begin_ = finished ? newline + 1 : bytes_.size();
      ++place_.line;
      if (!text.empty()) lines.push_back({text, place_, finished});
    }
    return lines;
  }

 private:
  std::string_view bytes_;
  data::RowPlace place_;
  size_t begin_ = 0;
};

}  // namespace

std::filesystem::path trees_file_of(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "trees.jsonl" : path;
}

TreeFileReport read_trees(const std::filesystem::path& path,
                          const std::function<void(Tree&&, const data::RowPlace&)>& use,
                          const TreeFileSettings& settings) {
  const std::filesystem::path trees = trees_file_of(path);
  const MappedFile file(trees);
  LineCutter cutter({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, trees);
  const size_t threads = settings.threads > 0 ? static_cast<size_t>(settings.threads)
                                              : std::max<size_t>(1, std::thread::hardware_concurrency());
  TreeFileReport report;
  const auto take = [&](Parsed&& parsed) {
    if (parsed.tree) {
      ++report.trees;
      use(std::move(*parsed.tree), parsed.place);
    } else if (!parsed.finished) {
      report.unfinished = parsed.place.text();
    } else if (settings.skip_bad) {
      report.damaged.push_back(std::move(parsed.problem));
    } else {
      fail("{}{}", parsed.problem, settings.hint);
    }
  };
  std::vector<std::future<std::vector<Parsed>>> tasks;
  do {
    tasks.clear();
    for (size_t i = 0; i < threads; ++i)
      if (std::vector<Line> lines = cutter.next(); !lines.empty())
        tasks.push_back(std::async(std::launch::async, parse_all, std::move(lines)));
    for (auto& task : tasks)
      for (Parsed& parsed : task.get()) take(std::move(parsed));
  } while (!tasks.empty());
  return report;
}

}  // namespace counterpoint::persuasion
