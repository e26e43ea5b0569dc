#include "counterpoint/persuasion/run_folder.h"

#include <fmt/ranges.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/fields.h"

namespace counterpoint::persuasion {
namespace {

namespace fs = std::filesystem;
using data::Json;

constexpr const char* command = "pbt generate";

bool belongs_to_others(const fs::path& folder) {
  return holds_other_files(folder, [&](const std::string& name) {
    return name == "trees.jsonl" && fs::is_regular_file(folder / name) && fs::file_size(folder / name) == 0;
  });
}

std::string dotted(std::string pointer) {
  return replace_all(pointer.substr(std::min<size_t>(1, pointer.size())), "/", ".");
}

std::string shown(const Json& value) {
  const std::string text = value.dump();
  return text.size() <= 60 ? text : text.substr(0, 57) + "..";
}

}  // namespace

std::vector<std::string> differences(const Json& there, const Json& now) {
  const Json before = there.flatten(), after = now.flatten();
  std::vector<std::string> out;
  for (const auto& item : before.items()) {
    const auto found = after.find(item.key());
    if (found == after.end())
      out.push_back(fmt::format("{}: {} there, not set now", dotted(item.key()), shown(item.value())));
    else if (*found != item.value())
      out.push_back(fmt::format("{}: {} there, {} now", dotted(item.key()), shown(item.value()), shown(*found)));
  }
  for (const auto& item : after.items())
    if (!before.contains(item.key()))
      out.push_back(fmt::format("{}: not set there, {} now", dotted(item.key()), shown(item.value())));
  return out;
}

RunFolder::RunFolder(const fs::path& folder, const Json& settings, const Json& run) : folder_(folder) {
  make_dirs(folder_);
  if (fs::exists(config_file()))
    check_settings(settings);
  else if (belongs_to_others(folder_))
    fail("{} holds other files and no config.json of 'pbt generate'; choose a new or empty folder", folder_.string());
  lines_ = std::make_unique<LineAppender>(trees_file());  // locks: another run's config.json stays as it is
  const Json config{{"command", command}, {"settings", settings}, {"run", run}};
  write_file_atomic(config_file(), config.dump(2) + "\n");
  read_ids();
}

void RunFolder::check_settings(const Json& settings) const {
  const Json config = data::read_json(config_file());
  const std::string name = config.is_object() && config.contains("command") ? config["command"].dump() : "";
  if (name != Json(command).dump() || !config.contains("settings"))
    fail("{} is not that of 'pbt generate'; choose another folder", config_file().string());
  if (!fs::exists(trees_file()) || fs::file_size(trees_file()) == 0) return;  // nothing was grown with them
  const std::vector<std::string> differ = differences(config["settings"], settings);
  if (differ.empty()) return;
  const size_t shown_count = std::min<size_t>(differ.size(), 4);
  const std::vector<std::string> first(differ.begin(), differ.begin() + static_cast<std::ptrdiff_t>(shown_count));
  const std::string more = differ.size() > shown_count ? fmt::format("; and {} more", differ.size() - shown_count) : "";
  fail("{} holds trees grown with other settings: {}{}. Go on with the same settings or choose another folder",
       folder_.string(), fmt::join(first, "; "), more);
}

void RunFolder::read_ids() {
  data::read_jsonl(trees_file(), [&](const Json& row, const data::RowPlace& place) {
    const data::Fields fields(row, place.text());
    questions_[fields.text("id")] = fields.text("question");
  });
}

std::vector<Question> RunFolder::missing(const std::vector<Question>& questions) const {
  std::vector<Question> out;
  for (const Question& question : questions) {
    const auto found = questions_.find(question.id);
    if (found == questions_.end())
      out.push_back(question);
    else if (found->second != question.question)
      fail(
          "{} has a tree for question '{}' with another text (\"{}\" there, \"{}\" now): the questions are not those "
          "of this folder",
          trees_file().string(), question.id, found->second, question.question);
  }
  return out;
}

void RunFolder::append(const Tree& tree) {
  try {
    lines_->append(data::to_line(to_json(tree)));
  } catch (const Error& error) {
    fail("{}. The {} trees written before are safe; make room and start the same command again to go on", error.what(),
         trees());
  }
  questions_[tree.question.id] = tree.question.question;
}

}  // namespace counterpoint::persuasion
