#include "counterpoint/commands/pbt/speakers.h"

#include <cstdio>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"

namespace counterpoint::commands {
namespace {

/// None beside a pipe or a device.
std::unique_ptr<generate::ReplyRecord> record_of(const std::string& output) {
  if (output.empty()) return nullptr;
  check_writable(output);
  if (std::filesystem::exists(output) && !std::filesystem::is_regular_file(output)) return nullptr;
  auto record = std::make_unique<generate::ReplyRecord>(output + ".replies.jsonl");
  if (record->size() > 0)
    std::fprintf(stderr, "Going on from the %lld replies in %s (delete it where a server's model is another now)\n",
                 static_cast<long long>(record->size()), record->path().c_str());
  return record;
}

}  // namespace

Speakers::Speakers(const ModelOptions& models, const ReplyOptions& replies, const std::string& output)
    : replies_(replies), record_(record_of(output)), shelf_(models, record_.get()) {}

void Speakers::tell_failed(const std::vector<Failure>& failures, size_t all, const std::string& what) const {
  if (failures.empty()) return;
  const size_t count = failures.size();
  std::fprintf(stderr, "%s '%s' failed: %s\n", what.c_str(), failures[0].id.c_str(), failures[0].why.c_str());
  if (count == all) fail("all {} {}s failed", all, what);
  std::fprintf(stderr, "%zu of %zu %ss failed and are left out%s\n", count, all, what.c_str(),
               keep() ? "; the same command tries them again" : "");
}

void Speakers::done() {
  if (record_) record_->remove();
}

persuasion::Speaker Speakers::get(const std::string& name, const ModelSpec& spec) {
  generate::ChatModel& model = shelf_.get(spec);
  const bool reads_itself = replies_.answer_model.empty() || replies_.answer_mode == "alias";
  generate::ChatModel& reading = reads_itself ? model : shelf_.get({replies_.answer_model, ""});
  readers_.push_back(persuasion::make_answer_reader(replies_.answer_mode, &reading));
  return {{name, spec.model, spec.adapter}, &model, readers_.back().get()};
}

}  // namespace counterpoint::commands
