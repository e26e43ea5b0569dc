#include "counterpoint/protoclip/study/clip_study.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/study/clip_report.h"
#include "counterpoint/protoclip/study/study_inputs.h"
#include "counterpoint/protoclip/train/measured_run.h"
#include "counterpoint/protoclip/train/periodic_evaluation.h"
#include "counterpoint/protoclip/train/run_folder.h"
#include "counterpoint/protoclip/train/stoppable_progress.h"

namespace counterpoint::protoclip {
namespace {

namespace fs = std::filesystem;

constexpr const char* way_file = "evaluation.json";  // of a run: how its figures were measured

/// An arm with a seed.
struct Trial {
  const StudyArm& arm;
  std::uint64_t seed = 0;
  fs::path folder;
  std::optional<double> seconds;  ///< of training; nullopt until it is trained
  std::vector<ResultRow> rows;    ///< empty until it is measured
};

class Study {
 public:
  Study(const ClipStudyConfig& config, const ClipStudyHooks& hooks)
      : config_(config),
        hooks_(hooks),
        inputs_(open_inputs(config, hooks.note)),
        evaluation_progress_(silent_, hooks.stop),
        evaluator_(inputs_.tokenizer, inputs_.test, inputs_.train, evaluation_settings()),
        periodic_(evaluator_, config.frequencies) {
    for (const StudyArm& arm : config_.arms) check(arm);
    for (const std::uint64_t seed : config_.seeds)
      for (const StudyArm& arm : config_.arms)
        trials_.push_back({arm, seed, run_folder(config_, arm.name, seed), {}, {}});
  }

  std::vector<ResultRow> go() {
    // So that results.json holds all that is measured as is asked for now, from the first arm on.
    for (Trial& trial : trials_) find(trial);
    for (Trial& trial : trials_) {
      if (trial.rows.empty()) run(trial);
      write_results(config_.output_dir / "results.json", rows());
    }
    const fs::path page = config_.output_dir / "report.html";
    write_file_atomic(page, study_report(config_, rows(), *inputs_.train, *inputs_.test));
    return rows();
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

  std::vector<ResultRow> rows() const {
    std::vector<ResultRow> all;
    for (const Trial& trial : trials_) all.insert(all.end(), trial.rows.begin(), trial.rows.end());
    return all;
  }

  /// What an earlier call trained, and measured in the way that is asked for now.
  void find(Trial& trial) const {
    const auto done = finished_run(trial.folder);
    if (!done) return;
    check_same_run(trial.folder, run_config(settings_of(trial), data_of(trial)));
    trial.seconds = done->seconds;
    if (is_measured(trial.folder)) fill(trial, read_figures(trial.folder));
  }

  void run(Trial& trial) {
    if (!trial.seconds) trial.seconds = train(trial);
    fill(trial, measure(trial));
  }

  static void fill(Trial& trial, const std::vector<Figure>& figures) {
    for (const Figure& figure : figures) trial.rows.push_back(row_of(trial.arm.name, trial.seed, figure));
    trial.rows.push_back({trial.arm.name, static_cast<std::int64_t>(trial.seed), "seconds", trial.seconds.value()});
  }

  static TrainSettings settings_of(const Trial& trial) {
    TrainSettings settings = trial.arm.train;
    settings.seed = trial.seed;
    settings.keep = 1;
    return settings;
  }

  TrainData data_of(const Trial& trial) const {
    const StudyArm& arm = trial.arm;
    return {inputs_.train, inputs_.tokenizer, inputs_.vocabulary,
            inputs_.teacher(arm.teacher, arm.train.device, hooks_.progress, hooks_.stop)};
  }

  /// Returns how long it took.
  double train(const Trial& trial) {
    const std::string name = fmt::format("{}, seed {}", trial.arm.name, trial.seed);
    const auto progress = hooks_.progress(name, "steps");
    const auto evaluate = [this](nn::ClipModel& model, std::int64_t episode) {
      return periodic_.metrics(model, episode);
    };
    const TrainResult result = train_clip(trial.folder, settings_of(trial), data_of(trial),
                                          {.evaluate = evaluate, .note = hooks_.note, .stop = hooks_.stop}, *progress);
    for (const std::string& why : result.bad_named) note("left out: " + why);
    if (result.bad_pictures > 0)
      note(fmt::format("{}: {} pictures could not be read and were left out", name, result.bad_pictures));
    if (result.interrupted) throw Interrupted{};
    return result.seconds;
  }

  bool is_measured(const fs::path& folder) const {
    const fs::path file = folder / way_file;
    return fs::exists(file) && read_file(file) == way() && !read_figures(folder).empty();
  }

  std::vector<Figure> measure(const Trial& trial) {
    fs::remove(trial.folder / way_file);  // until the figures stand
    std::vector<Figure> figures = measure_run(trial.folder, evaluator_, trial.arm.train.device);
    write_file_atomic(trial.folder / way_file, way());
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
  std::string way() const {
    const EvaluationSettings& settings = evaluator_.settings();
    data::Json keywords = data::Json::object();
    for (const Keyword& keyword : settings.keywords) keywords[keyword.name] = keyword.words;
    const data::Json json{{"evaluations", settings.evaluations},
                          {"templates", settings.templates},
                          {"keywords", keywords},
                          {"train_data", fmt::format("{:016x}", inputs_.train->fingerprint())},
                          {"test_data", fmt::format("{:016x}", inputs_.test->fingerprint())},
                          {"train_labels", fmt::format("{:016x}", inputs_.train->labels_fingerprint())},
                          {"test_labels", fmt::format("{:016x}", inputs_.test->labels_fingerprint())}};
    return json.dump(1) + "\n";
  }

  EvaluationSettings evaluation_settings() {
    EvaluationSettings settings;
    settings.encode.progress = &evaluation_progress_;
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
  ProgressSink silent_;
  StoppableProgress evaluation_progress_;
  Evaluator evaluator_;          ///< of finished runs, and
  PeriodicEvaluation periodic_;  ///< through this one of running ones
  std::vector<Trial> trials_;
  std::vector<std::string> unmeasured_;
};

}  // namespace

std::vector<ResultRow> run_clip_study(const ClipStudyConfig& config, const ClipStudyHooks& hooks) {
  Study study(config, hooks);
  make_dirs(config.output_dir);
  const LineAppender lock(config.output_dir / run_lock);  // two would measure and write one run's figures
  return study.go();
}

}  // namespace counterpoint::protoclip
