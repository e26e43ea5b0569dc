// The stages of a study and what they were made from: a finished stage is not done again unless its inputs changed.
#pragma once
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {

class Stages {
 public:
  using Note = std::function<void(const std::string&)>;
  /// `force`: stages to do again, by name or by what it begins with up to a '/' ("arms" for "arms/pbt-1"). `note`:
  /// told of stages that are made again, and why.
  Stages(std::filesystem::path folder, std::set<std::string> force, Note note = nullptr)
      : root_(std::move(folder)), force_(std::move(force)), note_(std::move(note)) {}

  /// Does the stage unless it is done with the same inputs; FOLDER/NAME is its own. A stage that was begun with the
  /// same inputs goes on in its folder; with other inputs the folder is first set aside, as NAME.before, but what was
  /// not finished never takes the place of what was. Returns a fingerprint of this making of the stage, which later
  /// stages name among their inputs: made anew, they are too.
  std::string run(const std::string& name, const data::Json& inputs,
                  const std::function<void(const std::filesystem::path& folder)>& work);

  std::filesystem::path folder(const std::string& name) const { return root_ / name; }
  std::int64_t done_before() const { return done_before_; }

 private:
  bool forced(const std::string& name) const;
  void set_aside(const std::string& name, bool done, const std::string& why);

  std::filesystem::path root_;
  std::set<std::string> force_;
  Note note_;
  std::int64_t done_before_ = 0;
};

/// Whether `wanted` ("arms", "arms/pbt-1") names the stage or a folder of stages that it is among.
bool names_stage(const std::string& wanted, const std::string& stage);

/// A file or folder that a stage reads, for its inputs: the path and a print of what is in it; "" stays "".
data::Json input_file(const std::filesystem::path& path);

}  // namespace counterpoint::persuasion
