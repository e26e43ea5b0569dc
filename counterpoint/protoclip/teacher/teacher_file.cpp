#include "counterpoint/protoclip/teacher/teacher_file.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace counterpoint::protoclip {
namespace {

using weights::DType;
using weights::TensorView;

template <class T>
TensorView view_of(std::string name, DType type, std::vector<std::int64_t> shape, std::span<const T> elements) {
  return {std::move(name), type, std::move(shape), std::as_bytes(elements), 0};
}

TensorView text_view(std::string name, const std::string& text) {
  return view_of<char>(std::move(name), DType::u8, {static_cast<std::int64_t>(text.size())}, text);
}

std::string one_a_line(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) {
    if (key.find('\n') != std::string::npos) fail("the sample '{}' has a line break in its key", key);
    text += key + '\n';
  }
  return text;
}

/// The tensor, if its type and number of dimensions are what a teacher's file has.
TensorView expected(const weights::TensorSource& file, const char* name, DType type, size_t dimensions) {
  const bool there = file.has(name);
  const TensorView view = there ? file.view(name) : TensorView{};
  if (!there || view.dtype != type || view.shape.size() != dimensions)
    fail("{}: no file of a teacher: a tensor '{}' of type {} with {} dimension{} was expected", file.where(), name,
         weights::dtype_name(type), dimensions, dimensions == 1 ? "" : "s");
  return view;
}

std::string text_in(const TensorView& view) {
  return {reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()};
}

std::vector<std::int64_t> integers_in(const TensorView& view) {
  std::vector<std::int64_t> numbers(static_cast<size_t>(view.elements()));
  std::memcpy(numbers.data(), view.bytes.data(), view.bytes.size());
  return numbers;
}

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

torch::Tensor TeacherFeatures::rows_of(const std::vector<std::int64_t>& samples,
                                       const std::vector<std::int32_t>& captions) const {
  COUNTERPOINT_ASSERT(samples.size() == captions.size());
  std::vector<std::int64_t> places(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) places[i] = row_of(samples[i], captions[i]);
  return rows.index_select(0, torch::tensor(places, torch::kInt64));
}

void write_teacher(const std::filesystem::path& file, const TeacherFeatures& features) {
  const std::string keys = one_a_line(features.keys);
  const torch::Tensor rows = features.rows.to(torch::kFloat32).contiguous();
  const std::span<const float> numbers(rows.data_ptr<float>(), static_cast<size_t>(rows.numel()));
  const auto fingerprint = static_cast<std::int64_t>(features.fingerprint);
  const std::vector<TensorView> tensors{
      view_of<float>("features", DType::f32, rows.sizes().vec(), numbers),
      view_of<std::int64_t>("first_row", DType::i64, {static_cast<std::int64_t>(features.first_row.size())},
                            features.first_row),
      view_of<std::int64_t>("fingerprint", DType::i64, {1}, {&fingerprint, 1}), text_view("keys", keys),
      text_view("source", features.source)};
  weights::write_safetensors(file, tensors);
}

TeacherFeatures read_teacher(const std::filesystem::path& path) {
  const auto file = weights::open_safetensors(path);
  TeacherFeatures features;
  const TensorView rows = expected(*file, "features", DType::f32, 2);
  features.rows = torch::empty(rows.shape);
  weights::to_float32(rows, 0, {features.rows.data_ptr<float>(), static_cast<size_t>(rows.elements())});
  features.first_row = integers_in(expected(*file, "first_row", DType::i64, 1));
  const auto fingerprint = integers_in(expected(*file, "fingerprint", DType::i64, 1));
  if (fingerprint.size() != 1) fail("{}: {} fingerprints, one was expected", path.string(), fingerprint.size());
  features.fingerprint = static_cast<std::uint64_t>(fingerprint.front());
  features.source = text_in(expected(*file, "source", DType::u8, 1));
  features.keys = split(text_in(expected(*file, "keys", DType::u8, 1)), '\n');
  features.keys.pop_back();
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
