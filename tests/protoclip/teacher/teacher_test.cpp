#include <gtest/gtest.h>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/protoclip/teacher/reduce.h"
#include "counterpoint/protoclip/teacher/teachers.h"
#include "counterpoint/protoclip/teacher/tfidf.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using Strings = std::vector<std::string>;
using Views = std::vector<std::string_view>;

const data::Json& reference() {
  static const data::Json json = data::read_json(test::golden("teacher/teacher.json"));
  return json;
}

const Strings& captions() {
  static const auto strings = reference()["captions"].get<Strings>();
  return strings;
}

Views views() { return {captions().begin(), captions().end()}; }

torch::Tensor tensor_of(const data::Json& rows) {
  std::vector<float> numbers;
  for (const auto& row : rows)
    for (const auto& number : row) numbers.push_back(number.get<float>());
  return torch::tensor(numbers).view({static_cast<std::int64_t>(rows.size()), -1});
}

torch::Tensor dense(const SparseMatrix& matrix) { return times(matrix, torch::eye(matrix.columns)); }

double difference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }

/// `scales`: how far the rows reach along each axis.
void expect_reduced(const torch::Tensor& rows, const torch::Tensor& scales, const data::Json& expected) {
  EXPECT_LT(difference(rows.mm(rows.t()), tensor_of(expected["products"])), 1e-5);
  EXPECT_LT(difference(scales, torch::tensor(expected["scales"].get<std::vector<float>>())), 1e-5);
}

TEST(Tfidf, WeighsAsScikitLearn) {
  for (const int longest : {1, 2}) {
    const Tfidf made = tfidf(views(), {.longest_ngram = longest});
    const data::Json& expected = reference()[std::to_string(longest)];
    ASSERT_EQ(made.terms, expected["terms"].get<Strings>());
    EXPECT_LT(difference(torch::tensor(made.idf), torch::tensor(expected["idf"].get<std::vector<float>>())), 1e-6);
    EXPECT_LT(difference(dense(made.matrix), tensor_of(expected["matrix"])), 1e-6);
  }
}

TEST(Tfidf, KeepsTheMostFrequentTerms) {
  EXPECT_EQ(tfidf({"aa bb bb", "cc aa bb", "dd"}, {.most_terms = 3}).terms, (Strings{"aa", "bb", "cc"}));
  test::expect_contains(test::error_of([] { tfidf({"a", "!"}); }), "none of the 2 captions holds a word");
}

TEST(Sparse, TransposedHasTheSameEntries) {
  const SparseMatrix matrix = tfidf(views()).matrix;
  EXPECT_EQ(difference(dense(transposed(matrix)), dense(matrix).t()), 0);
}

TEST(TruncatedSvd, SpansScikitLearnsSubspace) {
  const SparseMatrix matrix = tfidf(views()).matrix;
  const torch::Tensor rows = truncated_svd(matrix, {.dim = 8});
  expect_reduced(rows, rows.norm(2, 0), reference()["svd"]);
  EXPECT_TRUE(torch::equal(rows, truncated_svd(matrix, {.dim = 8})));
  test::expect_contains(test::error_of([&] { truncated_svd(matrix, {.dim = 1000}); }), "1000 dimensions out of");
}

TEST(Pca, IsScikitLearns) {
  const torch::Tensor matrix = tensor_of(reference()["1"]["matrix"]);
  const torch::Tensor rows = pca(matrix, 5);
  expect_reduced(rows, rows.std(0), reference()["pca"]);
  const torch::Tensor bad = torch::full({4, 3}, NAN);
  test::expect_contains(test::error_of([&] { pca(bad, 2); }), "not finite");
}

/// Two captions a sample.
CaptionSet caption_set(std::uint64_t fingerprint = 0xFEDCBA9876543210) {
  CaptionSet set;
  static const Strings& all = captions();
  for (size_t i = 0; i + 1 < all.size(); i += 2) {
    set.keys.push_back("sample " + std::to_string(i / 2));
    set.captions.insert(set.captions.end(), {all[i], all[i + 1]});
    set.first_row.push_back(static_cast<std::int64_t>(set.captions.size()));
  }
  set.fingerprint = fingerprint;
  return set;
}

