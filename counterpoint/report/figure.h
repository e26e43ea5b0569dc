// What all charts share: a titled figure around a drawing, and drawings side by side.
#pragma once
#include <string>

#include "counterpoint/report/svg.h"

namespace counterpoint::report {

/// `title` and `note` are plain text, `drawing` is markup.
std::string figure_html(const std::string& title, const std::string& drawing, const std::string& note);

/// Figures side by side where there is room, else one below the other. "" for no figures.
std::string figures_html(const std::string& figures);

/// Markup that is folded away behind `summary` (plain text).
std::string folded_html(const std::string& summary, const std::string& html);

/// A paragraph of plain text: explains what is seen. "" for no text.
std::string note_html(const std::string& text);

}  // namespace counterpoint::report
