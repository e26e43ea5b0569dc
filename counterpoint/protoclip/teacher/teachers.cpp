#include "counterpoint/protoclip/teacher/teachers.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/text_encoder/text_encoder.h"
#include "counterpoint/nn/torch/device.h"
#include "counterpoint/protoclip/losses.h"
#include "counterpoint/protoclip/teacher/reduce.h"
#include "counterpoint/protoclip/teacher/tfidf.h"

namespace counterpoint::protoclip {
namespace {

TeacherFeatures features_of(const CaptionSet& captions, const torch::Tensor& rows, std::string source) {
  return {captions.keys, captions.first_row, unit_rows(rows), std::move(source), captions.fingerprint};
}

void check_captions(const CaptionSet& captions) {
  if (captions.captions.empty()) fail("no captions to make teacher features of");
}

}  // namespace

TeacherFeatures tfidf_teacher(const CaptionSet& captions, const TeacherOptions& options) {
  check_captions(captions);
  const SparseMatrix matrix = tfidf(captions.captions).matrix;
  const std::int64_t dim = std::min({options.dim, matrix.rows(), matrix.columns});
  return features_of(captions, truncated_svd(matrix, {.dim = dim, .seed = options.seed}), "tfidf");
}

TeacherFeatures encoder_teacher(const CaptionSet& captions, const std::filesystem::path& model,
                                const TeacherOptions& options) {
  check_captions(captions);
  nn::TextEncoder encoder = nn::read_text_encoder(model);
  encoder->to(nn::torch_device(options.device));
  const auto tokenizer = text::load_sentence_tokenizer(model);
  const torch::Tensor rows = nn::encode_captions(encoder, *tokenizer, captions.captions,
                                                 {.most_tokens = options.most_tokens, .progress = options.progress});
  const std::int64_t dim = std::min({options.dim, rows.size(0), rows.size(1)});
  const std::filesystem::path folder = model.has_filename() ? model : model.parent_path();  // "DIR/"
  return features_of(captions, pca(rows, dim), folder.filename().string());
}

TeacherFeatures make_teacher(const CaptionSet& captions, const std::string& name, const TeacherOptions& options) {
  if (name == "tfidf") return tfidf_teacher(captions, options);
  if (!std::filesystem::is_directory(name))
    fail(
        "{}: no such folder of a text encoder (expected 'tfidf', or a Hugging Face folder of a BERT, MiniLM or "
        "RoBERTa)",
        name);
  return encoder_teacher(captions, name, options);
}

}  // namespace counterpoint::protoclip