TEST(Teacher, TfidfRowsHaveLengthOneOrNone) {
  const TeacherFeatures features = tfidf_teacher(caption_set(), {.dim = 8});
  const torch::Tensor lengths = features.rows.norm(2, 1);
  EXPECT_EQ(features.rows.sizes(), (std::vector<std::int64_t>{40, 8}));
  EXPECT_LT(lengths[0].item<double>() - 1, 1e-6);
  EXPECT_EQ(lengths[36].item<double>(), 0);  // the empty caption
  EXPECT_EQ(features.source, "tfidf");
}

TEST(Teacher, APicturesRowIsTheMeanOfItsCaptions) {
  const TeacherFeatures features = tfidf_teacher(caption_set(), {.dim = 8});
  const torch::Tensor rows = features.mean_rows_of({18, 0});
  EXPECT_TRUE(torch::allclose(rows[0], features.rows[37], 1e-5, 1e-6));  // its other caption is empty
  const torch::Tensor sum = features.rows[0] + features.rows[1];
  EXPECT_TRUE(torch::allclose(rows[1], sum / sum.norm(), 1e-5, 1e-6));
}

TEST(Teacher, EncodesWithAFolder) {
  const TeacherFeatures features = make_teacher(caption_set(), test::golden("text_encoder/bert").string(), {.dim = 4});
  EXPECT_EQ(features.rows.sizes(), (std::vector<std::int64_t>{40, 4}));
  EXPECT_LT((features.rows.norm(2, 1) - 1).abs().max().item<double>(), 1e-5);
  EXPECT_EQ(features.source, "bert");
  test::expect_contains(test::error_of([] { make_teacher(caption_set(), "tfdf"); }), "no such folder");
}

TEST(TeacherFile, ReadsWhatWasWritten) {
  const test::ScratchDir scratch;
  const TeacherFeatures written = tfidf_teacher(caption_set(), {.dim = 8});
  write_teacher(scratch / "teacher.safetensors", written);
  const TeacherFeatures read = read_teacher_for(scratch / "teacher.safetensors", caption_set());
  EXPECT_TRUE(torch::equal(read.rows, written.rows));
  EXPECT_EQ(read.keys, written.keys);
  EXPECT_EQ(read.first_row, written.first_row);
  EXPECT_EQ(read.source, "tfidf");
  EXPECT_TRUE(torch::equal(read.rows_of({3, 0}, {1, 0}), torch::stack({read.rows[7], read.rows[0]})));
}

TEST(TeacherFile, OfOtherDataIsRefusedSayingWhatDiffers) {
  const test::ScratchDir scratch;
  const auto file = scratch / "teacher.safetensors";
  write_teacher(file, tfidf_teacher(caption_set(), {.dim = 8}));
  const auto error_with = [&](const CaptionSet& set) { return test::error_of([&] { read_teacher_for(file, set); }); };
  test::expect_contains(error_with(caption_set(1)), "the captions or pictures themselves are not");
  CaptionSet other = caption_set(1);
  other.keys[2] = "another";
  test::expect_contains(error_with(other), "its sample 3 is 'sample 2', in the data it is 'another'");
  other = caption_set(1);
  const Strings more{"a"};
  other.add("one more", more);
  test::expect_contains(error_with(other), "it has 20 samples, the data 21");
  other = caption_set(1);
  other.first_row[1] = 1;
  test::expect_contains(error_with(other), "'sample 0' has 2 captions there, 1 in the data");
}

TEST(TeacherFile, OtherFilesAreNone) {
  test::expect_contains(test::error_of([] { read_teacher(test::golden("text_encoder/bert/model.safetensors")); }),
                        "no file of a teacher: a tensor 'features'");
}

}  // namespace
}  // namespace counterpoint::protoclip
