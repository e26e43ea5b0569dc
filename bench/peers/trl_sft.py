"""Rows per second of TRL's SFTTrainer with LoRA on a CPU, optimizer steps only, and the process' peak memory.

usage: trl_sft.py MODEL.gguf PAIRS.jsonl --batch N [--steps N] [--threads N]
The rows are the pairs' prompts and chosen replies; the loss is on the reply. Needs what trl_dpo.py needs; set alike.
"""
from trl import SFTConfig, SFTTrainer

from trl_common import arguments, load, report, rows_by_length, settings, timed_steps

args = arguments(__doc__)
model, tokenizer, lora = load(args)
rows = rows_by_length(args, tokenizer, lambda row: [row["prompt"] + row["chosen"]], ("prompt", "chosen"))
rows = rows.rename_column("chosen", "completion")
trainer = SFTTrainer(model=model, processing_class=tokenizer, train_dataset=rows, peft_config=lora,
                     args=settings(SFTConfig, args, len(rows)))
seconds, tokens = timed_steps(trainer)
report(args, "SFT", "rows", len(rows), seconds, tokens)
