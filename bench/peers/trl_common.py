"""What trl_dpo.py and trl_sft.py share: the model, the settings, the clock, the line that they print.

As a program (trl_common.py MODEL.gguf FOLDER) it unpacks a GGUF file to a Hugging Face folder in float32: the trainers
refuse a model read from GGUF, and a process of its own keeps the unpacking out of the peak memory that is reported.
"""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import datasets
import torch
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from transformers.utils import logging


def arguments(usage):
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("rows")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=0, help="N steps after the first (0: every row once)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.05, help="of LoRA (DPOTrainer sets it to 0, see there)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    datasets.disable_progress_bars()
    return args


def unpack(gguf, folder):
    place = dict(pretrained_model_name_or_path=gguf.parent, gguf_file=gguf.name)
    read = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32)
    del read.config.quantization_config
    plain = AutoModelForCausalLM.from_config(read.config, dtype=torch.float32)
    plain.load_state_dict(read.state_dict())
    plain.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**place).save_pretrained(folder)


def load(args):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, args.model, folder], check=True, stdout=sys.stderr)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")
        tokenizer = AutoTokenizer.from_pretrained(folder)
    lora = LoraConfig(r=16, lora_alpha=32, lora_dropout=args.dropout, target_modules=["q_proj", "k_proj", "v_proj"],
                      task_type="CAUSAL_LM")
    return model, tokenizer, lora


def rows_by_length(args, tokenizer, conversations, columns):
    """The rows, longest first: neighbours of like length need the least padding, and memory is at its peak at once.
    With --steps, as many as are used, from the longest to the shortest: the same lengths at any batch size."""
    def length(row):
        ids = [tokenizer.apply_chat_template(talk, return_dict=True)["input_ids"] for talk in conversations(row)]
        return max(map(len, ids))

    rows = sorted((json.loads(line) for line in open(args.rows)), key=length, reverse=True)
    count = min(len(rows), (args.steps + 1) * args.batch if args.steps else len(rows))
    rows = [rows[i * len(rows) // count] for i in range(count)]
    return datasets.Dataset.from_list([{name: row[name] for name in columns} for row in rows])


def settings(kind, args, rows, **more):
    # One step more than is timed: the rows begin again, so that each is in a timed step though the first step is not.
    steps = 1 + (args.steps or rows // args.batch)
    return kind(
        output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False, gradient_checkpointing=False, max_length=None,
        per_device_train_batch_size=args.batch, max_steps=steps, learning_rate=1e-4,
        train_sampling_strategy="sequential", dataloader_pin_memory=False, save_strategy="no", report_to="none",
        logging_strategy="no", disable_tqdm=True, **more)


class Clock(TrainerCallback):
    def __init__(self):
        self.begun, self.seconds = None, []

    def on_step_begin(self, *_, **__):
        self.begun = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.seconds.append(time.perf_counter() - self.begun)


def timed_steps(trainer):
    """Seconds and tokens (without padding) of each step, the first included."""
    clock, tokens, collate = Clock(), [], trainer.data_collator

    def counting(rows):
        batch = collate(rows)
        tokens.append(int(batch["attention_mask"].sum()))
        return batch

    trainer.data_collator = counting
    trainer.add_callback(clock)
    trainer.train()
    return clock.seconds, tokens


def report(args, what, unit, rows, seconds, tokens):
    steps = seconds[1:]  # the first step warms up
    total = sum(steps)
    print(json.dumps({
        "engine": f"trl {what} float32 batch {args.batch}", "rows": rows, "steps": len(steps), "seconds": total,
        f"{unit}_per_second": len(steps) * args.batch / total,
        "tokens_per_second": sum(tokens[1:len(seconds)]) / total, "threads": args.threads,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    unpack(pathlib.Path(sys.argv[1]), sys.argv[2])
