#include "counterpoint/protoclip/evaluate/encode.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

/// Every module in eval mode, and back to what each one was: a frozen tower may be in another mode than the rest.
class EvalMode {
 public:
  explicit EvalMode(nn::ClipModel& model) {
    for (const auto& module : model->modules()) was_.emplace_back(module, module->is_training());
    model->eval();
  }
  // Parents come first, and setting a parent sets its children.
  ~EvalMode() {
    for (const auto& [module, training] : was_) module->train(training);
  }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  std::vector<std::pair<std::shared_ptr<torch::nn::Module>, bool>> was_;
};

torch::Device device_of(nn::ClipModel& model) { return model->logit_scale().device(); }

/// Captions once each, and which of them each caption is.
struct Different {
  std::vector<std::string> captions;
  std::vector<std::int64_t> which;
};

Different different(const std::vector<std::string>& captions) {
  Different out;
  std::map<std::string_view, std::int64_t> known;
  for (const std::string& caption : captions) {
    const auto [place, is_new] = known.emplace(caption, std::ssize(out.captions));
    if (is_new) out.captions.push_back(caption);
    out.which.push_back(place->second);
  }
  return out;
}

/// Ids [N, T], and the rows by length: a batch costs what its longest caption does.
std::pair<Tensor, Tensor> ids_by_length(const std::vector<std::string>& captions, const text::ClipTokenizer& tokenizer,
                                        std::int64_t context) {
  Tensor ids = torch::empty({std::ssize(captions), context}, torch::TensorOptions(torch::kInt64));
  for (size_t i = 0; i < captions.size(); ++i) {
    const auto row = tokenizer.encode(captions[i], static_cast<int>(context));
    std::copy(row.begin(), row.end(), ids.data_ptr<std::int64_t>() + static_cast<std::int64_t>(i) * context);
  }
  return {ids, std::get<1>((ids != 0).sum(1).sort(/*stable=*/true, 0, /*descending=*/false))};
}

}  // namespace

image::Normalisation normalisation_of(const nn::ClipConfig& config) {
  image::Normalisation out;
  for (size_t c = 0; c < 3; ++c) {
    out.mean[c] = static_cast<float>(config.pixels.mean[c]);
    out.std[c] = static_cast<float>(config.pixels.deviation[c]);
  }
  return out;
}

Tensor pixels_of(const image_text::LoadedBatch& batch) {
  return torch::from_blob(const_cast<float*>(batch.pixels.data()),
                          {std::ssize(batch.samples), 3, batch.side, batch.side});
}

EncodedPictures encode_pictures(nn::ClipModel& model, const image_text::PairSet& pairs,
                                const EncodeSettings& settings) {
  const torch::NoGradGuard no_grad;
  const EvalMode eval(model);
  image_text::BadPictures bad(pairs.size(), settings.max_bad_fraction);
  const nn::ClipConfig& config = model->config();
  const image_text::LoaderSettings reading{.workers = settings.workers,
                                           .augment = std::nullopt,
                                           .side = static_cast<int>(config.vision.image_size),
                                           .normalisation = normalisation_of(config)};
  image_text::Loader loader(pairs, reading,
                            image_text::batches_in_order(pairs.size(), static_cast<std::size_t>(settings.batch)), bad);
  EncodedPictures out;
  std::vector<Tensor> rows;
  while (auto batch = loader.next()) {
    if (batch->samples.empty()) continue;
    rows.push_back(model->encode_image(pixels_of(*batch).to(device_of(model))).to(torch::kCPU, torch::kFloat32));
    out.samples.insert(out.samples.end(), batch->samples.begin(), batch->samples.end());
    if (settings.progress)
      settings.progress->update(std::ssize(out.samples), static_cast<std::int64_t>(pairs.size()), "");
  }
  if (rows.empty()) fail("none of the {} pictures could be read", pairs.size());
  out.rows = torch::cat(rows);
  out.bad = bad.named();
  return out;
}

Tensor encode_captions(nn::ClipModel& model, const text::ClipTokenizer& tokenizer,
                       const std::vector<std::string>& captions, const EncodeSettings& settings) {
  COUNTERPOINT_ASSERT(!captions.empty() && settings.batch > 0);
  const torch::NoGradGuard no_grad;
  const EvalMode eval(model);
  const Different once = different(captions);
  const auto [ids, order] = ids_by_length(once.captions, tokenizer, model->config().text.context_length);
  Tensor rows = torch::empty({ids.size(0), model->config().embed_dim});
  std::int64_t done = 0;
  for (const Tensor& part : order.split(settings.batch)) {
    const Tensor features = model->encode_text(ids.index_select(0, part).to(device_of(model)));
    rows.index_copy_(0, part, features.to(torch::kCPU, torch::kFloat32));
    done += part.size(0);
    if (settings.progress) settings.progress->update(done, ids.size(0), "captions");
  }
  return rows.index_select(0, torch::tensor(once.which, torch::kInt64));
}

PairFeatures encode_pairs(nn::ClipModel& model, const text::ClipTokenizer& tokenizer, const image_text::PairSet& pairs,
                          const EncodeSettings& settings) {
  EncodedPictures pictures = encode_pictures(model, pairs, settings);
  std::vector<std::string> captions;
  std::vector<std::int64_t> owner, first;
  for (size_t row = 0; row < pictures.samples.size(); ++row) {
    first.push_back(std::ssize(captions));
    for (const std::string& caption : pairs.pair(static_cast<std::size_t>(pictures.samples[row])).captions) {
      captions.push_back(caption);
      owner.push_back(static_cast<std::int64_t>(row));
    }
  }
  return {.images = std::move(pictures.rows),
          .samples = std::move(pictures.samples),
          .bad = std::move(pictures.bad),
          .texts = encode_captions(model, tokenizer, captions, settings),
          .owner = torch::tensor(owner, torch::kInt64),
          .first_caption = torch::tensor(first, torch::kInt64)};
}

}  // namespace counterpoint::protoclip
