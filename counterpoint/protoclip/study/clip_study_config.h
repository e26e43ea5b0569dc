// What a study of ProtoCLIP does, read from a TOML file: data, arms, seeds, evaluations. docs/formats.md describes it.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "counterpoint/data/image_text/pair_set.h"
#include "counterpoint/data/key_table.h"
#include "counterpoint/protoclip/train/periodic_evaluation.h"
#include "counterpoint/protoclip/train/train_settings.h"

namespace counterpoint::protoclip {

struct StudyArm {
  std::string name;
  TrainSettings train;
  std::string teacher;  ///< "": none; tfidf, a file of 'protoclip teacher', or a text encoder's folder
};

struct ClipStudyConfig {
  std::string title = "ProtoCLIP";
  std::filesystem::path output_dir;
  std::string base;  ///< the arm with which gains are told; "" = the first
  std::vector<std::uint64_t> seeds{0, 1, 2};
  image_text::DataOptions train, test;
  std::string keywords;  ///< labels: a file or a number of words; "" = the sets' own
  std::vector<std::string> templates;
  std::filesystem::path vocabulary;  ///< "" = learned from the training captions
  std::int64_t vocabulary_size = 2048;
  std::vector<std::string> evaluations;  ///< empty = all that the sets can serve
  EvaluationFrequencies frequencies;     ///< of evaluations during training
  std::vector<StudyArm> arms;            ///< in the file's order
};

/// Binds the keys of a [train] or [arms.NAME] table, which are the options' names with '_' for '-'.
data::KeyTable train_keys(TrainSettings& settings, std::string& teacher);

/// Error: the file, the key, and what was expected; an unknown key with the nearest right name.
ClipStudyConfig load_clip_study(const std::filesystem::path& file);

}  // namespace counterpoint::protoclip
