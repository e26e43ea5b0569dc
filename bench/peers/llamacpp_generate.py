"""New tokens per second of llama.cpp, one dialogue at a time, on the original GGUF; loading not counted.

usage: llamacpp_generate.py MODEL.gguf DIALOGUES.jsonl [--new-tokens N]
Needs xllamacpp 2026.10.11549. Its prompt cache is on: a dialogue that begins like the one before is not computed anew.
"""
import argparse
import json
import time

import xllamacpp

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("dialogues")
parser.add_argument("--new-tokens", type=int, default=64)
parser.add_argument("--threads", type=int, default=2)
args = parser.parse_args()

params = xllamacpp.CommonParams()
params.model.path = args.model
params.n_ctx = 2048
params.n_parallel = 1
params.cpuparams.n_threads = args.threads
params.cpuparams_batch.n_threads = args.threads
server = xllamacpp.Server(params)
rows = [json.loads(line)["ids"] for line in open(args.dialogues)]


def generate(ids, count):
    reply = server.handle_completions(
        {"prompt": ids, "max_tokens": count, "temperature": 0, "ignore_eos": True, "cache_prompt": True})
    return reply["usage"]["completion_tokens"]


generate(rows[0][:8], 4)
start = time.perf_counter()
made = sum(generate(row, args.new_tokens) for row in rows)
seconds = time.perf_counter() - start
print(json.dumps({"engine": "llama.cpp, the GGUF's own types", "dialogues": len(rows), "new_tokens": made,
                  "seconds": seconds, "new_tokens_per_second": made / seconds}))
