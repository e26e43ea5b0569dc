#include "counterpoint/protoclip/page/clip_page.h"

#include "counterpoint/protoclip/page/sections.h"
#include "counterpoint/report/page.h"

namespace counterpoint::protoclip {

std::string_view clip_style();  // clip.css

std::string clip_page(const ClipPage& page) {
  report::Page out{.kicker = "Counterpoint · protoclip", .title = page.title, .subtitle = page.subtitle};
  const auto add = [&](const char* id, const char* title, std::string html) {
    if (!html.empty()) out.sections.push_back({id, title, std::move(html)});
  };
  add("arms", "Arms", arms_html(page));
  add("gains", "Gains, seed by seed", gains_html(page));
  add("curves", "Training", curves_html(page));
  add("prototypes", "Prototypes", galleries_html(page));
  add("map", "Both modalities on one map", maps_html(page));
  add("retrieval", "Retrieval", retrieval_html(page));
  add("settings", "Settings", settings_html(page));
  out.footer = page.footer;
  out.style = std::string(clip_style());
  out.pictures = true;
  return report::render(out);
}

}  // namespace counterpoint::protoclip
