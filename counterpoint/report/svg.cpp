#include "counterpoint/report/svg.h"

#include <fmt/format.h>

#include "counterpoint/report/html.h"

namespace counterpoint::report {
namespace {

std::string outline(Mark mark, double x, double y, double r) {
  const auto at = [](double a, double b) { return pixels(a) + " " + pixels(b); };
  switch (mark) {
    case Mark::square:
    case Mark::hollow_square:
      return fmt::format("M{}h{}v{}h-{}z", at(x - r * 0.9, y - r * 0.9), pixels(r * 1.8), pixels(r * 1.8),
                         pixels(r * 1.8));
    case Mark::diamond:
      return fmt::format("M{}L{}L{}L{}z", at(x, y - r * 1.25), at(x + r * 1.25, y), at(x, y + r * 1.25),
                         at(x - r * 1.25, y));
    case Mark::triangle:
      return fmt::format("M{}L{}L{}z", at(x, y - r * 1.2), at(x + r * 1.15, y + r * 0.9),
                         at(x - r * 1.15, y + r * 0.9));
    case Mark::circle:
    case Mark::hollow_circle:
      break;
  }
  return fmt::format("M{}a{} {} 0 1 0 {} 0a{} {} 0 1 0 -{} 0z", at(x - r, y), pixels(r), pixels(r), pixels(2 * r),
                     pixels(r), pixels(r), pixels(2 * r));
}

}  // namespace

Mark mark_of(int colour) {
  constexpr Mark marks[] = {Mark::circle, Mark::triangle, Mark::square, Mark::diamond};
  return marks[static_cast<size_t>(colour) % std::size(marks)];
}

std::string colour_class(int index) { return fmt::format("s{}", index % 6); }

std::string pixels(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{}\"/>\n", pixels(x1), pixels(y1),
                       pixels(x2), pixels(y2), classes);
}

void Svg::rect(double x, double y, double width, double height, std::string_view classes) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>\n", pixels(x), pixels(y),
                       pixels(width), pixels(height), classes);
}

void Svg::path(std::string_view path, std::string_view classes) {
  body_ += fmt::format("<path d=\"{}\" class=\"{}\"/>\n", path, classes);
}

void Svg::text(double x, double y, std::string_view text, std::string_view anchor, std::string_view classes) {
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", pixels(x), pixels(y),
                       anchor, classes, escape_html(text));
}

void Svg::mark(Mark mark, double x, double y, double radius, std::string_view classes, std::string_view words) {
  const bool hollow = mark == Mark::hollow_circle || mark == Mark::hollow_square;
  body_ +=
      fmt::format("<path d=\"{}\" class=\"{} {}\">", outline(mark, x, y, radius), hollow ? "hollow" : "mark", classes);
  if (!words.empty()) body_ += "<title>" + escape_html(words) + "</title>";
  body_ += "</path>\n";
}

std::string Svg::html(std::string_view label, std::string_view classes) const {
  return fmt::format(
      "<svg class=\"{}\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
      classes, pixels(width_), pixels(height_), pixels(width_), pixels(height_), escape_html(label), body_);
}

}  // namespace counterpoint::report
