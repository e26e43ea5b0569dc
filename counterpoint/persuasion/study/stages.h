// The stages of a study and what they were made from: a finished stage is not done again unless its inputs changed.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {

class Stages {
 public:
  using Note = std::function<void(const std::string&)>;
  /// `note`: told of stages that are made again, and why.
  explicit Stages(std::filesystem::path folder, Note note = nullptr)
      : root_(std::move(folder)), note_(std::move(note)) {}

  /// Sets aside the stage, where it was begun: run() makes it again. Before any work, so that a study which is stopped
  /// then and started again makes the rest of such stages, too.
  void make_again(const std::string& name);

  /// Does the stage unless it is done with the same inputs; FOLDER/NAME is its own. A stage that was begun with the
  /// same inputs goes on in its folder; with other inputs the folder is first set aside, as NAME.before, but what was
  /// not finished never takes the place of what was. Returns a fingerprint of this making of the stage, which later
  /// stages name among their inputs: made anew, they are too.
  std::string run(const std::string& name, const data::Json& inputs,
                  const std::function<void(const std::filesystem::path& folder)>& work);

  std::filesystem::path folder(const std::string& name) const { return root_ / name; }
  std::int64_t done_before() const { return done_before_; }

 private:
  void set_aside(const std::string& name, bool done, const std::string& why);

  std::filesystem::path root_;
  Note note_;
  std::int64_t done_before_ = 0;
};

/// A file or folder that a stage reads, for its inputs: the path and a print of what is in it; "" stays "".
data::Json input_file(const std::filesystem::path& path);

}  // namespace counterpoint::persuasion
