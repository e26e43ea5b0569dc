"""Preference losses, their metrics and their derivatives by each token's log-probability, in float64, computed by TRL's
DPOTrainer._compute_loss around a model whose log-probabilities are given. For tests/persuasion/train/preference_loss_test.cpp.

Run with trl 1.16.0 and torch 2.13.0: python make_losses.py > losses.json
"""
import collections
import json
import random
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from trl import DPOTrainer

SETTINGS = [
    ("sigmoid", 0.1, 0.0, 0.0), ("sigmoid", 0.5, 0.0, 0.3), ("ipo", 0.1, 0.0, 0.0), ("ipo", 0.4, 0.0, 1.0),
    ("hinge", 0.1, 0.0, 0.0), ("hinge", 1.0, 0.0, 0.2), ("robust", 0.1, 0.2, 0.0), ("robust", 0.3, 0.05, 0.5),
]


def random_pairs():
    """Pairs of different lengths; the last two are far apart in either direction."""
    draw = random.Random(7)
    pairs = []
    for chosen, rejected, shift in [(3, 5, 0), (1, 2, 0), (6, 4, 0), (2, 1, 0), (4, 4, 300), (3, 3, -300)]:
        policy = [[round(-draw.expovariate(0.5), 6) for _ in range(n)] for n in (chosen, rejected)]
        reference = [round(sum(side) + draw.gauss(0, 2), 6) for side in policy]
        reference[0] -= shift
        pairs.append({"policy": policy, "reference": reference})
    return pairs


def compute(pairs, kind, beta, smoothing, sft):
    sides = [pair["policy"][side] for side in (0, 1) for pair in pairs]
    width = max(len(side) for side in sides) + 1  # one token of prompt
    logps = torch.zeros(len(sides), width - 1, dtype=torch.float64)
    mask = torch.zeros(len(sides), width, dtype=torch.long)
    for row, side in enumerate(sides):
        logps[row, : len(side)] = torch.tensor(side, dtype=torch.float64)
        mask[row, 1 : len(side) + 1] = 1
    logps.requires_grad_()
    unused = torch.zeros_like(logps)
    outputs = SimpleNamespace(log_probs=logps, entropy=unused, mean_logits=unused, is_top1=unused.bool())
    accelerator = SimpleNamespace(device="cpu", gather=lambda x: x, gather_for_metrics=lambda x: x)
    trainer = SimpleNamespace(
        model=SimpleNamespace(training=True), accelerator=accelerator, beta=beta, label_smoothing=smoothing,
        loss_types=[kind] + (["sft"] if sft else []), loss_weights=[1.0] + ([sft] if sft else []), ld_alpha=None,
        precompute_ref_logps=True, f_divergence_type="reverse_kl", use_weighting=False, aux_loss_enabled=False,
        _metrics={"train": collections.defaultdict(list)}, _total_train_tokens=0, _tp_size=1)
    reference = torch.tensor([pair["reference"] for pair in pairs], dtype=torch.float64)
    inputs = {"input_ids": torch.zeros_like(mask), "attention_mask": torch.ones_like(mask), "completion_mask": mask,
              "ref_chosen_logps": reference[:, 0], "ref_rejected_logps": reference[:, 1]}
    loss = DPOTrainer._compute_loss(trainer, lambda **_: outputs, inputs, False)
    (gradient,) = torch.autograd.grad(loss, logps)
    rows = [gradient[row, : len(side)].tolist() for row, side in enumerate(sides)]
    metrics = {name: values[0] for name, values in trainer._metrics["train"].items()
               if name.startswith("rewards/") or name.startswith("logps/")}
    return {"kind": kind, "beta": beta, "label_smoothing": smoothing, "sft_weight": sft, "loss": loss.item(),
            "metrics": metrics, "derivatives": [[rows[i], rows[i + len(pairs)]] for i in range(len(pairs))]}


def smoothed_sigmoid(pairs, beta, smoothing):
    """Conservative DPO, as TRL had it before 1.0: its version 1.16 does not look at the smoothing of `sigmoid`."""
    ratios = torch.tensor([[sum(side) - ref for side, ref in zip(p["policy"], p["reference"])] for p in pairs],
                          dtype=torch.float64)
    z = (beta * (ratios[:, 0] - ratios[:, 1])).requires_grad_()
    loss = (-F.logsigmoid(z) * (1 - smoothing) - F.logsigmoid(-z) * smoothing).mean()
    (slope,) = torch.autograd.grad(loss, z)
    slopes = (beta * slope).tolist()
    return {"kind": "sigmoid", "beta": beta, "label_smoothing": smoothing, "sft_weight": 0.0, "loss": loss.item(),
            "metrics": {}, "derivatives": [[[s] * len(p["policy"][0]), [-s] * len(p["policy"][1])]
                                           for s, p in zip(slopes, pairs)]}


pairs = random_pairs()
cases = [compute(pairs, *settings) for settings in SETTINGS] + [smoothed_sigmoid(pairs, 0.2, 0.1)]
print(json.dumps({"pairs": pairs, "cases": cases}))
