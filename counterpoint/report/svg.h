// A small writer of SVG drawings inside an HTML page. Colours and type come from the page's style (report/page.css): a
// shape names classes, so that a drawing follows light and dark. Coordinates are pixels of a drawing `width` wide; the
// page shows it no wider than 1.25 times that, so that its text stays readable on a phone.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint::report {

/// How a mark looks besides its colour, so that colour is never the only difference.
enum class Mark { circle, square, diamond, triangle, hollow_circle, hollow_square };
/// The mark that goes with a series' colour.
Mark mark_of(int colour);

/// The class that paints with the colour of series `index` (0 and up, six different ones).
std::string colour_class(int index);

class Svg {
 public:
  Svg(double width, double height) : width_(width), height_(height) {}

  void line(double x1, double y1, double x2, double y2, std::string_view classes);
  void rect(double x, double y, double width, double height, std::string_view classes);
  /// `path`: SVG path data.
  void path(std::string_view path, std::string_view classes);
  /// `anchor`: "start", "middle" or "end". `y` is the base line.
  void text(double x, double y, std::string_view text, std::string_view anchor, std::string_view classes);
  /// With words that show where the pointer rests on it.
  void mark(Mark mark, double x, double y, double radius, std::string_view classes, std::string_view words = "");

  /// The element. `label` says what a screen reader reads instead of the drawing.
  std::string html(std::string_view label, std::string_view classes = "chart") const;

 private:
  double width_, height_;
  std::string body_;
};

/// 12.345 as "12.3", 12.0 as "12".
std::string pixels(double value);

}  // namespace counterpoint::report
