// Templates are told apart by what they do, not by how they are spelled, and never mistaken.
#include "counterpoint/text/chat_format.h"
#include "counterpoint/text/jinja_skeleton.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

std::string name_of(std::string_view jinja) { return text::recognise_chat_format(jinja, "<s>", "</s>")->name(); }

constexpr std::string_view chatml =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + "
    "'\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

std::string with(std::string_view source, std::string_view from, std::string_view to) {
  std::string out(source);
  const size_t at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

TEST(ChatTemplate, OtherQuotesSpacesTagsAndToolsAreTheSame) {
  EXPECT_EQ(name_of(chatml), "chatml");
  EXPECT_EQ(name_of(R"({#- Tools come first. -#}
{%- if tools %}
    {{- "Tools: " + tools | tojson }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "tool" %}
        {{- "<tool>" + message.content + "</tool>" }}
    {%- else %}
        {{- "<|im_start|>" + message.role + "\n" }}
        {{- message.content }}
        {{- "<|im_end|>\n" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>' }}
    {{- 'assistant' + '\n' }}
{%- endif %}
)"),
            "chatml");
}

TEST(ChatTemplate, EachDifferenceInWhatIsWrittenIsSeen) {
  const std::pair<std::string_view, std::string_view> changes[] = {
      {"message['content']", "message['content'] | trim"},
      {"message['content']", "message['content'].upper()"},
      {"message['role']", "'user'"},
      {"'<|im_end|>' + '\n'", "'<|im_end|>'"},
      {"'<|im_end|>' + '\n'", "'<|im_end|>\n\n'"},
      {"in messages %}", "in messages[1:] %}"},
      {"{% for", "{{ bos_token }}{% for"},
      {"{% for", "Hello {% for"},
      {"{% for message in messages %}", "{% for message in messages %}{% if loop.first %}{{ 'x' }}{% endif %}"},
      {"assistant\n'", "assistant\n<think>\n'"},
      {"{% if add_generation_prompt %}", "{% if true %}"},
      {"{% if add_generation_prompt %}", "{% if add_generation_prompt and messages %}"}};
  for (const auto& [from, to] : changes) {
    const std::string message = error_of([&] { name_of(with(chatml, from, to)); });
    EXPECT_NE(message.find("--chat-format NAME"), std::string::npos) << to;
    EXPECT_NE(message.find("chatml-smollm2, "), std::string::npos) << to;
  }
}

constexpr std::string_view with_default =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

TEST(ChatTemplate, TheDefaultSystemLineIsTakenFromTheTemplate) {
  EXPECT_EQ(name_of(with_default), "chatml-qwen2");
  const std::string own = with(with_default, "You are a helpful assistant.", R"(Don\'t say \"no\".\nBe kind.)");
  const auto format = text::recognise_chat_format(own, "", "");
  EXPECT_EQ(format->name(), "chatml with the template's own system line");
  EXPECT_EQ(format->render({{"user", "u"}}),
            "<|im_start|>system\nDon't say \"no\".\nBe kind.<|im_end|>\n<|im_start|>user\nu<|im_end|>\n");
  EXPECT_EQ(format->render({{"system", "s"}}), "<|im_start|>system\ns<|im_end|>\n");
}

TEST(ChatTemplate, AComputedSystemLineIsNoDefault) {
  const std::string computed = with(with_default, "You are a helpful assistant.", "' + now() + '");
  EXPECT_NE(error_of([&] { name_of(computed); }).find("not one of those"), std::string::npos);
}

TEST(ChatTemplate, TodaysDateIsRefusedWithAWayOut) {
  const std::string dated = with(with_default, "You are a helpful assistant.", "' + strftime_now('%d') + '");
  EXPECT_NE(error_of([&] { name_of(dated); }).find("llama3.1 writes the date 26 Jul 2024"), std::string::npos);
}

TEST(ChatTemplate, WhiteSpaceIsTreatedAsTransformersDoes) {
  // trim_blocks eats the line break behind a statement, lstrip_blocks the spaces before one at the start of a line.
  EXPECT_EQ(text::jinja_skeleton("{% for m in messages %}\n  {% if m %}\nx\n  {% endif %}\n y{{ m }}{% endfor %}\n"),
            "{% for m in messages %}\n{% if m %}\n{{ 'x\\n' }}\n{% endif %}\n{{ ' y' + m }}\n{% endfor %}\n");
  EXPECT_EQ(text::jinja_skeleton("a {{- b -}}\n c"), "{{ 'a' + b + 'c' }}\n");
}

TEST(ChatTemplate, ConditionsOnToolsAreDecided) {
  const auto body = [](std::string_view condition) {
    return text::jinja_skeleton("{% if " + std::string(condition) + " %}A{% else %}B{% endif %}");
  };
  const std::string yes = "{{ 'A' }}\n", no = "{{ 'B' }}\n";
  EXPECT_EQ(body("tools"), no);
  EXPECT_EQ(body("not tools"), yes);
  EXPECT_EQ(body("tools is not none and (x or y)"), no);
  EXPECT_EQ(body("tools is none"), yes);
  EXPECT_EQ(body("tools is not defined"), yes);
  EXPECT_EQ(body("not (m.role == 'tool' or (m.tool_calls is defined and m.tool_calls is not none))"), yes);
  EXPECT_EQ(body("x or not tools"), yes);
  EXPECT_EQ(body("x and not tools"), "{% if x and not tools %}\n{{ 'A' }}\n{% else %}\n{{ 'B' }}\n{% endif %}\n");
}

TEST(ChatTemplate, DamagedTemplatesAreErrors) {
  const std::string_view damaged[] = {"{{ 'a",       "{% if x %}a", "{% for m in x %}",
                                      "{% endif %}", "{# open",     "{% if x %}{% endfor %}",
                                      "{{ 'a' }",    "{%",          "{{"};
  for (const std::string_view jinja : damaged) EXPECT_NE(error_of([&] { name_of(jinja); }), "") << jinja;
  EXPECT_NE(error_of([] { name_of(""); }), "");
}

TEST(ChatTemplate, WhatIsNestedTooDeeplyIsRefused) {
  const auto nested = [](int depth) {
    std::string out;
    for (int i = 0; i < depth; ++i) out += "{% if x %}";
    out += "{{ y }}";
    for (int i = 0; i < depth; ++i) out += "{% endif %}";
    return out;
  };
  expect_contains(error_of([&] { text::recognise_chat_format(nested(100'000), "<s>", "</s>"); }), "nested more than");
  std::string condition;
  for (int i = 0; i < 100'000; ++i) condition += "not ";
  expect_contains(
      error_of([&] { text::recognise_chat_format("{% if " + condition + "x %}a{% endif %}", "<s>", "</s>"); }),
      "a condition of the chat template");
}

}  // namespace
}  // namespace counterpoint::test
