#include "counterpoint/text/known_templates.h"

#include <array>

namespace counterpoint::text {
namespace {

// Where a template's own system text stands in its skeleton.
constexpr std::string_view hole = "@DEFAULT@";

struct KnownTemplate {
  std::string_view format, skeleton, ending;
};

constexpr std::string_view no_ending;
constexpr std::string_view chatml_ending = R"({% if add_generation_prompt %}
{{ '<|im_start|>assistant\n' }}
{% endif %}
)";
constexpr std::string_view llama_ending = R"({% if add_generation_prompt %}
{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{% endif %}
)";

// ChatML and no more.
constexpr std::string_view plain_chatml = R"({% for message in messages %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + message [ 'content' ] + '<|im_end|>\n' }}
{% endfor %}
)";

// SmolLM2, and Qwen2 with another default.
constexpr std::string_view chatml_with_default = R"({% for message in messages %}
{% if loop [ 'first' ] and messages [ 0 ] [ 'role' ] != 'system' %}
{{ '<|im_start|>system\n@DEFAULT@<|im_end|>\n' }}
{% endif %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + message [ 'content' ] + '<|im_end|>\n' }}
{% endfor %}
)";

// Qwen2.5.
constexpr std::string_view qwen25 = R"({% if messages [ 0 ] [ 'role' ] == 'system' %}
{{ '<|im_start|>system\n' + messages [ 0 ] [ 'content' ] + '<|im_end|>\n' }}
{% else %}
{{ '<|im_start|>system\n@DEFAULT@<|im_end|>\n' }}
{% endif %}
{% for message in messages %}
{% if ( message [ 'role' ] == 'user' ) or ( message [ 'role' ] == 'system' and not loop [ 'first' ] ) or ( message [ 'role' ] == 'assistant' and not message [ 'tool_calls' ] ) %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + message [ 'content' ] + '<|im_end|>\n' }}
{% elif message [ 'role' ] == 'assistant' %}
{{ '<|im_start|>' + message [ 'role' ] }}
{% if message [ 'content' ] %}
{{ '\n' + message [ 'content' ] }}
{% endif %}
{% for tool_call in message [ 'tool_calls' ] %}
{% if tool_call [ 'function' ] is defined %}
{% set tool_call = tool_call [ 'function' ] %}
{% endif %}
{{ '\n<tool_call>\n{"name": "' + tool_call [ 'name' ] + '", "arguments": ' + tool_call [ 'arguments' ] | tojson + '}\n</tool_call>' }}
{% endfor %}
{{ '<|im_end|>\n' }}
{% endif %}
{% endfor %}
)";

// Qwen2.5 as TRL trains it.
constexpr std::string_view qwen25_training = R"({% if messages [ 0 ] [ 'role' ] == 'system' %}
{{ '<|im_start|>system\n' + messages [ 0 ] [ 'content' ] + '<|im_end|>\n' }}
{% else %}
{{ '<|im_start|>system\n@DEFAULT@<|im_end|>\n' }}
{% endif %}
{% for message in messages %}
{% if ( message [ 'role' ] == 'user' ) or ( message [ 'role' ] == 'system' and not loop [ 'first' ] ) %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + message [ 'content' ] + '<|im_end|>\n' }}
{% elif message [ 'role' ] == 'assistant' %}
{{ '<|im_start|>assistant\n' + message [ 'content' ] + '<|im_end|>\n' }}
{% endif %}
{% endfor %}
)";

// Qwen3-Instruct-2507: ChatML for contents that are text.
constexpr std::string_view qwen3_instruct = R"({% if messages [ 0 ] [ 'role' ] == 'system' %}
{{ '<|im_start|>system\n' + messages [ 0 ] [ 'content' ] + '<|im_end|>\n' }}
{% endif %}
{% for message in messages %}
{% if message [ 'content' ] is string %}
{% set content = message [ 'content' ] %}
{% else %}
{% set content = '' %}
{% endif %}
{% if ( message [ 'role' ] == 'user' ) or ( message [ 'role' ] == 'system' and not loop [ 'first' ] ) %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + content + '<|im_end|>\n' }}
{% elif message [ 'role' ] == 'assistant' %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + content + '<|im_end|>\n' }}
{% endif %}
{% endfor %}
)";

