#include "counterpoint/persuasion/train/reference.h"

#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {
namespace {

/// Rows computed between two looks at the progress bar.
constexpr size_t part_rows = 8;
/// How many examples check_start looks at, and what two passes over one row may differ by: they are the same
/// computation, so any difference is one of models.
constexpr size_t start_examples = 8;
constexpr double start_tolerance = 1e-3;

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class Fingerprint {
 public:
  void add(std::string_view bytes) { state_ = stable_hash(fmt::format("{:016x}{:016x}", state_, stable_hash(bytes))); }
  std::string text() const { return fmt::format("{:016x}", state_); }

 private:
  std::uint64_t state_ = 0;
};

std::string fingerprint(const weights::ModelFiles& model, const weights::Adapter* adapter,
                        std::span<const train::Example> examples, const std::string& dtype) {
  Fingerprint print;
  print.add(dtype);
  for (const std::string& name : model.tensors->names()) {
    const weights::TensorView view = model.tensors->view(name);
    print.add(name);
    print.add({reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()});
    model.tensors->forget(view);
  }
  if (adapter)
    for (const auto& [name, part] : adapter->parts) {
      print.add(name + fmt::format("{}", part.scale));
      print.add(bytes_of(part.a));
      print.add(bytes_of(part.b));
    }
  for (const train::Example& example : examples)
    for (const nn::TrainRow& row : example) {
      print.add(bytes_of(row.prefix));
      for (const nn::TrainBranch& branch : row.branches) print.add(bytes_of(branch.tokens));
    }
  return print.text();
}

std::optional<std::vector<PairLogprobs>> read_cache(const std::filesystem::path& file, size_t count) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const data::Json json = data::read_json(file);
    if (!json.is_array() || json.size() != count) return std::nullopt;
    std::vector<PairLogprobs> values;
    for (const data::Json& row : json) values.push_back({row.at(0).get<double>(), row.at(1).get<double>()});
    return values;
  } catch (const std::exception&) {  // damaged: computed again
    return std::nullopt;
  }
}

void write_cache(const std::filesystem::path& file, const std::vector<PairLogprobs>& values) {
  data::Json json = data::Json::array();
  for (const PairLogprobs& pair : values) json.push_back({pair.chosen, pair.rejected});
  make_dirs(file.parent_path());
  write_file_atomic(file, data::to_line(json) + "\n");
}

std::vector<PairLogprobs> compute(nn::LoraTrainer& trainer, std::span<const train::Example> examples, bool adapted,
                                  ProgressSink& progress) {
  std::vector<PairLogprobs> out;
  for (size_t first = 0; first < examples.size(); first += part_rows) {
    std::vector<nn::TrainRow> rows;
    for (const train::Example& example : examples.subspan(first, std::min(part_rows, examples.size() - first)))
      rows.insert(rows.end(), example.begin(), example.end());
    for (const PairLogprobs& pair : pair_sums(trainer.logprobs(rows, adapted))) {
      if (!std::isfinite(pair.chosen) || !std::isfinite(pair.rejected))
        fail("the reference's log-probabilities of row '{}' are {} and {}: its weights or --dtype are at fault",
             examples[out.size()].front().id, pair.chosen, pair.rejected);
      out.push_back(pair);
    }
    progress.update(std::ssize(out), std::ssize(examples), "");
  }
  progress.finish();
  return out;
}

void put_on(nn::LoraTrainer& trainer, const weights::Adapter& adapter, const std::string& spec) {
  try {
    trainer.set_adapter(adapter);
  } catch (const Error& error) {
    fail("reference '{}': {}. It must have the targets and ranks of the adapter that is trained", spec, error.what());
  }
}

}  // namespace

std::vector<PairLogprobs> reference_logprobs(nn::LoraTrainer& trainer, const weights::ModelFiles& model,
                                             std::span<const train::Example> examples, const Reference& reference,
                                             const std::string& dtype, ProgressSink& progress) {
  constexpr std::string_view named = "adapter:";
  const bool other = reference.spec.starts_with(named);
  const std::vector<std::string> known = {"sft", "base", "adapter:DIR"};
  if (!other && reference.spec != "sft" && reference.spec != "base")
    fail("unknown reference '{}'{}", reference.spec, suggestion(reference.spec, known));
  const weights::Adapter mine = trainer.adapter();
  const weights::Adapter theirs =
      other ? weights::read_adapter(reference.spec.substr(named.size()), model.config) : mine;
  const bool adapted = reference.spec != "base";
  const std::filesystem::path file =
      reference.cache_folder /
      fmt::format("reference-{}.json", fingerprint(model, adapted ? &theirs : nullptr, examples, dtype));
  if (!reference.cache_folder.empty())
    if (auto cached = read_cache(file, examples.size())) return *std::move(cached);
  if (other) put_on(trainer, theirs, reference.spec);
  std::vector<PairLogprobs> values = compute(trainer, examples, adapted, progress);
  if (other) trainer.set_adapter(mine);
  if (!reference.cache_folder.empty()) write_cache(file, values);
  return values;
}

void check_start(nn::LoraTrainer& trainer, std::span<const train::Example> examples,
                 std::span<const PairLogprobs> reference, const PreferenceLossSettings& settings,
                 const std::string& spec) {
  std::vector<nn::TrainRow> rows;
  const size_t count = std::min(start_examples, examples.size());
  for (const train::Example& example : examples.first(count)) rows.insert(rows.end(), example.begin(), example.end());
  const std::vector<nn::RowValues> logprobs = trainer.logprobs(rows, /*adapted=*/true);
  PreferenceLossSettings plain = settings;
  plain.sft_weight = 0;
  const PreferenceLoss loss(plain);
  const PreferenceMetrics start = loss.of(logprobs, reference.first(count), totals_of(rows)).part;
  // Not the loss alone: rewards of both signs can leave it near ln 2.
  double most = 0;
  const std::vector<PairLogprobs> policy = pair_sums(logprobs);
  for (size_t i = 0; i < count; ++i)
    most = std::max(
        {most, std::abs(policy[i].chosen - reference[i].chosen), std::abs(policy[i].rejected - reference[i].rejected)});
  if (most <= start_tolerance) return;
  fail(
      "before the first step the loss is {:.6f} where {:.6f} was expected, and log-probabilities differ by up to "
      "{:.4f}: the model that is trained is not its reference '{}'. Train from the reference (--adapter), or name as "
      "--reference the model that training starts from",
      start.loss, loss.at_start(), most, spec);
}

}  // namespace counterpoint::persuasion
