#include "counterpoint/persuasion/study/stages.h"

#include <random>

#include "counterpoint/core/file_print.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

std::filesystem::path record_of(const std::filesystem::path& folder) { return folder / "stage.json"; }

/// What a stage was made from; `made` tells one making of it from another.
struct Record {
  data::Json inputs;
  std::string made;
  bool done = false;
};

Record read_record(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(record_of(folder))) return {};
  const data::Json json = data::read_json(record_of(folder));
  return {json.value("inputs", data::Json()), json.value("made", std::string()), json.value("done", false)};
}

void write_record(const std::filesystem::path& folder, const Record& record) {
  const data::Json json{{"inputs", record.inputs}, {"made", record.made}, {"done", record.done}};
  write_file_atomic(record_of(folder), json.dump(2) + "\n");
}

/// ", as 'seed' and 'tree' are others"; "" where nothing is.
std::string changed_inputs(const data::Json& then, const data::Json& now) {
  std::string names;
  for (const auto& item : now.items())
    if (!then.is_object() || !then.contains(item.key()) || then.at(item.key()) != item.value())
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", item.key());
  return names.empty() ? "" : fmt::format(" (changed: {})", names);
}

std::string new_mark() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

data::Json input_file(const std::filesystem::path& path) {
  if (path.empty()) return "";
  return {path.string(), fmt::format("{:016x}", file_print(path))};
}

void Stages::set_aside(const std::string& name, bool done, const std::string& why) {
  const std::filesystem::path own = folder(name), aside = own.string() + ".before";
  const bool keeps_older = !done && std::filesystem::exists(aside);
  std::filesystem::remove_all(keeps_older ? own : aside);
  if (!keeps_older) std::filesystem::rename(own, aside);
  if (note_)
    note_(fmt::format("{} is made again{}; {}", name, why,
                      keeps_older ? fmt::format("{} stays as it is, what was begun since is removed", aside.string())
                                  : fmt::format("what was there is in {}", aside.string())));
}

void Stages::make_again(const std::string& name) {
  if (std::filesystem::exists(folder(name))) set_aside(name, read_record(folder(name)).done, "");
}

std::string Stages::run(const std::string& name, const data::Json& inputs,
                        const std::function<void(const std::filesystem::path&)>& work) {
  const std::filesystem::path own = folder(name);
  Record record = read_record(own);
  if (record.inputs != inputs) {
    if (std::filesystem::exists(own)) set_aside(name, record.done, changed_inputs(record.inputs, inputs));
    record = {.inputs = inputs, .made = new_mark()};
  }
  if (record.done) {
    ++done_before_;
  } else {
    make_dirs(own);
    write_record(own, record);
    work(own);
    record.done = true;
    write_record(own, record);
  }
  return fmt::format("{:016x}", stable_hash(name + record.made + data::to_line(inputs)));
}

}  // namespace counterpoint::persuasion
