// Training CLIP and ProtoCLIP in episodes (spec 2.1, "Online episodic training").
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/data/image_text/pair_set.h"
#include "counterpoint/protoclip/teacher/teacher_file.h"
#include "counterpoint/protoclip/train/learner.h"
#include "counterpoint/text/clip_tokenizer.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::protoclip {

struct TrainData {
  std::shared_ptr<const image_text::PairSet> pairs;
  text::ClipTokenizer tokenizer;
  std::filesystem::path vocabulary;        ///< the tokenizer's file; goes into checkpoints
  std::optional<TeacherFeatures> teacher;  ///< of these pairs
};

struct TrainHooks {
  /// After each episode (0-based) and, as episode -1, before the first: what held-out data says. Empty: nothing. May
  /// throw Interrupted, which is as `stop`: the run that goes on asks again.
  std::function<std::vector<train::Metric>(nn::ClipModel&, std::int64_t episode)> evaluate;
  std::function<void(const std::string&)> note;  ///< a line for the user
  /// True: save and return. Loader threads ask as well, one at a time.
  std::function<bool()> stop;
};

struct TrainResult {
  std::int64_t steps = 0, episodes = 0;
  double seconds = 0;  ///< of training: episodes with their features and clusters, without evaluations
  std::int64_t bad_pictures = 0;
  std::vector<std::string> bad_named;  ///< the first few that this process met, and why
  bool interrupted = false;
};

/// Trains in `run_folder` (metrics.jsonl, TensorBoard's events, checkpoints, prototypes.json and map.json for the
/// report) and leaves the model in run_folder/model, an open_clip folder. Goes on from the folder's newest checkpoint:
/// a run that was stopped gives the same bits as one that was not. A finished one stays as it is, whatever became of
/// its checkpoints. Error: what check_settings and check_same_run refuse; a folder in which another process trains; a
/// loss that is not finite, naming the step; too many bad pictures.
TrainResult train_clip(const std::filesystem::path& run_folder, const TrainSettings& settings, const TrainData& data,
                       const TrainHooks& hooks, ProgressSink& progress);

}  // namespace counterpoint::protoclip
