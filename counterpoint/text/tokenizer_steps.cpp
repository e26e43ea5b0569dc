#include "counterpoint/text/tokenizer_steps.h"

#include <functional>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/text/pattern.h"
#include "counterpoint/text/pre_tokens.h"

namespace counterpoint::text {
namespace {

using nlohmann::json;

/// For each type's name what it does; the table is also what error messages list.
template <class Out>
using Readers = std::map<std::string, std::function<void(const json&, const std::string& where, Out&)>>;

template <class Out>
void read_step(const json& step, const char* what, const char* sequence_key, const Readers<Out>& readers,
               const std::string& where, Out& out) {
  if (step.is_null()) return;
  const auto type = step.at("type").get<std::string>();
  if (type == "Sequence") {
    for (const json& inner : step.at(sequence_key)) read_step(inner, what, sequence_key, readers, where, out);
    return;
  }
  const auto reader = readers.find(type);
  if (reader != readers.end()) return reader->second(step, where, out);
  std::vector<std::string> known{"Sequence"};
  for (const auto& [name, unused] : readers) known.push_back(name);
  fail("{}: the {} '{}' is not known{}", where, what, type, suggestion(type, known));
}

/// {"Regex": ...} or {"String": ...}
struct JsonPattern {
  std::string text;
  bool regex = false;
};

JsonPattern pattern_in(const json& step) {
  const json& pattern = step.at("pattern");
  const bool regex = pattern.contains("Regex");
  return {pattern.at(regex ? "Regex" : "String").get<std::string>(), regex};
}

void split(const json& step, const std::string& where, TokenizerParts& parts) {
  const auto behavior = step.at("behavior").get<std::string>();
  const bool invert = step.value("invert", false);
  const JsonPattern pattern = pattern_in(step);
  PreSplitter splitter;
  if (behavior == "Isolated")
    splitter.kind = PreSplitter::Kind::isolated;
  else if (behavior == "Removed")
    splitter.kind = invert ? PreSplitter::Kind::matches : PreSplitter::Kind::between;
  else
    fail("{}: the pre-tokenizer Split has the behavior '{}' (known: Isolated, Removed)", where, behavior);
  splitter.pattern = pattern.regex ? pattern.text : quoted_pattern(pattern.text);
  parts.splitters.push_back(std::move(splitter));
}

void byte_level(const json& step, const std::string&, TokenizerParts& parts) {
  if (step.value("add_prefix_space", true)) parts.splitters.push_back({PreSplitter::Kind::prefix, ""});
  if (step.value("use_regex", true))
    parts.splitters.push_back({PreSplitter::Kind::isolated, std::string(patterns::gpt2)});
}

void digits(const json& step, const std::string&, TokenizerParts& parts) {
  const bool one_by_one = step.value("individual_digits", false);
  parts.splitters.push_back(
      {PreSplitter::Kind::isolated, std::string(one_by_one ? patterns::one_number : patterns::numbers)});
}

/// Metaspace's prepend_scheme; older files say add_prefix_space instead.
Metaspace::Prepend prepend_scheme(const json& step, const std::string& where) {
  if (!step.contains("prepend_scheme"))
    return step.value("add_prefix_space", true) ? Metaspace::Prepend::always : Metaspace::Prepend::never;
  const auto scheme = step["prepend_scheme"].get<std::string>();
  if (scheme == "always") return Metaspace::Prepend::always;
  if (scheme == "first") return Metaspace::Prepend::first;
  if (scheme == "never") return Metaspace::Prepend::never;
  fail("{}: Metaspace has the prepend_scheme '{}' (known: always, first, never)", where, scheme);
}

void check_replacement(const json& step, const std::string& where) {
  const auto replacement = step.value("replacement", "\xE2\x96\x81");
  if (replacement != "\xE2\x96\x81") fail("{}: Metaspace replaces spaces by '{}', not by U+2581", where, replacement);
}

void metaspace(const json& step, const std::string& where, TokenizerParts& parts) {
  check_replacement(step, where);
  if (parts.metaspace || !parts.splitters.empty()) fail("{}: Metaspace is not the first pre-tokenizer", where);
  parts.metaspace = Metaspace{prepend_scheme(step, where), step.value("split", true)};
}

auto plain(Normalizer::Kind kind) {
  return [kind](const json&, const std::string&, std::vector<Normalizer>& out) { out.push_back({kind, "", ""}); };
}

void prepend(const json& step, const std::string&, std::vector<Normalizer>& out) {
  out.push_back({Normalizer::Kind::prepend, "", step.at("prepend").get<std::string>()});
}

void replace(const json& step, const std::string&, std::vector<Normalizer>& out) {
  const JsonPattern pattern = pattern_in(step);
  out.push_back({pattern.regex ? Normalizer::Kind::replace_regex : Normalizer::Kind::replace, pattern.text,
                 step.at("content").get<std::string>()});
}

auto plain(TextDecoder::Kind kind) {
  return [kind](const json&, const std::string&, std::vector<TextDecoder>& out) {
    out.push_back({kind, "", "", 0, 0});
  };
}

void replace_token(const json& step, const std::string& where, std::vector<TextDecoder>& out) {
  const JsonPattern pattern = pattern_in(step);
  if (pattern.regex) fail("{}: the decoder Replace with a regular expression ('{}')", where, pattern.text);
  out.push_back({TextDecoder::Kind::replace, pattern.text, step.at("content").get<std::string>(), 0, 0});
}

void strip(const json& step, const std::string&, std::vector<TextDecoder>& out) {
  out.push_back({TextDecoder::Kind::strip, step.at("content").get<std::string>(), "",
                 step.at("start").get<std::int64_t>(), step.at("stop").get<std::int64_t>()});
}

void metaspace_decoder(const json& step, const std::string& where, std::vector<TextDecoder>& out) {
  check_replacement(step, where);
  const bool drop_first = prepend_scheme(step, where) != Metaspace::Prepend::never;
  out.push_back({TextDecoder::Kind::metaspace, "", "", drop_first, 0});
}

}  // namespace

void append_normalizers(const json& step, const std::string& where, std::vector<Normalizer>& out) {
  static const Readers<std::vector<Normalizer>> readers{{"NFC", plain(Normalizer::Kind::nfc)},
                                                        {"NFD", plain(Normalizer::Kind::nfd)},
                                                        {"NFKC", plain(Normalizer::Kind::nfkc)},
                                                        {"NFKD", plain(Normalizer::Kind::nfkd)},
                                                        {"Lowercase", plain(Normalizer::Kind::lowercase)},
                                                        {"Prepend", prepend},
                                                        {"Replace", replace}};
  read_step(step, "normalizer", "normalizers", readers, where, out);
}

void append_pre_tokenizers(const json& step, const std::string& where, TokenizerParts& parts) {
  static const Readers<TokenizerParts> readers{
      {"Split", split}, {"ByteLevel", byte_level}, {"Digits", digits}, {"Metaspace", metaspace}};
  read_step(step, "pre-tokenizer", "pretokenizers", readers, where, parts);
}

void append_decoders(const json& step, const std::string& where, std::vector<TextDecoder>& out) {
  static const Readers<std::vector<TextDecoder>> readers{{"ByteLevel", plain(TextDecoder::Kind::byte_level)},
                                                         {"ByteFallback", plain(TextDecoder::Kind::byte_fallback)},
                                                         {"Fuse", plain(TextDecoder::Kind::fuse)},
                                                         {"Replace", replace_token},
                                                         {"Strip", strip},
                                                         {"Metaspace", metaspace_decoder}};
  read_step(step, "decoder", "decoders", readers, where, out);
}

bool has_byte_level(const json& pre_tokenizer) {
  if (pre_tokenizer.is_null()) return false;
  const auto type = pre_tokenizer.at("type").get<std::string>();
  if (type != "Sequence") return type == "ByteLevel";
  for (const json& inner : pre_tokenizer.at("pretokenizers"))
    if (has_byte_level(inner)) return true;
  return false;
}

}  // namespace counterpoint::text
