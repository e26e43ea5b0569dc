#include "counterpoint/persuasion/study/stages.h"

#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

std::filesystem::path record_of(const std::filesystem::path& folder) { return folder / "stage.json"; }

void write_record(const std::filesystem::path& folder, const data::Json& inputs, bool done) {
  write_file_atomic(record_of(folder), data::Json{{"inputs", inputs}, {"done", done}}.dump(2) + "\n");
}

}  // namespace

bool Stages::forced(const std::string& name) {
  for (const std::string& wanted : {name, name.substr(0, name.find('/'))})
    if (force_.contains(wanted)) {
      used_.insert(wanted);
      return true;
    }
  return false;
}

std::set<std::string> Stages::unused_force() const {
  std::set<std::string> out;
  for (const std::string& name : force_)
    if (!used_.contains(name)) out.insert(name);
  return out;
}

std::string Stages::run(const std::string& name, const data::Json& inputs,
                        const std::function<void(const std::filesystem::path&)>& work) {
  const std::filesystem::path own = folder(name);
  bool same = false, done = false;
  if (std::filesystem::exists(record_of(own))) {
    const data::Json record = data::read_json(record_of(own));
    same = record.value("inputs", data::Json()) == inputs;
    done = record.value("done", false);
  }
  const bool anew = !same || forced(name);
  if (done && !anew) {
    ++done_before_;
  } else {
    if (anew) std::filesystem::remove_all(own);
    make_dirs(own);
    write_record(own, inputs, false);
    work(own);
    write_record(own, inputs, true);
  }
  return fmt::format("{:016x}", stable_hash(name + data::to_line(inputs)));
}

}  // namespace counterpoint::persuasion
