#include "counterpoint/protoclip/teacher/teacher_file.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/grouped_mean.h"
#include "counterpoint/protoclip/losses.h"
#include "counterpoint/protoclip/tensor_file.h"

namespace counterpoint::protoclip {
namespace {

void check(const TeacherFeatures& features, const std::string& where) {
  const auto& first = features.first_row;
  const bool fits = first.size() == features.keys.size() + 1 && first.front() == 0 &&
                    std::is_sorted(first.begin(), first.end()) && first.back() == features.rows.size(0);
  if (!fits)
    fail("{}: {} samples with {} rows of features do not fit its table of first rows", where, features.keys.size(),
         features.rows.size(0));
}

std::int64_t captions_of_sample(const std::vector<std::int64_t>& first_row, size_t sample) {
  return first_row[sample + 1] - first_row[sample];
}

/// In what a set differs from that which the file was made of.
std::string difference(const TeacherFeatures& features, const CaptionSet& captions) {
  for (size_t i = 0; i < std::min(features.keys.size(), captions.keys.size()); ++i) {
    if (features.keys[i] != captions.keys[i])
      return fmt::format("its sample {} is '{}', in the data it is '{}'", i + 1, features.keys[i], captions.keys[i]);
    const auto theirs = captions_of_sample(features.first_row, i), ours = captions_of_sample(captions.first_row, i);
    if (theirs != ours)
      return fmt::format("'{}' has {} captions there, {} in the data", features.keys[i], theirs, ours);
  }
  if (features.keys.size() != captions.keys.size())
    return fmt::format("it has {} samples, the data {}", features.keys.size(), captions.keys.size());
  return "samples and numbers of captions are the same, the captions or pictures themselves are not";
}

}  // namespace

std::uint64_t TeacherFeatures::rows_fingerprint() const {
  const torch::Tensor plain = rows.contiguous();
  return stable_hash({static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()});
}

torch::Tensor TeacherFeatures::rows_of(const std::vector<std::int64_t>& samples,
                                       const std::vector<std::int32_t>& captions) const {
  COUNTERPOINT_ASSERT(samples.size() == captions.size());
  std::vector<std::int64_t> places(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) places[i] = row_of(samples[i], captions[i]);
  return rows.index_select(0, torch::tensor(places, torch::kInt64));
}

torch::Tensor TeacherFeatures::mean_rows_of(const std::vector<std::int64_t>& samples) const {
  const torch::Tensor first = torch::tensor(first_row, torch::kInt64);
  const torch::Tensor owners = torch::arange(std::ssize(keys)).repeat_interleave(first.diff());
  const torch::Tensor means = grouped_mean(rows, owners, std::ssize(keys)).means;
  return unit_rows(means.index_select(0, torch::tensor(samples, torch::kInt64)));
}

void write_teacher(const std::filesystem::path& file, const TeacherFeatures& features) {
  write_tensors(file, {{"features", features.rows.to(torch::kFloat32)},
                       {"first_row", torch::tensor(features.first_row, torch::kInt64)},
                       {"fingerprint", torch::tensor({static_cast<std::int64_t>(features.fingerprint)}, torch::kInt64)},
                       {"keys", line_tensor(features.keys)},
                       {"source", text_tensor(features.source)}});
}

TeacherFeatures read_teacher(const std::filesystem::path& path) {
  const TensorFile file(path, "a teacher");
  TeacherFeatures features;
  features.rows = file.get("features", torch::kFloat32, 2);
  const torch::Tensor first = file.get("first_row", torch::kInt64, 1);
  features.first_row.assign(first.data_ptr<std::int64_t>(), first.data_ptr<std::int64_t>() + first.numel());
  features.fingerprint = static_cast<std::uint64_t>(file.number("fingerprint"));
  features.source = file.text("source");
  features.keys = file.lines("keys");
  check(features, path.string());
  return features;
}

TeacherFeatures read_teacher_for(const std::filesystem::path& file, const CaptionSet& captions) {
  TeacherFeatures features = read_teacher(file);
  if (features.fingerprint != captions.fingerprint)
    fail("{}: made of other data: {}; make it again with 'protoclip teacher'", file.string(),
         difference(features, captions));
  return features;
}

}  // namespace counterpoint::protoclip
