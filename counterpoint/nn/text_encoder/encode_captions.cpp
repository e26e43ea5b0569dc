#include <algorithm>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/text_encoder/text_encoder.h"
#include "counterpoint/nn/torch/at_parallel.h"

namespace counterpoint::nn {
namespace {

using Sentences = std::vector<std::vector<text::TokenId>>;

Sentences tokenized(const text::SentenceTokenizer& tokenizer, const std::vector<std::string_view>& captions,
                    std::int64_t longest) {
  Sentences sentences(captions.size());
  at::parallel_for(0, static_cast<std::int64_t>(captions.size()), 64, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      sentences[i] = tokenizer.encode(captions[i], longest);
  });
  return sentences;
}

/// The captions' numbers, the longest first: a batch that is too large for the memory shows at once.
std::vector<size_t> by_length(const Sentences& sentences) {
  std::vector<size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sentences[a].size() > sentences[b].size(); });
  return order;
}

/// order[begin, end) as ids [B, T], filled up with `padding`, and how many of each row are real [B].
std::pair<torch::Tensor, torch::Tensor> batch_of(const Sentences& sentences, std::span<const size_t> order,
                                                 std::int64_t padding) {
  const auto rows = static_cast<std::int64_t>(order.size());
  const auto longest = static_cast<std::int64_t>(sentences[order.front()].size());
  torch::Tensor ids = torch::full({rows, longest}, padding, torch::kInt64),
                lengths = torch::empty({rows}, torch::kInt64);
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto& sentence = sentences[order[static_cast<size_t>(row)]];
    std::copy(sentence.begin(), sentence.end(), ids[row].data_ptr<std::int64_t>());
    lengths[row] = static_cast<std::int64_t>(sentence.size());
  }
  return {ids, lengths};
}

torch::Tensor encode_batch(TextEncoder& encoder, const torch::Tensor& given_ids, const torch::Tensor& given_lengths) {
  const torch::Device device = encoder->parameters().front().device();
  const torch::Tensor ids = given_ids.to(device), lengths = given_lengths.to(device);
  const torch::Tensor mask = torch::arange(ids.size(1), device).unsqueeze(0) < lengths.unsqueeze(1);
  const torch::Tensor weight = mask.to(torch::kFloat32).unsqueeze(2);
  const torch::Tensor mean = (encoder->forward(ids, mask) * weight).sum(1) / lengths.unsqueeze(1);
  return torch::nn::functional::normalize(mean, torch::nn::functional::NormalizeFuncOptions().dim(1));
}

}  // namespace

torch::Tensor encode_captions(TextEncoder& encoder, const text::SentenceTokenizer& tokenizer,
                              const std::vector<std::string_view>& captions, const CaptionEncoding& options) {
  const TextEncoderConfig& config = encoder->config();
  if (tokenizer.vocabulary_size() > config.vocabulary)
    fail("the tokenizer has {} tokens, the text encoder {}: they belong to different models",
         tokenizer.vocabulary_size(), config.vocabulary);
  const torch::NoGradGuard guard;
  const Sentences sentences = tokenized(tokenizer, captions, std::min(options.most_tokens, config.most_tokens()));
  const std::vector<size_t> order = by_length(sentences);
  torch::Tensor out = torch::empty({static_cast<std::int64_t>(captions.size()), config.width});
  for (size_t begin = 0; begin < order.size();) {
    const auto fits = static_cast<size_t>(options.tokens_per_batch) / sentences[order[begin]].size();
    const size_t count = std::min(order.size() - begin, std::max(fits, size_t{1}));
    const std::span<const size_t> chosen(order.data() + begin, count);
    const auto [ids, lengths] = batch_of(sentences, chosen, config.padding_id);
    const torch::Tensor encoded = encode_batch(encoder, ids, lengths);
    const std::vector<std::int64_t> places(chosen.begin(), chosen.end());
    out.index_copy_(0, torch::tensor(places, torch::kInt64), encoded.cpu());
    begin += count;
    if (options.progress)
      options.progress->update(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(order.size()), "");
  }
  return out;
}

}  // namespace counterpoint::nn
