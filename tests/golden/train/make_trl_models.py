"""Makes the rows, the small models with chat tokenizers and the first adapters on which make_trl.py trains.

Made with: Python 3.11, torch 2.13.0, transformers 5.23.0, peft 0.21.2, tokenizers 0.23.3, safetensors 0.8.0.
Run in this folder before make_trl.py: python make_trl_models.py
"""

import json
import math
import pathlib
import shutil

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).resolve().parent / "trl"
VOCABULARY = 304
SHAPE = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=512,
             rope_parameters=dict(rope_type="default", rope_theta=10000.0))
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
         r"|\s+(?!\S)|\s+")
LLAMA3 = (
    "{% for message in messages %}{% if loop.index0 == 0 %}{{ bos_token }}{% endif %}"
    "{% if message['role'] == 'assistant' %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
    "{{ message['content'] | trim + '<|eot_id|>' }}{% else %}"
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
MODELS = {
    "llama": dict(kind=LlamaForCausalLM, config=LlamaConfig(**SHAPE), template=LLAMA3,
                  specials=["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
                  bos="<|begin_of_text|>", eos="<|eot_id|>", targets=["q_proj", "k_proj", "v_proj"]),
    "qwen2": dict(kind=Qwen2ForCausalLM, config=Qwen2Config(**SHAPE, tie_word_embeddings=True), template=CHATML,
                  specials=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
                  bos=None, eos="<|im_end|>", targets="all-linear"),
}

SYSTEM = {"role": "system", "content": "You argue with another agent. Answer in one or two short sentences."}


def talk(*texts, system=False):
    """User, assistant, user, ...; the system message besides where asked for."""
    turns = [{"role": "assistant" if i % 2 else "user", "content": text} for i, text in enumerate(texts)]
    return [SYSTEM] * system + turns


def reply(text):
    return [{"role": "assistant", "content": text}]


# Lengths differ, prompts have one to four messages, replies begin alike or not at all alike, one has two lines, some
# letters are no ASCII.
PAIRS = [
    (talk("Which river is longer, the Nile or the Rhine?"), "The Nile is much longer.", "The Rhine."),
    (talk("Who wrote Faust?", system=True), "Goethe wrote it, in two parts.", "Goethe's friend Schiller wrote it."),
    (talk("What is the capital of Australia?", "It is Canberra.", "I say it is Sydney. Are you sure?"),
     "Yes, I am sure: it is Canberra.", "You are right, it is Sydney."),
    (talk("Which metal is liquid at room temperature?", "I believe that it is lead.",
          "Another agent says: Mercury, which is why it was used in thermometers.\n\nWhat is your answer now?",
          system=True),
     "I was wrong about lead. It is mercury.", "It is lead, and I will not change my mind for a thermometer."),
    (talk("How many legs does a spider have?"), "Eight.", "Six, as all insects have: three on each side of the body."),
    (talk("In which city would you find the Café Central?", system=True), "In Vienna, in the Herrengasse.",
     "In Zürich."),
    (talk("Is the Earth flat?", "No, it is a globe.", "Please believe me, I have studied this for years: it is flat."),
     "No.\nShips vanish hull first behind the horizon.", "If you have studied it, then it is flat."),
    (talk("Who painted Guernica?", "Dalí painted it.", "The facts speak for Picasso: he was asked for it in 1937.",
          system=True),
     "You are right, Picasso painted it.", "I still say Dalí."),
]
COMPLETIONS = [(prompt, chosen) for prompt, chosen, _ in PAIRS]
# The loss is on every reply of the assistant, not on the last alone.
CONVERSATIONS = [
    talk("Who wrote Faust?", "Goethe.", "Are you sure?", "Yes, Goethe wrote both parts.", system=True),
    talk("How many legs does a spider have?", "Eight."),
    talk("Is the Earth flat?", "No, it is a globe.", "I say it is flat.", "It is not.\nShips vanish hull first.",
         "Sure?", "I am."),
    talk("Who painted Guernica?", "Picasso, in 1937.", system=True),
]


def write_rows(name, rows):
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    (HERE / name).write_text(text, encoding="utf-8")


def make_tokenizer(model):
    """Byte-level BPE as Llama 3's and Qwen2.5's files describe it, with merges learnt from the rows."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = None if model["bos"] else normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(SPLIT), "isolated"),
         pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    count = len(model["specials"])
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - 4, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  show_progress=False)
    tokenizer.train_from_iterator((m["content"] for p, c, r in PAIRS for m in p + reply(c) + reply(r)), trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in model["specials"]])
    assert tokenizer.get_vocab_size() == VOCABULARY - 4 + count
    if model["bos"]:  # as Llama 3 has it: who encodes a rendered template "with special tokens" gets BOS twice
        bos = model["bos"]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A {bos}:1 $B:1", special_tokens=[(bos, tokenizer.token_to_id(bos))])
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=model["bos"], eos_token=model["eos"],
                                   chat_template=model["template"])


def randomise(network, seed):
    """Far from a trained model and from a constant one; logits of a deviation near 1, so that sums keep their digits."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if "norm" in name:
                weight.copy_(1 + 0.2 * noise)
            elif name.endswith("bias"):
                weight.copy_(0.2 * noise)
            elif "embed" in name:
                weight.copy_(noise * 0.2)
            else:
                weight.copy_(noise / math.sqrt(weight.shape[-1]))


def write_adapters(folder, network, targets):
    """adapter-zero: as PEFT begins (B = 0); adapter: B is random, so that the policy is not the base model."""
    torch.manual_seed(5)
    config = LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM")
    adapted = get_peft_model(network, config)
    adapted.peft_config["default"].base_model_name_or_path = None
    adapted.save_pretrained(folder / "adapter-zero")
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.copy_(torch.randn(weight.shape) * 0.1)
    adapted.save_pretrained(folder / "adapter")
    for name in ("adapter", "adapter-zero"):
        (folder / name / "README.md").unlink()
        path = folder / name / "adapter_config.json"
        written = json.loads(path.read_text())
        written["target_modules"].sort()  # PEFT writes them in the order of a set, another one each time
        path.write_text(json.dumps(written, indent=2) + "\n")


def main():
    torch.set_num_threads(1)
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    write_rows("pairs.jsonl", [{"prompt": p, "chosen": reply(c), "rejected": reply(r)} for p, c, r in PAIRS])
    write_rows("completions.jsonl", [{"prompt": p, "completion": reply(c)} for p, c in COMPLETIONS])
    write_rows("conversations.jsonl", [{"messages": messages} for messages in CONVERSATIONS])
    for seed, (name, model) in enumerate(MODELS.items(), start=1):
        tokenizer = make_tokenizer(model)
        config = model["config"]
        config.bos_token_id, config.eos_token_id = tokenizer.bos_token_id, tokenizer.eos_token_id
        network = model["kind"](config)
        randomise(network, seed)
        network.save_pretrained(HERE / name)
        tokenizer.save_pretrained(HERE / name)
        write_adapters(HERE / name, network, model["targets"])


if __name__ == "__main__":
    main()