constexpr std::string_view qwen3 = R"({% if messages [ 0 ] [ 'role' ] == 'system' %}
{{ '<|im_start|>system\n' + messages [ 0 ] [ 'content' ] + '<|im_end|>\n' }}
{% endif %}
{% set ns = namespace ( multi_step_tool = true , last_query_index = messages | length - 1 ) %}
{% for message in messages [ : : - 1 ] %}
{% set index = ( messages | length - 1 ) - loop [ 'index0' ] %}
{% if ns [ 'multi_step_tool' ] and message [ 'role' ] == 'user' and message [ 'content' ] is string and not ( message [ 'content' ] . startswith ( '<tool_response>' ) and message [ 'content' ] . endswith ( '</tool_response>' ) ) %}
{% set ns [ 'multi_step_tool' ] = false %}
{% set ns [ 'last_query_index' ] = index %}
{% endif %}
{% endfor %}
{% for message in messages %}
{% if message [ 'content' ] is string %}
{% set content = message [ 'content' ] %}
{% else %}
{% set content = '' %}
{% endif %}
{% if ( message [ 'role' ] == 'user' ) or ( message [ 'role' ] == 'system' and not loop [ 'first' ] ) %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + content + '<|im_end|>\n' }}
{% elif message [ 'role' ] == 'assistant' %}
{% set reasoning_content = '' %}
{% if message [ 'reasoning_content' ] is string %}
{% set reasoning_content = message [ 'reasoning_content' ] %}
{% else %}
{% if '</think>' in content %}
{% set reasoning_content = content . split ( '</think>' ) [ 0 ] . rstrip ( '\n' ) . split ( '<think>' ) [ - 1 ] . lstrip ( '\n' ) %}
{% set content = content . split ( '</think>' ) [ - 1 ] . lstrip ( '\n' ) %}
{% endif %}
{% endif %}
{% if loop [ 'index0' ] > ns [ 'last_query_index' ] %}
{% if loop [ 'last' ] or ( not loop [ 'last' ] and reasoning_content ) %}
{{ '<|im_start|>' + message [ 'role' ] + '\n<think>\n' + reasoning_content . strip ( '\n' ) + '\n</think>\n\n' + content . lstrip ( '\n' ) }}
{% else %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + content }}
{% endif %}
{% else %}
{{ '<|im_start|>' + message [ 'role' ] + '\n' + content }}
{% endif %}
{{ '<|im_end|>\n' }}
{% endif %}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\n' }}
{% if enable_thinking is defined and enable_thinking is false %}
{{ '<think>\n\n</think>\n\n' }}
{% endif %}
{% endif %}
)";

constexpr std::string_view llama3 = R"({% set loop_messages = messages %}
{% for message in loop_messages %}
{% set content = '<|start_header_id|>' + message [ 'role' ] + '<|end_header_id|>\n\n' + message [ 'content' ] | trim + '<|eot_id|>' %}
{% if loop [ 'index0' ] == 0 %}
{% set content = bos_token + content %}
{% endif %}
{{ content }}
{% endfor %}
)";

// Llama 3 as TRL trains it.
constexpr std::string_view llama3_training = R"({% for message in messages %}
{% if loop [ 'index0' ] == 0 %}
{{ bos_token }}
{% endif %}
{% if message [ 'role' ] == 'assistant' %}
{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' + message [ 'content' ] | trim + '<|eot_id|>' }}
{% else %}
{{ '<|start_header_id|>' + message [ 'role' ] + '<|end_header_id|>\n\n' + message [ 'content' ] | trim + '<|eot_id|>' }}
{% endif %}
{% endfor %}
)";

constexpr std::string_view llama31 = R"({{ bos_token }}
{% if not date_string is defined %}
{% set date_string = '26 Jul 2024' %}
{% endif %}
{% if messages [ 0 ] [ 'role' ] == 'system' %}
{% set system_message = messages [ 0 ] [ 'content' ] | trim %}
{% set messages = messages [ 1 : ] %}
{% else %}
{% set system_message = '' %}
{% endif %}
{{ '<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: ' + date_string + '\n\n' + system_message + '<|eot_id|>' }}
{% for message in messages %}
{{ '<|start_header_id|>' + message [ 'role' ] + '<|end_header_id|>\n\n' + message [ 'content' ] | trim + '<|eot_id|>' }}
{% endfor %}
)";

constexpr std::string_view mistral_v02 = R"({% if messages [ 0 ] [ 'role' ] == 'system' %}
{% set system_message = messages [ 0 ] [ 'content' ] %}
{% set loop_messages = messages [ 1 : ] %}
{% else %}
{% set loop_messages = messages %}
{% endif %}
{{ bos_token }}
{% for message in loop_messages %}
{% if ( message [ 'role' ] == 'user' ) != ( loop [ 'index0' ] % 2 == 0 ) %}
{{ raise_exception ( 'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...' ) }}
{% endif %}
{% if message [ 'role' ] == 'user' %}
{% if loop [ 'first' ] and system_message is defined %}
{{ ' [INST] ' + system_message + '\n\n' + message [ 'content' ] + ' [/INST]' }}
{% else %}
{{ ' [INST] ' + message [ 'content' ] + ' [/INST]' }}
{% endif %}
{% elif message [ 'role' ] == 'assistant' %}
{{ ' ' + message [ 'content' ] + eos_token }}
{% else %}
{{ raise_exception ( 'Only user and assistant roles are supported, with the exception of an initial optional system message!' ) }}
{% endif %}
{% endfor %}
)";

