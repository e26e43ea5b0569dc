"""Makes pairs.jsonl: mined pairs whose prompts have about 250 tokens, for the benchmark of training.

usage: make_pairs.py PBT MODEL.gguf WORK_FOLDER > pairs.jsonl
Grows 160 trees of six turns (the default's last two, once more) about the shipped facts, mines them without balancing,
and keeps the 64 pairs whose prompts are nearest to 250 tokens, in the order in which they were mined. Takes about five
minutes on two cores. Needs transformers 5.23.0 and gguf 0.19.0.
"""
import json
import pathlib
import statistics
import subprocess
import sys

from transformers import AutoTokenizer

CATEGORIES = "facts:authors,currencies,us-capitals,landmarks,mythology,anatomy"
COUNT, PROMPT_TOKENS = 64, 250


def grow(pbt, model, folder):
    tree = json.loads(subprocess.run([pbt, "generate", "--print-tree"], check=True, capture_output=True).stdout)
    tree |= {"name": tree["name"] + ", six turns", "turns": tree["turns"] + tree["turns"][-2:]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tree.json").write_text(json.dumps(tree))
    subprocess.run([pbt, "generate", "--questions", CATEGORIES, "--limit", "160", "--agent-a", model, "--agent-b", model,
                    "--answer-mode", "choices", "--openings", "--min-new-tokens", "24", "--max-new-tokens", "48",
                    "--tree", folder / "tree.json", "--output-dir", folder / "trees"], check=True, stdout=sys.stderr)
    subprocess.run([pbt, "mine", folder / "trees" / "trees.jsonl", "--no-balance", "--output-dir", folder / "pairs"],
                   check=True, stdout=sys.stderr)


def lengths(tokenizer, row):
    prompt = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, return_dict=True)["input_ids"]
    # A reply is closed by <|im_end|> and a line break.
    return len(prompt), *(len(tokenizer(row[side][0]["content"])["input_ids"]) + 2 for side in ("chosen", "rejected"))


def main():
    pbt, model, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    grow(pbt, model, folder)
    tokenizer = AutoTokenizer.from_pretrained(model.parent, gguf_file=model.name)
    lines = [line for part in ("train", "valid", "test") for line in open(folder / "pairs" / f"{part}.jsonl")]
    sizes = [lengths(tokenizer, json.loads(line)) for line in lines]
    nearest = sorted(range(len(lines)), key=lambda i: abs(sizes[i][0] - PROMPT_TOKENS))[:COUNT]
    for i in sorted(nearest):
        sys.stdout.write(lines[i])
    for name, values in zip(("prompt", "chosen", "rejected"), zip(*(sizes[i] for i in nearest))):
        print(f"{name}: {min(values)} to {max(values)} tokens, mean {statistics.mean(values):.0f}", file=sys.stderr)


if __name__ == "__main__":
    main()
