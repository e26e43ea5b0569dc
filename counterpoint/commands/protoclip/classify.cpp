// protoclip classify: which of some labels fits a picture.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/evaluate/zero_shot.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;

struct Options {
  ModelOptions model;
  std::filesystem::path picture, templates;
  std::string labels;
  std::int64_t top = 0;
};

/// One picture that is in memory.
class OnePicture : public image_text::PictureStore {
 public:
  explicit OnePicture(image::Image image) : image_(std::move(image)) {}
  image::Image picture(std::size_t /*sample*/, int /*at_least*/) const override { return image_; }

 private:
  image::Image image_;
};

image_text::PairSet read_picture(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  image::Image image = image::decode(std::as_bytes(std::span(bytes)), file.string());
  return {{{file.string(), {""}, ""}}, std::make_shared<OnePicture>(std::move(image))};
}

/// "a,b,c", or a file with one a line.
std::vector<std::string> labels_of(const std::string& list_or_file) {
  const bool is_file = std::filesystem::is_regular_file(list_or_file);
  std::vector<std::string> labels;
  for (const std::string& part : split(is_file ? read_file(list_or_file) : list_or_file, is_file ? '\n' : ','))
    if (const std::string label(trim(part)); !label.empty()) labels.push_back(label);
  if (labels.size() < 2)
    fail("--labels '{}' gives {} label{}; two or more were expected, as a,b,c or one a line of a file", list_or_file,
         labels.size(), labels.size() == 1 ? "" : "s");
  return labels;
}

torch::Tensor probabilities(const Options& options, const std::vector<std::string>& labels) {
  const torch::NoGradGuard no_grad;
  method::OpenedModel opened = open_model(options.model);
  const auto templates =
      options.templates.empty() ? method::default_templates() : method::read_templates(options.templates);
  const torch::Tensor picture = method::encode_pictures(opened.model, read_picture(options.picture)).rows;
  const torch::Tensor texts =
      method::encode_captions(opened.model, opened.tokenizer, method::filled_templates(labels, templates));
  const torch::Tensor cosines =
      method::zero_shot_scores(picture, method::class_embeddings(texts, std::ssize(labels)))[0];
  return (opened.model->logit_scale().exp() * cosines).softmax(0).to(torch::kFloat64).contiguous();
}

void print(const torch::Tensor& shares, const std::vector<std::string>& labels, std::int64_t top) {
  constexpr double bar_width = 30;
  const report::Terminal terminal = report::terminal_of(STDOUT_FILENO);
  const auto [best, rows] = shares.sort(/*stable=*/true, 0, /*descending=*/true);
  report::Table table({{"label", report::Align::left, true}, {"%", report::Align::right}, {""}});
  for (std::int64_t i = 0; i < (top > 0 ? std::min(top, rows.size(0)) : rows.size(0)); ++i) {
    const double share = best[i].item<double>();
    table.add_row({labels[static_cast<size_t>(rows[i].item<std::int64_t>())], fmt::format("{:.1f}", 100 * share),
                   report::repeated(terminal.utf8 ? "█" : "#", static_cast<size_t>(std::lround(bar_width * share)))});
  }
  std::fputs(table.print(terminal).c_str(), stdout);
}

void classify(const Options& options) {
  const std::vector<std::string> labels = labels_of(options.labels);
  print(probabilities(options, labels), labels, options.top);
}

}  // namespace

void declare_classify(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("classify", "Tell which of some labels fits a picture.");
  shown_as(command->add_option("picture", options->picture, "JPEG, PNG or WebP")->required(), "FILE REQUIRED");
  shown_as(command->add_option("--labels", options->labels, "a,b,c, or a file with one a line")->required(),
           "WHAT REQUIRED");
  shown_as(command->add_option("--templates", options->templates,
                               "Captions around a label, one a line, {} in its place ('a photo of a {}.')"),
           "FILE");
  shown_as(command->add_option("--top", options->top, "Labels that are shown (0: all)")
               ->check(zero_or_more())
               ->capture_default_str(),
           "N");
  add_model_options(*command, options->model);
  command->callback([options] { classify(*options); });
}

}  // namespace counterpoint::commands::protoclip
