// What a trained model does on held-out pairs, kept beside it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "counterpoint/protoclip/evaluate/evaluator.h"

namespace counterpoint::protoclip {

/// Measures run_folder/model on a device ("cpu", "cuda", "cuda:N") with the evaluations of the evaluator's settings.
/// Writes figures.json (as json_of tells) and retrieval.json (captions of the test set whose picture came first, and
/// those where it came last); those of an earlier measurement go before anything is measured. Returns what read_figures
/// will.
std::vector<Figure> measure_run(const std::filesystem::path& run_folder, Evaluator& evaluator,
                                const std::string& device);

/// figures.json back; empty: there is none.
std::vector<Figure> read_figures(const std::filesystem::path& run_folder);

}  // namespace counterpoint::protoclip
