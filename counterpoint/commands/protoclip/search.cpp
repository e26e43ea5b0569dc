// protoclip search: pictures for a query.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/protoclip/index_file.h"
#include "counterpoint/commands/protoclip/model_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/losses.h"
#include "counterpoint/protoclip/page/search_page.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;

struct Options {
  ModelOptions model;
  std::filesystem::path index, html;
  std::string query;
  std::int64_t top = 9;
};

/// The model that embedded the index, unless another place is given for it.
method::OpenedModel model_of(const Options& options, const Index& index) {
  ModelOptions model = options.model;
  if (model.model.empty()) model.model = index.model;
  method::OpenedModel opened = open_model(model);
  if (method::weights_fingerprint(opened.model) != index.weights)
    fail("{}: embedded by other weights than those of {}; embed the pictures again, or name their model with --model",
         options.index.string(), opened.folder.string());
  return opened;
}

std::vector<method::FoundPicture> found(const Options& options, const Index& index) {
  method::OpenedModel opened = model_of(options, index);
  const torch::Tensor query = method::encode_captions(opened.model, opened.tokenizer, {options.query});
  const torch::Tensor cosines = method::unit_rows(index.images).mv(method::unit_rows(query)[0]);
  const auto [best, rows] = cosines.sort(/*stable=*/true, 0, /*descending=*/true);
  const std::vector<std::string> captions = index.first_captions();
  std::vector<method::FoundPicture> out;
  for (std::int64_t i = 0; i < std::min(options.top, rows.size(0)); ++i) {
    const auto row = static_cast<size_t>(rows[i].item<std::int64_t>());
    out.push_back({.picture = {index.thumbnails.empty() ? "" : index.thumbnails[row], captions[row]},
                   .key = index.keys[row],
                   .cosine = best[i].item<double>()});
  }
  return out;
}

void print(const std::vector<method::FoundPicture>& pictures) {
  using report::Align;
  report::Table table({{"", Align::right}, {"cosine", Align::right}, {"picture"}, {"caption", Align::left, true}});
  for (const method::FoundPicture& one : pictures)
    table.add_row(
        {std::to_string(&one - pictures.data() + 1), fmt::format("{:.3f}", one.cosine), one.key, one.picture.caption});
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
}

/// A page may be made again.
void check_html(const std::filesystem::path& file) {
  check_writable(file);
  const auto read = [&] {
    if (!method::is_search_page(read_file(file))) fail("another page");
  };
  check_replaceable(file, "page of 'protoclip search'", read, "--html");
}

void search(const Options& options) {
  if (trim(options.query).empty()) fail("the query is empty: what is looked for was expected, \"a dog in the snow\"");
  if (!options.html.empty()) check_html(options.html);
  const Index index = read_index(options.index);
  if (!index.images.defined()) fail("{}: holds captions only; embed pictures", options.index.string());
  const auto pictures = found(options, index);
  print(pictures);
  if (options.html.empty()) return;
  const std::string subtitle = fmt::format("{} pictures, searched by {}", index.keys.size(), index.model);
  write_file_atomic(options.html,
                    method::search_page({.query = options.query, .found = pictures, .subtitle = subtitle}));
  std::printf("\nLook at: %s\n", options.html.c_str());
}

}  // namespace

void declare_search(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("search", "Find embedded pictures by words.");
  shown_as(command->add_option("query", options->query, "What is looked for, \"a dog in the snow\"")->required(),
           "WORDS REQUIRED");
  shown_as(command->add_option("--index", options->index, "What 'protoclip embed' wrote")->required(), "PATH REQUIRED");
  shown_as(
      command->add_option("--top", options->top, "Pictures that are shown")->check(above_zero())->capture_default_str(),
      "N");
  shown_as(command->add_option("--html", options->html, "Writes a page of thumbnails"), "FILE");
  add_model_options(*command, options->model, false);
  command->callback([options] { search(*options); });
}

}  // namespace counterpoint::commands::protoclip
