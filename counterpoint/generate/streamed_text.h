// A reply's text as pieces that never have to be taken back.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace counterpoint::generate {

/// White space at the ends is left out, as in ChatReply::text, so it is held back until something follows; so are
/// bytes at the end that are no whole character yet.
class StreamedText {
 public:
  explicit StreamedText(std::function<void(std::string_view piece)> on_text) : on_text_(std::move(on_text)) {}
  /// `decoded`: all the text so far, damaged bytes as U+FFFD.
  void grow(std::string_view decoded);
  /// `text`: the whole reply.
  void finish(std::string_view text);

 private:
  std::function<void(std::string_view)> on_text_;
  std::string shown_;
};

}  // namespace counterpoint::generate
