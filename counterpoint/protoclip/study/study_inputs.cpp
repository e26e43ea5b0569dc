#include "counterpoint/protoclip/study/study_inputs.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/pattern.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/teacher/teachers.h"
#include "counterpoint/protoclip/train/run_folder.h"
#include "counterpoint/protoclip/train/stoppable_progress.h"
#include "counterpoint/text/bpe_trainer.h"

namespace counterpoint::protoclip {

namespace fs = std::filesystem;

fs::path open_vocabulary(const fs::path& given, const fs::path& pretrained, const image_text::PairSet& pairs,
                         std::int64_t size, const fs::path& folder) {
  if (!given.empty()) return text::find_clip_vocabulary(given);
  if (!pretrained.empty()) return find_vocabulary(pretrained);
  const fs::path file = folder / fmt::format("{}{:016x}-{}.txt", vocabulary_prefix, pairs.fingerprint(), size);
  if (fs::exists(file)) return file;
  text::BpeTrainer trainer;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (const std::string& caption : pairs.pair(i).captions) trainer.add(caption);
  make_dirs(folder);
  text::write_merges_file(file, trainer.train(size, 2));
  return file;
}

namespace {

/// For a file's name. Two encoders' folders may be called the same.
std::string teacher_label(const std::string& name) {
  if (!fs::exists(name)) return name;
  const fs::path folder = fs::canonical(name);
  return fmt::format("{}-{:08x}", folder.filename().string(), stable_hash(folder.string()) & 0xffffffff);
}

std::shared_ptr<const image_text::PairSet> open_noted(const image_text::DataOptions& data,
                                                      const std::function<void(const std::string&)>& note) {
  auto pairs = std::make_shared<const image_text::PairSet>(image_text::open_pairs(data));
  for (const std::string& line : pairs->notes())
    if (note) note(fmt::format("{}: {}", data.data, line));
  return pairs;
}

}  // namespace

std::string resolved_teacher(const std::string& given) {
  if (given == "tfidf") return given;
  const bool pattern = given.find_first_of("*?[") != std::string::npos;
  const std::string name = pattern ? only_match(given, "teacher", "a text encoder's folder or a teacher file") : given;
  if (!fs::exists(name))
    fail("{}: no such teacher; 'tfidf', a file of 'protoclip teacher' or a text encoder's folder was expected", name);
  return name;
}

TeacherFeatures open_teacher(const std::string& given, const image_text::PairSet& pairs, const fs::path& folder,
                             const std::string& device, const OpenProgress& progress,
                             const std::function<bool()>& stop) {
  const std::string name = resolved_teacher(given);
  const CaptionSet captions = captions_of(pairs);
  if (fs::is_regular_file(name)) return read_teacher_for(name, captions);
  const fs::path file =
      folder / fmt::format("{}{:016x}-{}.safetensors", teacher_prefix, pairs.fingerprint(), teacher_label(name));
  if (fs::exists(file)) return read_teacher_for(file, captions);
  const auto told = progress("teacher", "captions");
  StoppableProgress heard(*told, stop);
  const TeacherFeatures features = make_teacher(captions, name, {.device = device, .progress = &heard});
  told->finish();
  make_dirs(folder);
  write_teacher(file, features);
  return features;
}

std::optional<TeacherFeatures> StudyInputs::teacher(const std::string& name, const std::string& device,
                                                    const OpenProgress& progress,
                                                    const std::function<bool()>& stop) const {
  return name.empty() ? std::nullopt : std::optional(open_teacher(name, *train, folder, device, progress, stop));
}

StudyInputs open_inputs(const ClipStudyConfig& config, const std::function<void(const std::string&)>& note) {
  const auto train = open_noted(config.train, note), test = open_noted(config.test, note);
  fs::path pretrained;  // all arms share one vocabulary, and each checks that it is its model's
  for (const StudyArm& arm : config.arms)
    if (pretrained.empty()) pretrained = arm.train.pretrained;
  const fs::path vocabulary =
      open_vocabulary(config.vocabulary, pretrained, *train, config.vocabulary_size, config.output_dir);
  return {train, test, vocabulary, text::open_clip_tokenizer(vocabulary), config.output_dir};
}

}  // namespace counterpoint::protoclip
