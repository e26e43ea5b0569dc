"""Learning rates of transformers' schedules, for tests/train/schedule_test.cpp.

Run with transformers 5.23.0 and torch 2.13.0: python make_schedules.py > schedules.json
"""
import json

import torch
from transformers import TrainingArguments, get_scheduler

NAMES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
RUNS = [(240, 100, 0), (53, 0, 0.1), (7, 0, 0), (1000, 0, 0.03), (12, 12, 0), (1, 0, 0)]

cases = []
for kind, name in NAMES.items():
    for total, steps, ratio in RUNS:
        # transformers 5 reads a warmup_steps below 1 as a ratio.
        warmup = TrainingArguments("unused", use_cpu=True, warmup_steps=steps or ratio).get_warmup_steps(total)
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=5e-4)
        scheduler = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=total)
        rates = []
        for _ in range(total):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        shown = sorted({*range(0, total, max(1, total // 9)), max(0, warmup - 1), min(warmup, total - 1), total - 1})
        cases.append({"kind": kind, "total_steps": total, "warmup_steps": steps, "warmup_ratio": ratio,
                      "warmup": warmup, "rates": [[step, rates[step]] for step in shown]})
print(json.dumps(cases))
