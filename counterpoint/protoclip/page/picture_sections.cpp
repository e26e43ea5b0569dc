// What can be looked at: the gallery of prototypes, the maps of both modalities, retrieval.
#include "counterpoint/protoclip/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"
#include "counterpoint/report/number.h"
#include "counterpoint/report/scatter_chart.h"

namespace counterpoint::protoclip {
namespace {

using report::escape_html;

std::string pictures_html(const std::vector<ShownPicture>& pictures, std::int64_t marked = -1) {
  std::string out = "<div class=\"pictures\">";
  for (size_t i = 0; i < pictures.size(); ++i) out += picture_html(pictures[i], static_cast<std::int64_t>(i) == marked);
  return out + "</div>\n";
}

std::string card_html(const PrototypeCard& card) {
  std::string out = fmt::format("<article class=\"card\"><h3>Cluster {} <span class=\"aside\">{}</span></h3>\n",
                                card.number, report::counted(card.size, "pair", "pairs"));
  if (!card.pictures.empty()) out += pictures_html(card.pictures);
  if (!card.captions.empty()) {
    out += "<ul class=\"captions\">";
    for (const std::string& caption : card.captions) out += "<li>" + escape_html(caption) + "</li>";
    out += "</ul>";
  }
  return out + "</article>\n";
}

report::ScatterChart map_chart(const FeatureMap& map) {
  const auto group = [&](const char* name, int colour, const std::vector<std::pair<double, double>>& places) {
    report::ScatterGroup points{.name = name, .colour = colour, .points = {}};
    for (size_t i = 0; i < places.size(); ++i)
      points.points.push_back({places[i].first, places[i].second, i < map.words.size() ? map.words[i] : ""});
    return points;
  };
  return {.title = map.title,
          .note = fmt::format("Distance between the two means: {}", report::format_freely(map.gap)),
          .groups = {group("pictures", 1, map.pictures), group("captions", 2, map.captions)},
          .linked = true};
}

std::string example_html(const RetrievalExample& example) {
  return fmt::format(
      "<article class=\"card\"><h3>{} <span class=\"aside\">its own picture came {}</span></h3>\n{}</article>\n",
      escape_html(example.caption), example.rank, pictures_html(example.found, example.own));
}

std::string examples_html(const char* title, const std::string& arm, const std::vector<RetrievalExample>& examples) {
  if (examples.empty()) return "";
  const std::string by = arm.empty() ? "" : " by " + escape_html(arm);
  std::string out = fmt::format("<h3 class=\"part\">{}{}</h3>\n<div class=\"cards\">\n", title, by);
  for (const RetrievalExample& example : examples) out += example_html(example);
  return out + "</div>\n";
}

}  // namespace

std::string picture_html(const ShownPicture& picture, bool marked) {
  const char* style = marked ? "picture own" : "picture";
  const std::string caption = escape_html(picture.caption);
  if (picture.address.empty())
    return fmt::format("<span class=\"{} missing\" title=\"{}\">no picture</span>", style, caption);
  return fmt::format("<img class=\"{}\" src=\"{}\" alt=\"{}\" title=\"{}\" loading=\"lazy\">", style,
                     escape_html(picture.address), caption, caption);
}

std::string galleries_html(const ClipPage& page) {
  std::string out;
  for (const PrototypeGallery& gallery : page.galleries) {
    if (gallery.cards.empty()) continue;
    out += fmt::format("<h3 class=\"part\">{}</h3>\n", escape_html(gallery.title)) + report::note_html(gallery.note) +
           "<div class=\"cards\">\n";
    for (const PrototypeCard& card : gallery.cards) out += card_html(card);
    out += "</div>\n";
  }
  return out;
}

std::string maps_html(const ClipPage& page) {
  std::string figures;
  for (const FeatureMap& map : page.maps) figures += report::draw(map_chart(map));
  if (figures.empty()) return "";
  return "<div class=\"maps\">" + report::figures_html(figures) + "</div>\n" +
         report::note_html(
             "Unit features of the same pairs, projected on the two directions in which all of them "
             "together vary most; a line joins a picture and its caption.");
}

std::string retrieval_html(const ClipPage& page) {
  std::string sides;
  for (const auto& [arm, good, bad] : page.retrieval)
    if (const std::string side = examples_html("Found", arm, good) + examples_html("Missed", arm, bad); !side.empty())
      sides += "<div>\n" + side + "</div>\n";
  return sides.empty() ? "" : "<div class=\"sides\">\n" + sides + "</div>\n";
}

std::string settings_html(const ClipPage& page) {
  if (page.settings.empty()) return "";
  report::HtmlTable table("Settings", {report::text_cell("Setting"), report::text_cell("Value")});
  for (const auto& [name, value] : page.settings) table.add_row({report::text_cell(name), report::text_cell(value)});
  return report::folded_html("Settings", table.html());
}

}  // namespace counterpoint::protoclip
