#include "counterpoint/text/normalizer.h"

#include "counterpoint/text/unicode.h"

namespace counterpoint::text {

NormalizerChain::NormalizerChain(std::vector<Normalizer> steps) {
  for (Normalizer& rule : steps) {
    Step step{std::move(rule), {}};
    if (step.rule.kind == Normalizer::Kind::replace_regex) step.pattern.emplace_back(step.rule.from);
    if (step.rule.kind == Normalizer::Kind::replace) step.pattern.emplace_back(quoted_pattern(step.rule.from));
    steps_.push_back(std::move(step));
  }
}

std::string NormalizerChain::operator()(std::string_view text, bool prepends) const {
  std::string out(text);
  for (const Step& step : steps_) {
    const Normalizer& rule = step.rule;
    switch (rule.kind) {
      case Normalizer::Kind::lowercase:
        out = to_lower(out);
        break;
      case Normalizer::Kind::prepend:
        if (prepends && !out.empty()) out.insert(0, rule.to);
        break;
      case Normalizer::Kind::replace:
      case Normalizer::Kind::replace_regex:
        out = step.pattern.front().replace(out, rule.to);
        break;
      default:
        out = normal_form(out, rule.kind);
    }
  }
  return out;
}

}  // namespace counterpoint::text
