#include "counterpoint/protoclip/study/clip_study.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/study/clip_report.h"
#include "counterpoint/protoclip/study/study_inputs.h"
#include "counterpoint/protoclip/train/measured_run.h"
#include "counterpoint/protoclip/train/run_folder.h"

namespace counterpoint::protoclip {
namespace {

namespace fs = std::filesystem;

class Study {
 public:
  Study(const ClipStudyConfig& config, const ClipStudyHooks& hooks)
      : config_(config),
        hooks_(hooks),
        inputs_(open_inputs(config, hooks.note)),
        evaluator_(inputs_.tokenizer, inputs_.test, inputs_.train, evaluation_settings()) {
    for (const StudyArm& arm : config_.arms) check(arm);
  }

  std::vector<ResultRow> go() {
    for (const std::uint64_t seed : config_.seeds)
      for (const StudyArm& arm : config_.arms) {
        run(arm, seed);
        write_results(config_.output_dir / "results.json", rows_);
      }
    const fs::path page = config_.output_dir / "report.html";
    write_file_atomic(page, study_report(config_, rows_, *inputs_.train, *inputs_.test));
    return rows_;
  }

 private:
  /// Before the first arm is trained, not when the turn of this one comes.
  void check(const StudyArm& arm) const {
    try {
      check_settings(arm.train, static_cast<std::int64_t>(inputs_.train->size()), !arm.teacher.empty());
      if (!arm.teacher.empty()) resolved_teacher(arm.teacher);
      if (const fs::path& from = arm.train.pretrained; !from.empty())
        check_vocabulary(inputs_.tokenizer.vocabulary_size(), model_config(from), from);
      for (const std::uint64_t seed : config_.seeds) check_run_folder(run_folder(config_, arm.name, seed));
    } catch (const Error& error) {
      fail("arms.{}: {}", arm.name, error.what());
    }
  }

  void note(const std::string& line) const {
    if (hooks_.note) hooks_.note(line);
  }

  void run(const StudyArm& arm, std::uint64_t seed) {
    const fs::path folder = run_folder(config_, arm.name, seed);
    const double seconds = train(arm, seed, folder);
    for (const Figure& figure : measure(folder, arm.train.device)) rows_.push_back(row_of(arm.name, seed, figure));
    rows_.push_back({arm.name, static_cast<std::int64_t>(seed), "seconds", seconds});
  }

  /// Trains, or finds that it was done. Returns how long it took.
  double train(const StudyArm& arm, std::uint64_t seed, const fs::path& folder) {
    TrainSettings settings = arm.train;
    settings.seed = seed;
    settings.keep = 1;
    const TrainData data{inputs_.train, inputs_.tokenizer, inputs_.vocabulary,
                         inputs_.teacher(arm.teacher, arm.train.device, hooks_.progress)};
    if (fs::exists(folder / "summary.json")) {
      check_same_run(folder, settings, data);
      return data::read_json(folder / "summary.json").at("seconds").get<double>();
    }
    const std::string name = fmt::format("{}, seed {}", arm.name, seed);
    const auto progress = hooks_.progress(name, "steps");
    const TrainResult result =
        train_clip(folder, settings, data, {.evaluate = nullptr, .note = hooks_.note, .stop = hooks_.stop}, *progress);
    for (const std::string& why : result.bad_named) note("left out: " + why);
    if (result.bad_pictures > 0)
      note(fmt::format("{}: {} pictures could not be read and were left out", name, result.bad_pictures));
    if (result.interrupted) throw Interrupted{};
    return result.seconds;
  }

  /// Measures, or finds that it was done, and in the way that is asked for now.
  std::vector<Figure> measure(const fs::path& folder, const std::string& device) {
    const fs::path file = folder / "evaluation.json";
    const std::string way = evaluation_json().dump(1) + "\n";
    if (fs::exists(file) && read_file(file) == way)
      if (std::vector<Figure> figures = read_figures(folder); !figures.empty()) return figures;
    fs::remove(file);  // until the figures stand
    std::vector<Figure> figures = measure_run(folder, evaluator_, device);
    write_file_atomic(file, way);
    note_unmeasured();
    return figures;
  }

  /// Once: the same pictures are bad for every model.
  void note_unmeasured() {
    if (evaluator_.bad_pictures() == unmeasured_) return;
    unmeasured_ = evaluator_.bad_pictures();
    for (const std::string& why : unmeasured_) note("left out of the evaluation: " + why);
  }

  /// What the figures depend on besides the model.
  data::Json evaluation_json() const {
    const EvaluationSettings& settings = evaluator_.settings();
    data::Json keywords = data::Json::object();
    for (const Keyword& keyword : settings.keywords) keywords[keyword.name] = keyword.words;
    return {{"evaluations", settings.evaluations},
            {"templates", settings.templates},
            {"keywords", keywords},
            {"train_data", fmt::format("{:016x}", inputs_.train->fingerprint())},
            {"test_data", fmt::format("{:016x}", inputs_.test->fingerprint())},
            {"train_labels", fmt::format("{:016x}", inputs_.train->labels_fingerprint())},
            {"test_labels", fmt::format("{:016x}", inputs_.test->labels_fingerprint())}};
  }

  EvaluationSettings evaluation_settings() const {
    EvaluationSettings settings;
    settings.intervals = false;  // the spread over seeds is what counts here
    for (const StudyArm& arm : config_.arms) {
      settings.encode.workers = std::max(settings.encode.workers, arm.train.workers);
      settings.encode.max_bad_fraction = std::max(settings.encode.max_bad_fraction, arm.train.max_bad_fraction);
    }
    if (!config_.templates.empty()) settings.templates = config_.templates;
    if (!config_.keywords.empty()) settings.keywords = keywords_of(config_.keywords, *inputs_.train);
    settings.evaluations = config_.evaluations.empty()
                               ? possible_evaluations(*inputs_.test, inputs_.train.get(), settings.keywords)
                               : config_.evaluations;
    return settings;
  }

  const ClipStudyConfig& config_;
  const ClipStudyHooks& hooks_;
  StudyInputs inputs_;
  Evaluator evaluator_;
  std::vector<std::string> unmeasured_;
  std::vector<ResultRow> rows_;
};

}  // namespace

std::vector<ResultRow> run_clip_study(const ClipStudyConfig& config, const ClipStudyHooks& hooks) {
  Study study(config, hooks);
  make_dirs(config.output_dir);
  const LineAppender lock(config.output_dir / run_lock);  // two would measure and write one run's figures
  return study.go();
}

}  // namespace counterpoint::protoclip
