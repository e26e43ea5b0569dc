"""Reference renderings of chat templates, made with transformers' apply_chat_template.

transformers 5.23.0, jinja2 3.1.6, trl 1.16.0 (whose package holds the published templates of Llama 3.1 and Qwen3),
gguf 0.19.0, Python 3.11. Usage: python make_chat_golden.py DATA_DIR SMOLLM2.gguf OUTPUT.json
The two templates of Mistral v0.2, which DATA_DIR lacks, are written out here as the model's repository had them.
Output: {"conversations": [messages], "templates": {name: {"template", "bos", "eos", "format",
"rendered": [[without, with generation prompt] or null where the template refuses]}}}
"""
import json
import sys
from pathlib import Path

import trl
from gguf import GGUFReader
from transformers.utils.chat_template_utils import render_jinja_template

MISTRAL_V02_ORIGINAL = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}")

MISTRAL_V02 = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('After the optional system message, conversation roles must alternate \
user/assistant/user/assistant/...') }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if loop.first and system_message is defined %}
            {{- " [INST] " + system_message + "\\n\\n" + message["content"] + " [/INST]" }}
        {%- else %}
            {{- " [INST] " + message["content"] + " [/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"] + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional \
system message!") }}
    {%- endif %}
{%- endfor %}
"""

PLAIN_CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def conversations() -> list[list[dict]]:
    def talk(*turns):
        return [{"role": {"s": "system", "u": "user", "a": "assistant"}[role], "content": text} for role, text in turns]

    return [
        talk(("u", "Hi")),
        talk(("s", "You argue."), ("u", "Which river is longer?")),
        talk(("u", "Hi"), ("a", "Hello!")),
        talk(("s", "Be brief."), ("u", "Hi"), ("a", "Hello!")),
        talk(("s", "Be brief."), ("u", "Hi"), ("a", "Hello!"), ("u", "Sure?")),
        talk(("s", "S"), ("u", "1"), ("a", "2"), ("u", "3"), ("a", "4"), ("u", "5")),
        talk(("s", "S"), ("u", "1"), ("a", "2"), ("u", "3"), ("a", "4")),
        talk(("s", "  spaces\n around \t"), ("u", "\n lead and trail  \n"), ("a", "  reply \n\n"), ("u", " \u00a0x\u3000\u2028")),
        talk(("s", ""), ("u", ""), ("a", ""), ("u", "")),
        talk(("u", "Größe 中文 🦙 e\u0301 שלום <|im_end|> [INST] </s> <|eot_id|> {{ messages }} \\n 'quoted' \"so\"")),
        talk(("u", "line\nbreaks\r\nand\ttabs"), ("a", "a\nb")),
        talk(("s", "first"), ("s", "second"), ("u", "u")),
        talk(("u", "u"), ("s", "late"), ("a", "a")),
        talk(("a", "I begin"), ("u", "u")),
        talk(("u", "one"), ("u", "two")),
        talk(("u", "u"), ("a", "one"), ("a", "two")),
        talk(("s", "alone")),
        talk(("u", "q"), ("a", "<think>\nlong thoughts\n</think>\n\nThe answer.")),
        talk(("u", "q"), ("a", "<think>\nt1\n</think>\n\nA1"), ("u", "q2"), ("a", "\n<think>t2</think>A2\n"), ("a", "</think>\n\nA3")),
        talk(("u", "q"), ("a", "<think>x</think>a"), ("u", "<tool_response>r</tool_response>"), ("a", "plain"), ("a", "last")),
        talk(("u", "<tool_response>only</tool_response>"), ("a", "one</think>two</think>three")),
    ]


def rendered(template: str, messages: list[dict], **tokens) -> list[str] | None:
    try:
        return [render_jinja_template(conversations=[messages], chat_template=template,
                                      add_generation_prompt=prompt, **tokens)[0][0] for prompt in (False, True)]
    except Exception as error:  # what raise_exception throws
        assert "role" in str(error), error
        return None


def main() -> None:
    folder, gguf, output = Path(sys.argv[1]) / "tokenizers", sys.argv[2], Path(sys.argv[3])
    trl_templates = Path(trl.__file__).parent / "chat_templates"

    def config(name):
        return json.loads((folder / name / "tokenizer_config.json").read_text())["chat_template"]

    def shipped(name):
        return (trl_templates / f"{name}.jinja").read_text()

    im_end = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}
    eot = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}
    sentence = {"bos_token": "<s>", "eos_token": "</s>"}
    smollm2 = GGUFReader(gguf).fields["tokenizer.chat_template"].contents()
    templates = {
        "chatml": ("chatml", PLAIN_CHATML, im_end),
        "smollm2": ("chatml-smollm2", smollm2, im_end),
        "qwen2.5": ("chatml-qwen2.5", config("qwen2.5"), im_end),
        "qwen3": ("qwen3", shipped("qwen3"), im_end),
        "qwen3-instruct-2507": ("chatml", shipped("qwen3_instruct_2507"), im_end),
        "llama3": ("llama3", config("llama3.1"), eot),
        "llama3.1": ("llama3.1", shipped("llama3_1"), eot),
        "mistral-v0.2": ("mistral-v0.2", MISTRAL_V02, sentence),
        "mistral-v0.2-original": ("mistral-v0.2-original", MISTRAL_V02_ORIGINAL, sentence),
        "mistral-v0.3": ("mistral-v0.3", config("mistral-7b-instruct-v0.3"), sentence),
    }
    # Templates themselves are not copied into the project where the data folder or a package holds them.
    small = {"chatml", "mistral-v0.2", "mistral-v0.2-original"}
    result = {"conversations": conversations(), "templates": {
        name: {"template": template if name in small else None, "format": format_name, **tokens,
               "rendered": [rendered(template, messages, **tokens) for messages in conversations()]}
        for name, (format_name, template, tokens) in templates.items()}}
    output.write_text(json.dumps(result, ensure_ascii=True, indent=0) + "\n")


if __name__ == "__main__":
    main()
