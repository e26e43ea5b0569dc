// The chat templates that are known, as skeletons (see jinja_skeleton.h).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace counterpoint::text {

struct TemplateMatch {
  std::string format;          ///< a name as for make_chat_format; "chatml" for all of ChatML
  std::string default_system;  ///< what the template itself says where no system message is given; "": nothing
};

/// Nothing: a template that is not known.
std::optional<TemplateMatch> match_template(std::string_view skeleton);

}  // namespace counterpoint::text