// Mistral-7B-Instruct-v0.2 as first released.
constexpr std::string_view mistral_v02_original = R"({{ bos_token }}
{% for message in messages %}
{% if ( message [ 'role' ] == 'user' ) != ( loop [ 'index0' ] % 2 == 0 ) %}
{{ raise_exception ( 'Conversation roles must alternate user/assistant/user/assistant/...' ) }}
{% endif %}
{% if message [ 'role' ] == 'user' %}
{{ '[INST] ' + message [ 'content' ] + ' [/INST]' }}
{% elif message [ 'role' ] == 'assistant' %}
{{ message [ 'content' ] + eos_token }}
{% else %}
{{ raise_exception ( 'Only user and assistant roles are supported!' ) }}
{% endif %}
{% endfor %}
)";

constexpr std::string_view mistral_v03 = R"({% if messages [ 0 ] [ 'role' ] == 'system' %}
{% set system_message = messages [ 0 ] [ 'content' ] %}
{% set loop_messages = messages [ 1 : ] %}
{% else %}
{% set loop_messages = messages %}
{% endif %}
{% set ns = namespace ( ) %}
{% set ns [ 'index' ] = 0 %}
{% for message in loop_messages %}
{% if ( message [ 'role' ] == 'user' ) != ( ns [ 'index' ] % 2 == 0 ) %}
{{ raise_exception ( 'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...' ) }}
{% endif %}
{% set ns [ 'index' ] = ns [ 'index' ] + 1 %}
{% endfor %}
{{ bos_token }}
{% for message in loop_messages %}
{% if message [ 'role' ] == 'user' %}
{% if loop [ 'last' ] and system_message is defined %}
{{ '[INST] ' + system_message + '\n\n' + message [ 'content' ] + '[/INST]' }}
{% else %}
{{ '[INST] ' + message [ 'content' ] + '[/INST]' }}
{% endif %}
{% elif message [ 'role' ] == 'assistant' %}
{{ ' ' + message [ 'content' ] | trim + eos_token }}
{% else %}
{{ raise_exception ( 'Only user and assistant roles are supported, with the exception of an initial optional system message!' ) }}
{% endif %}
{% endfor %}
)";

constexpr std::array known_templates{KnownTemplate{"chatml", plain_chatml, chatml_ending},
                                     KnownTemplate{"chatml", chatml_with_default, chatml_ending},
                                     KnownTemplate{"chatml", qwen25, chatml_ending},
                                     KnownTemplate{"chatml", qwen25_training, chatml_ending},
                                     KnownTemplate{"chatml", qwen3_instruct, chatml_ending},
                                     KnownTemplate{"qwen3", qwen3, no_ending},
                                     KnownTemplate{"llama3", llama3, llama_ending},
                                     KnownTemplate{"llama3", llama3_training, llama_ending},
                                     KnownTemplate{"llama3.1", llama31, llama_ending},
                                     KnownTemplate{"mistral-v0.2", mistral_v02, no_ending},
                                     KnownTemplate{"mistral-v0.2-original", mistral_v02_original, no_ending},
                                     KnownTemplate{"mistral-v0.3", mistral_v03, no_ending}};

/// The text of a part of a literal. Nothing: the part goes beyond its literal.
std::optional<std::string> unescaped(std::string_view spelled) {
  std::string text;
  for (size_t i = 0; i < spelled.size(); ++i) {
    if (spelled[i] == '\'') return std::nullopt;
    if (spelled[i] != '\\') {
      text += spelled[i];
      continue;
    }
    if (++i == spelled.size()) return std::nullopt;
    text += spelled[i] == 'n' ? '\n' : spelled[i];
  }
  return text;
}

/// The text in the hole, if the rest is equal.
std::optional<std::string> fill_of(std::string_view pattern, std::string_view skeleton) {
  const size_t at = pattern.find(hole);
  if (at == std::string_view::npos) return pattern == skeleton ? std::optional<std::string>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, at), behind = pattern.substr(at + hole.size());
  if (skeleton.size() < before.size() || !skeleton.starts_with(before)) return std::nullopt;
  const size_t end = skeleton.find("<|im_end|>", at);
  if (end == std::string_view::npos || skeleton.substr(end) != behind) return std::nullopt;
  return unescaped(skeleton.substr(at, end - at));
}

}  // namespace

std::optional<TemplateMatch> match_template(std::string_view skeleton) {
  for (const KnownTemplate& known : known_templates) {
    if (!skeleton.ends_with(known.ending)) continue;
    const auto fill = fill_of(known.skeleton, skeleton.substr(0, skeleton.size() - known.ending.size()));
    if (fill) return TemplateMatch{std::string(known.format), *fill};
  }
  return std::nullopt;
}

}  // namespace counterpoint::text
