#include "counterpoint/report/page.h"

#include <openssl/evp.h>

#include "counterpoint/core/error.h"
#include "counterpoint/data/base64.h"
#include "counterpoint/report/html.h"

namespace counterpoint::report {

std::string_view page_style();   // page.css
std::string_view page_script();  // page.js

namespace {

std::string contents(const std::vector<PageSection>& sections) {
  if (sections.size() < 2) return "";
  std::string out = "<nav aria-label=\"Contents\"><ul>\n";
  for (const PageSection& section : sections)
    out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", escape_html(section.id), escape_html(section.title));
  return out + "</ul></nav>\n";
}

std::string head(const Page& page, const std::string& style, const std::string& script) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; "
      "{}base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      policy_hash(style), policy_hash(script), page.pictures ? "img-src data:; " : "", escape_html(page.title), style);
}

std::string header(const Page& page) {
  std::string out = "<header class=\"masthead\">\n";
  if (!page.kicker.empty()) out += fmt::format("<p class=\"kicker\">{}</p>\n", escape_html(page.kicker));
  out += fmt::format("<h1>{}</h1>\n", escape_html(page.title));
  if (!page.subtitle.empty()) out += fmt::format("<p class=\"subtitle\">{}</p>\n", escape_html(page.subtitle));
  return out + contents(page.sections) + "</header>\n";
}

}  // namespace

std::string policy_hash(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  COUNTERPOINT_ASSERT(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1);
  return "sha256-" + data::base64({reinterpret_cast<const char*>(digest), size});
}

std::string render(const Page& page) {
  const std::string style = "\n" + std::string(page_style()) + page.style;
  const std::string script = fmt::format("\n(function () {{\n'use strict';\n{}{}}})();\n", page_script(), page.script);
  std::string out = head(page, style, script) + "<body>\n" + header(page) + "<main>\n";
  for (const PageSection& section : page.sections)
    out += fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
        escape_html(section.id), escape_html(section.title), section.html);
  out += "</main>\n";
  if (!page.footer.empty()) out += fmt::format("<footer><p>{}</p></footer>\n", escape_html(page.footer));
  for (const PageData& data : page.data)
    out += fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", escape_html(data.id),
                       json_for_page(data.value));
  return out + fmt::format("<script>{}</script>\n</body>\n</html>\n", script);
}

}  // namespace counterpoint::report
