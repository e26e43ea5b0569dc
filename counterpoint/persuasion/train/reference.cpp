#include "counterpoint/persuasion/train/reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/core/file_print.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {
namespace {

/// Rows computed between two looks at the progress bar.
constexpr size_t part_rows = 8;
/// How many examples check_start looks at, and what two passes over one row may differ by: they are the same
/// computation, so any difference is one of models.
constexpr size_t start_examples = 8;
constexpr double start_tolerance = 1e-3;

/// Eight bytes at a time: weights are gigabytes.
class Fingerprint {
 public:
  explicit Fingerprint(std::uint64_t start = 0) : state_(start) {}

  /// What is added is delimited: ("ab", "c") and ("a", "bc") differ.
  void add(std::span<const std::byte> bytes) {
    mix(bytes.size());
    for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) mix(word_of(bytes));
    if (!bytes.empty()) mix(word_of(bytes));
  }
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }
  template <class T>
  void add(const std::vector<T>& values) {
    add(std::as_bytes(std::span(values)));
  }
  std::uint64_t value() const { return state_; }

 private:
  static std::uint64_t word_of(std::span<const std::byte> bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
    return word;
  }
  /// A product carries bits upwards alone, so the upper half is brought down.
  void mix(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9E3779B97F4A7C15ull;
    state_ ^= state_ >> 32;
  }

  std::uint64_t state_;
};

/// file_print looks at parts of large files alone, so all weights are added; it knows the model's configuration.
std::uint64_t print_of_model(const weights::ModelFiles& model) {
  Fingerprint print(file_print(model.path));
  const weights::TensorSource& tensors = *model.tensors;
  for (const std::string& name : tensors.names()) {
    const weights::TensorView view = tensors.view(name);
    print.add(fmt::format("{} {} {}", name, dtype_name(view.dtype), view.row_length()));
    print.add(view.bytes);
    tensors.forget(view);
  }
  return print.value();
}

std::optional<std::vector<PairLogprobs>> read_kept(const std::filesystem::path& file, size_t count) {
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

void keep(const std::filesystem::path& file, const std::vector<PairLogprobs>& values) {
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

ReferenceFolder::ReferenceFolder(std::filesystem::path folder, const weights::ModelFiles& model)
    : folder_(std::move(folder)), model_(print_of_model(model)) {}

std::filesystem::path ReferenceFolder::file_of(const weights::Adapter* adapter,
                                               std::span<const train::Example> examples,
                                               const std::string& dtype) const {
  Fingerprint print(model_);
  print.add(dtype);
  if (adapter)
    for (const auto& [name, part] : adapter->parts) {
      print.add(fmt::format("{} {}", name, part.scale));
      print.add(part.a);
      print.add(part.b);
    }
  for (const train::Example& example : examples)
    for (const nn::TrainRow& row : example) {
      print.add(row.prefix);
      for (const nn::TrainBranch& branch : row.branches) {
        print.add(branch.tokens);
        print.add(branch.trained);
        print.add(fmt::format("{}", branch.after));
      }
    }
  return folder_ / fmt::format("reference-{:016x}.json", print.value());
}

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
  std::optional<std::filesystem::path> file;
  if (reference.kept) file = reference.kept->file_of(adapted ? &theirs : nullptr, examples, dtype);
  if (file)
    if (auto kept = read_kept(*file, examples.size())) return *std::move(kept);
  if (other) put_on(trainer, theirs, reference.spec);
  std::vector<PairLogprobs> values = compute(trainer, examples, adapted, progress);
  if (other) trainer.set_adapter(mine);
  if (file) keep(*file, values);
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
