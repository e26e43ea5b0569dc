// The external teacher's features of every caption of a data set (spec 2.1, "External teacher").
//
// One row per caption, since a visit draws one of a picture's captions; a picture's own row is the mean over them.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "counterpoint/protoclip/teacher/caption_set.h"

namespace counterpoint::protoclip {

struct TeacherFeatures {
  std::vector<std::string> keys;        ///< of the samples, in the data set's order
  std::vector<std::int64_t> first_row;  ///< by sample; one more, behind the last
  torch::Tensor rows;             ///< [captions, d] float32, each of length 1 (or 0: a caption without known words)
  std::string source;             ///< "tfidf", or the name of the encoder's folder
  std::uint64_t fingerprint = 0;  ///< of the data set

  /// Of the numbers themselves: another width, encoder or seed gives other clusters.
  std::uint64_t rows_fingerprint() const;

  std::int64_t row_of(std::int64_t sample, std::int64_t caption) const {
    return first_row[static_cast<size_t>(sample)] + caption;
  }
  /// Rows of samples [B] with the caption that was drawn for each: [B, d].
  torch::Tensor rows_of(const std::vector<std::int64_t>& samples, const std::vector<std::int32_t>& captions) const;
  /// The mean of each sample's rows, of length 1 (0 where all are 0), whichever caption is drawn: [B, d].
  torch::Tensor mean_rows_of(const std::vector<std::int64_t>& samples) const;
};

/// A safetensors file: "features" [captions, d], "first_row" [samples + 1], "keys" and "source" (bytes; one key a
/// line), "fingerprint" [1]. Error: not writable, a key with a line break.
void write_teacher(const std::filesystem::path& file, const TeacherFeatures& features);

/// Error: no such file; no file of a teacher.
TeacherFeatures read_teacher(const std::filesystem::path& file);

/// read_teacher, and an Error that says what differs where the file was made from other data: number of samples, the
/// first key or number of captions that differs, or the captions themselves.
TeacherFeatures read_teacher_for(const std::filesystem::path& file, const CaptionSet& captions);

}  // namespace counterpoint::protoclip
