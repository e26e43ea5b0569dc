#include "counterpoint/persuasion/train/preference_rows.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {

constexpr const char expected[] =
    "a preference row {\"prompt\", \"chosen\", \"rejected\"} of messages or of texts was expected";
constexpr const char no_prompt[] = "there is no 'prompt'";
constexpr const char same[] = "'chosen' and 'rejected' are the same";

std::string the_reply(const text::Messages& messages, const char* key) {
  if (messages.size() == 1 && messages[0].role == "assistant") return messages[0].content;
  fail("'{}' is {} behind the prompt; one reply of the assistant was expected", key,
       messages.size() == 1 ? "a message of the " + messages[0].role : fmt::format("{} messages", messages.size()));
}

text::Messages cut_beginning(const text::Messages& messages, std::ptrdiff_t count) {
  return {messages.begin() + count, messages.end()};
}

void read_conversations(const data::Fields& fields, PreferenceText& out) {
  text::Messages chosen = text::messages_from_json(fields.list("chosen"), "chosen");
  text::Messages rejected = text::messages_from_json(fields.list("rejected"), "rejected");
  if (fields.has("prompt") && !fields.at("prompt").is_string()) {
    out.prompt = text::messages_from_json(fields.list("prompt"), "prompt");
    if (out.prompt.empty()) fail("'prompt' has no messages");
  } else {
    const auto differ = std::mismatch(chosen.begin(), chosen.end(), rejected.begin(), rejected.end()).first;
    out.prompt.assign(chosen.begin(), differ);
    if (chosen == rejected) fail("{}", same);
    if (out.prompt.empty())
      fail("'chosen' and 'rejected' have no common beginning, and {}",
           fields.has("prompt")
               ? "'prompt' is a text; a list of {\"role\", \"content\"} was expected, as the replies are"
               : no_prompt);
    chosen = cut_beginning(chosen, std::ssize(out.prompt));
    rejected = cut_beginning(rejected, std::ssize(out.prompt));
  }
  out.chosen = the_reply(chosen, "chosen");
  out.rejected = the_reply(rejected, "rejected");
}

/// How many bytes of two texts are their common prompt, as TRL divides them: both completions keep a character, and a
/// space before the border belongs to them.
size_t common_prompt(std::string_view a, std::string_view b) {
  const size_t shorter = std::min(a.size(), b.size());
  if (shorter == 0) return 0;
  size_t at = 0;
  while (at + 1 < shorter && a[at] == b[at]) ++at;
  const bool differ = a[at] != b[at];  // else one is the beginning of the other
  const auto within_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; };
  while (at > 0 && (within_character(a[at]) || within_character(b[at]))) --at;
  return differ && at > 0 && a[at - 1] == ' ' ? at - 1 : at;
}

void read_texts(const data::Fields& fields, PreferenceText& out) {
  out.chosen = fields.text("chosen");
  out.rejected = fields.text("rejected");
  if (fields.has("prompt")) {
    out.plain_prompt = fields.text("prompt");
    if (out.plain_prompt.empty()) fail("'prompt' is empty");
    return;
  }
  const size_t common = common_prompt(out.chosen, out.rejected);
  if (common == 0) fail("'chosen' and 'rejected' have no common beginning, and {}", no_prompt);
  out.plain_prompt = out.chosen.substr(0, common);
  out.chosen.erase(0, common);
  out.rejected.erase(0, common);
}

std::optional<PairKind> kind_of(const data::Json& row) {
  const auto found = row.find("kind");
  for (const PairKind kind : {PairKind::resist, PairKind::accept})
    if (found != row.end() && *found == name_of(kind)) return kind;
  return std::nullopt;
}

nn::TrainRow encode(const PreferenceText& pair, const RowEncoder& encoder) {
  const std::array<std::string, 2> texts{pair.chosen, pair.rejected};
  return pair.prompt.empty() ? encoder.completions(pair.plain_prompt, texts) : encoder.replies(pair.prompt, texts);
}

}  // namespace

PreferenceText parse_preference(const data::Json& row) {
  const data::Fields fields(row, "");
  for (const char* key : {"chosen", "rejected"}) {
    if (!row.contains(key)) fail("{}, this has {}", expected, data::keys_of(row));
    if (row[key].is_null()) fields.wrong(key, "is null");
  }
  PreferenceText out;
  const bool plain_prompt = fields.has("prompt") && fields.at("prompt").is_string();
  if (fields.at("chosen").is_string() || (plain_prompt && !fields.at("chosen").is_array()))
    read_texts(fields, out);
  else
    read_conversations(fields, out);
  if (out.chosen == out.rejected) fail("{}", same);
  out.kind = kind_of(row);
  if (const auto id = row.find("question_id"); id != row.end() && id->is_string()) out.question_id = *id;
  return out;
}

PreferenceRows load_preference_rows(const std::filesystem::path& path, const RowEncoder& encoder,
                                    const RowOptions& options) {
  PreferenceRows out;
  read_rows(path, options.skip_bad, out.report, [&](const data::Json& row, const std::string& place) {
    PreferenceRow pair{parse_preference(row), {}};
    pair.tokens = encode(pair.text, encoder);
    if (finish_row(pair.tokens, place, options.max_length, out.report)) out.rows.push_back(std::move(pair));
  });
  refuse_empty(path, out.rows.size(), out.report);
  return out;
}

nn::TrainRow chosen_only(nn::TrainRow pair) {
  COUNTERPOINT_ASSERT(pair.branches.size() == 2);
  pair.branches.pop_back();
  return pair;
}

std::array<nn::TrainRow, 2> unshared(const nn::TrainRow& pair) {
  COUNTERPOINT_ASSERT(pair.branches.size() == 2);
  std::array<nn::TrainRow, 2> rows{chosen_only(pair), pair};
  rows[1].branches.erase(rows[1].branches.begin());
  return rows;
}

}  // namespace counterpoint::persuasion
