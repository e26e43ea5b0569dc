"""New tokens per second of transformers' generate on the same dialogues, prefill included, loading not.

usage: transformers_generate.py MODEL.gguf DIALOGUES.jsonl --batch N [--no-cache] [--limit N] [--new-tokens N]
Needs torch 2.13.0, transformers 5.23.0, gguf 0.19.0.
"""
import argparse
import json
import pathlib
import time

import torch
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("model", type=pathlib.Path)
parser.add_argument("dialogues")
parser.add_argument("--batch", type=int, default=1)
parser.add_argument("--no-cache", action="store_true", help="recompute the whole dialogue for each token")
parser.add_argument("--limit", type=int, default=0, help="the first N dialogues only (0: all)")
parser.add_argument("--new-tokens", type=int, default=64)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--dtype", default="float32")
args = parser.parse_args()

torch.set_num_threads(args.threads)
model = AutoModelForCausalLM.from_pretrained(
    args.model.parent, gguf_file=args.model.name, dtype=getattr(torch, args.dtype)
).eval()
rows = [json.loads(line)["ids"] for line in open(args.dialogues)]
rows = rows[: args.limit or len(rows)]


def generate(batch):
    longest = max(map(len, batch))
    ids = torch.tensor([[0] * (longest - len(row)) + row for row in batch])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in batch])
    with torch.inference_mode():
        model.generate(
            ids, attention_mask=mask, do_sample=False, pad_token_id=0, use_cache=not args.no_cache,
            min_new_tokens=args.new_tokens, max_new_tokens=args.new_tokens,
        )


with torch.inference_mode():
    model(torch.tensor([rows[0][:8]]))
start = time.perf_counter()
for first in range(0, len(rows), args.batch):
    generate(rows[first : first + args.batch])
seconds = time.perf_counter() - start
made = len(rows) * args.new_tokens
name = f"transformers {args.dtype} batch {args.batch}" + (" no cache" if args.no_cache else "")
print(json.dumps({"engine": name, "dialogues": len(rows), "new_tokens": made, "seconds": seconds,
                  "new_tokens_per_second": made / seconds}))
