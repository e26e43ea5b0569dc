// What all arms of a study share: pairs, vocabulary, teachers.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "counterpoint/core/open_progress.h"
#include "counterpoint/protoclip/study/clip_study_config.h"
#include "counterpoint/protoclip/teacher/teacher_file.h"
#include "counterpoint/text/clip_tokenizer.h"

namespace counterpoint::protoclip {

struct StudyInputs {
  std::shared_ptr<const image_text::PairSet> train, test;
  std::filesystem::path vocabulary;
  text::ClipTokenizer tokenizer;
  std::filesystem::path folder;  ///< of the study: teachers are kept there

  /// nullopt for "". Made once, on `device`, and kept as a file; as open_teacher.
  std::optional<TeacherFeatures> teacher(const std::string& name, const std::string& device,
                                         const OpenProgress& progress, const std::function<bool()>& stop) const;
};

/// Opens both sets, learns the vocabulary where none is named. `note`: what was left out of a set. Error: as the
/// readers'.
StudyInputs open_inputs(const ClipStudyConfig& config, const std::function<void(const std::string&)>& note);

/// "tfidf", or the path that `given` names or matches. Error: nothing is there.
std::string resolved_teacher(const std::string& given);

/// `given`: "tfidf", a text encoder's folder (a pattern that matches one will do), or a file that 'protoclip teacher'
/// wrote. What must be made is made on `device` and kept in `folder`, and `progress` tells how far it is. Throws
/// Interrupted where `stop` says so. Error: a file of other data.
TeacherFeatures open_teacher(const std::string& given, const image_text::PairSet& pairs,
                             const std::filesystem::path& folder, const std::string& device,
                             const OpenProgress& progress, const std::function<bool()>& stop);

/// The vocabulary's file: `given`, or the one beside the model `pretrained`, or, without either, one learned from the
/// captions and kept in `folder`. Error: no such file; none beside the model.
std::filesystem::path open_vocabulary(const std::filesystem::path& given, const std::filesystem::path& pretrained,
                                      const image_text::PairSet& pairs, std::int64_t size,
                                      const std::filesystem::path& folder);

}  // namespace counterpoint::protoclip
