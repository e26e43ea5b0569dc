"""Pairs per second of TRL's DPOTrainer with LoRA on a CPU, optimizer steps only, and the process' peak memory.

usage: trl_dpo.py MODEL.gguf PAIRS.jsonl --batch N [--steps N] [--threads N]
Needs torch 2.13.0, transformers 5.23.0, trl 1.16.0, peft 0.21.2, datasets 5.2.0, gguf 0.19.0.
TRL's best on a CPU: float32, reference log-probabilities computed before the clock starts, no gradient checkpointing,
rows sorted by length (least padding; padding_free is out of order in this TRL). The first step is left out. DPOTrainer
turns all dropout off unless told otherwise (disable_dropout), and that is left as it is: it is the faster way.
"""
from trl import DPOConfig, DPOTrainer

from trl_common import arguments, load, report, rows_by_length, settings, timed_steps

args = arguments(__doc__)
model, tokenizer, lora = load(args)
rows = rows_by_length(args, tokenizer, lambda row: [row["prompt"] + row["chosen"], row["prompt"] + row["rejected"]],
                      ("prompt", "chosen", "rejected"))
trainer = DPOTrainer(
    model=model, processing_class=tokenizer, train_dataset=rows, peft_config=lora,
    args=settings(DPOConfig, args, len(rows), beta=0.1, precompute_ref_log_probs=True))
seconds, tokens = timed_steps(trainer)
report(args, "DPO", "pairs", len(rows), seconds, tokens)
