#include "counterpoint/generate/streamed_text.h"

#include "counterpoint/core/strings.h"

namespace counterpoint::generate {
namespace {

constexpr std::string_view damaged = "\xEF\xBF\xBD";  // U+FFFD

std::string_view without_damaged_end(std::string_view text) {
  while (text.ends_with(damaged)) text.remove_suffix(damaged.size());
  return text;
}

}  // namespace

void StreamedText::grow(std::string_view decoded) { finish(trim(without_damaged_end(decoded))); }

void StreamedText::finish(std::string_view text) {
  // Byte fallback may turn whole characters into damaged ones again until the next byte comes.
  if (text.size() <= shown_.size() || !text.starts_with(shown_)) return;
  const std::string piece(text.substr(shown_.size()));
  shown_ = text;
  on_text_(piece);
}

}  // namespace counterpoint::generate
