// The two external teachers: TF-IDF of the captions, and a text encoder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "counterpoint/core/progress.h"
#include "counterpoint/protoclip/teacher/caption_set.h"
#include "counterpoint/protoclip/teacher/teacher_file.h"

namespace counterpoint::protoclip {

struct TeacherOptions {
  std::int64_t dim = 64;          ///< at most this; fewer where the captions give fewer
  std::uint64_t seed = 0;         ///< of the SVD's start
  std::int64_t most_tokens = 77;  ///< of a caption for the text encoder, as in the released code
  std::string device = "cpu";     ///< of the text encoder: or "cuda", "cuda:N"
  ProgressSink* progress = nullptr;
};

/// TF-IDF, truncated SVD to `dim`, rows L2-normalised.
TeacherFeatures tfidf_teacher(const CaptionSet& captions, const TeacherOptions& options = {});

/// Mean over real tokens, L2-normalised, PCA to `dim`, L2-normalised again. Error: no encoder in `model`.
TeacherFeatures encoder_teacher(const CaptionSet& captions, const std::filesystem::path& model,
                                const TeacherOptions& options = {});

/// What `name` says: "tfidf", or a Hugging Face folder.
TeacherFeatures make_teacher(const CaptionSet& captions, const std::string& name, const TeacherOptions& options = {});

}  // namespace counterpoint::protoclip
