#include "counterpoint/commands/protoclip/data_options.h"

#include <cstdio>

#include "counterpoint/commands/option_help.h"

namespace counterpoint::commands::protoclip {

void add_data_options(CLI::App& command, image_text::DataOptions& data, const std::string& name) {
  shown_as(command.add_option(name, data.data,
                              "Tars (a-{000..003}.tar::b.tar), a .csv or .tsv, or a folder (captions.jsonl, or one "
                              "folder a class)"),
           "DATA");
  // Options of the form exist once, whatever number of sets a command takes.
  if (command.get_option_no_throw("--dataset-type") != nullptr) return;
  const auto add = [&](const char* option, std::string& value, const char* help) {
    return command.add_option(option, value, help)->capture_default_str();
  };
  add("--dataset-type", data.type, "What the data is")->check(CLI::IsMember(image_text::dataset_types()));
  add("--csv-img-key", data.csv_image_key, "Column of the picture's file");
  add("--csv-caption-key", data.csv_caption_key, "Column of the caption");
  add("--csv-label-key", data.csv_label_key, "Column of the class name, if there is one");
  shown_as(command.add_option("--synthetic-size", data.synthetic_size, "Pairs of --dataset-type synthetic")
               ->check(above_zero())
               ->capture_default_str(),
           "N");
  command.add_option("--csv-separator", data.csv_separator, "Between columns (default: TAB)");
}

image_text::DataOptions same_form(image_text::DataOptions form, const std::string& data) {
  form.data = data;
  return form;
}

image_text::PairSet open_noted(const image_text::DataOptions& data) {
  image_text::PairSet pairs = image_text::open_pairs(data);
  for (const std::string& note : pairs.notes()) std::fprintf(stderr, "%s: %s\n", data.data.c_str(), note.c_str());
  return pairs;
}

}  // namespace counterpoint::commands::protoclip
