// A page as headless Chromium draws it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace counterpoint::test {

/// Chromium or Chrome (COUNTERPOINT_CHROMIUM, else by its usual names on PATH) if it is there and starts.
std::optional<std::string> chromium();

struct Drawn {
  std::string dom;             ///< the document as it stands when all scripts have run
  std::string console;         ///< what the page wrote to the console: errors, refusals by its policy
  bool asked_outside = false;  ///< the page, not the browser on its own account, made a request over the network
};

/// Opens `page` (at `fragment`, "#tree/2") in a browser with a profile of its own in `scratch`. Names resolve to
/// nothing, so that no request leaves the machine.
Drawn draw_in(const std::string& browser, const std::filesystem::path& page, const std::filesystem::path& scratch,
              const std::string& fragment = "");

/// Opens `page` in a frame `width` pixels wide inside a page that runs `script` on it, with `page` as its document and
/// `say(name, value)` to write into the result: the dom then holds "name=value;" for each.
Drawn drive_in(const std::string& browser, const std::filesystem::path& page, const std::filesystem::path& scratch,
               int width, const std::string& script);

}  // namespace counterpoint::test
