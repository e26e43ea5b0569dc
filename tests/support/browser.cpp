#include "tests/support/browser.h"

#include <fmt/format.h>

#include <cstdlib>

#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::test {
namespace fs = std::filesystem;
namespace {

std::string quoted(const std::string& text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

bool runs(const std::string& command) { return std::system((command + " > /dev/null 2>&1").c_str()) == 0; }

std::string console_lines(const std::string& log) {
  std::string out;
  for (const std::string& line : split(log, '\n'))
    if (line.find(":CONSOLE") != std::string::npos) out += line + "\n";
  return out;
}

}  // namespace

std::optional<std::string> chromium() {
  if (const char* set = std::getenv("COUNTERPOINT_CHROMIUM")) return set;
  // Ubuntu's chromium-browser is a note that points at a snap: it is there but does not start.
  for (const char* name : {"chromium", "google-chrome", "google-chrome-stable", "chromium-browser"})
    if (runs(fmt::format("timeout 20 {} --version", name))) return name;
  return std::nullopt;
}

Drawn draw_in(const std::string& browser, const fs::path& page, const fs::path& scratch, const std::string& fragment) {
  const fs::path dom = scratch / "dom.html", log = scratch / "log.txt", net = scratch / "net.json";
  const std::string command = fmt::format(
      "timeout 90 {} --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
      "--disable-component-update --disable-sync --disable-default-apps --host-resolver-rules='MAP * ~NOTFOUND' "
      "--allow-file-access-from-files --enable-logging=stderr --virtual-time-budget=4000 --window-size=1200,900 "
      "--user-data-dir={} --log-net-log={} --dump-dom {} > {} 2> {}",
      quoted(browser), quoted((scratch / "profile").string()), quoted(net.string()),
      quoted("file://" + fs::absolute(page).string() + fragment), quoted(dom.string()), quoted(log.string()));
  const int status = std::system(command.c_str());
  if (status != 0) throw std::runtime_error(fmt::format("{}: status {}: {}", browser, status, read_file(log)));
  // The browser's own requests have no such key; a page's carry the place of the page.
  return {read_file(dom), console_lines(read_file(log)),
          read_file(net).find(R"("network_isolation_key":"file://)") != std::string::npos};
}

Drawn drive_in(const std::string& browser, const fs::path& page, const fs::path& scratch, int width,
               const std::string& script) {
  const fs::path frame = scratch / "frame.html";
  write_file_atomic(
      frame, fmt::format("<!DOCTYPE html><body><iframe id=\"frame\" width=\"{}\" height=\"800\" src=\"file://{}\">"
                         "</iframe><pre id=\"said\"></pre><script>\n"
                         "const said = document.getElementById('said');\n"
                         "const say = (name, value) => said.append(`${{name}}=${{value}};\\n`);\n"
                         "document.getElementById('frame').onload = (event) => {{\n"
                         "  const page = event.target.contentDocument;\n{}\n}};\n</script></body>",
                         width, fs::absolute(page).string(), script));
  return draw_in(browser, frame, scratch);
}

}  // namespace counterpoint::test
