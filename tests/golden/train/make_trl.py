"""What TRL's trainers compute on the models of make_trl_models.py: ids, log-probabilities, losses, gradients, steps.

Made with: Python 3.11, torch 2.13.0, transformers 5.23.0, trl 1.16.0, peft 0.21.2, datasets 5.2.0, safetensors 0.8.0.
Run in this folder after make_trl_models.py: HF_HUB_OFFLINE=1 python make_trl.py
Writes trl/MODEL/expected.json and expected.safetensors; README.md tells what each field is. Every value is the
trainer's own. A second computation in float64, row by row without padding and with formulae written out here, must
agree, and its distance is printed: what is left is TRL's float32 rounding.
"""

import json
import pathlib
import tempfile
import warnings

import datasets
import torch
import torch.nn.functional as F
from make_trl_models import MODELS
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

HERE = pathlib.Path(__file__).resolve().parent / "trl"
BETA, SFT_WEIGHT, SMOOTHING = 0.1, 0.5, 0.1
LOSSES = {"sigmoid": {}, "ipo": dict(loss_type=["ipo"]), "hinge": dict(loss_type=["hinge"]),
          "robust": dict(loss_type=["robust"], label_smoothing=SMOOTHING),
          "sigmoid+sft": dict(loss_type=["sigmoid", "sft"], loss_weights=[1.0, SFT_WEIGHT])}
TEN_STEPS = dict(per_device_train_batch_size=4, max_steps=10, learning_rate=1e-3, lr_scheduler_type="cosine",
                 warmup_steps=2, max_grad_norm=1.0)
# run: adapter, reference, weight decay (so large that leaving it out, or adding it to the gradient, shows)
DPO_RUNS = {"base": ("adapter", "base", 0.0), "base_decay": ("adapter", "base", 1.0),
            "own": ("adapter", "adapter", 0.0), "zero": ("adapter-zero", "base", 0.0)}
SFT_RUNS = {"plain": 0.0, "decay": 1.0}
LOGGED = {"dpo": ["loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/rejected", "rewards/margins",
                  "rewards/accuracies", "logps/chosen", "logps/rejected"],
          "sft": ["loss", "grad_norm", "learning_rate", "mean_token_accuracy", "num_tokens"]}
GENERATION = ("{% generation %}", "{% endgeneration %}")


def rows(name):
    return [json.loads(line) for line in open(HERE / name, encoding="utf-8")]


def network(name, dtype=torch.float32):
    return AutoModelForCausalLM.from_pretrained(HERE / name, dtype=dtype)


def policy(name, adapter, dtype=torch.float32):
    base = network(name, dtype)
    return PeftModel.from_pretrained(base, HERE / name / adapter, is_trainable=True, autocast_adapter_dtype=False)


def settings(kind, **changes):
    plain = dict(output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False, gradient_checkpointing=False,
                 report_to="none", save_strategy="no", logging_steps=1, per_device_train_batch_size=8, max_length=None,
                 disable_tqdm=True, train_sampling_strategy="sequential", optim="adamw_torch")
    return kind(**(plain | changes))


def dpo_trainer(name, adapter="adapter", reference="base", **changes):
    return DPOTrainer(model=policy(name, adapter), ref_model=network(name) if reference == "base" else None,
                      args=settings(DPOConfig, beta=BETA, **changes),
                      train_dataset=datasets.Dataset.from_list(rows("pairs.jsonl")),
                      processing_class=AutoTokenizer.from_pretrained(HERE / name))


def sft_trainer(name, file="completions.jsonl", **changes):
    tokenizer = AutoTokenizer.from_pretrained(HERE / name)
    if changes.get("assistant_only_loss"):
        tokenizer.chat_template = marked(tokenizer.chat_template)
    return SFTTrainer(model=policy(name, "adapter"), args=settings(SFTConfig, **changes),
                      train_dataset=datasets.Dataset.from_list(rows(file)), processing_class=tokenizer)


def marked(template):
    """The template with TRL's marks around what is trained: an assistant's text and what closes its turn."""
    if "<|eot_id|>" in template:
        text = "{{ message['content'] | trim + '<|eot_id|>' }}"
        return template.replace(text, text.join(GENERATION), 1)
    text = "{{ message['content'] + '<|im_end|>\n' }}"
    head, rest = template.split("{{ '<|im_start|>' + message['role']", 1)
    return (head + "{{ '<|im_start|>' + message['role'] + '\n' }}{% if message['role'] == 'assistant' %}"
            + text.join(GENERATION) + "{% else %}" + text + "{% endif %}" + rest.split("}}", 1)[1])


def batch_of(trainer):
    return trainer.data_collator([dict(row) for row in trainer.train_dataset])


def compute(trainer):
    """Loss and log-probabilities [B, T-1] of the whole file in one batch; the gradients stay in the model."""
    seen = {}
    models = {"policy": trainer.model, "reference": getattr(trainer, "ref_model", None)}
    hooks = [model.register_forward_hook(lambda *call, which=which: seen.__setitem__(which, call[2].log_probs.detach()))
             for which, model in models.items() if model]
    trainer.model.train()
    loss = trainer.compute_loss(trainer.model, batch_of(trainer))
    loss.backward()
    for hook in hooks:
        hook.remove()
    return loss.item(), seen


def plain_name(name):
    return name.replace(".default", "")


def gradients(model):
    return {plain_name(name): p.grad.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


def split_matters(make, name, steps, kind, **changes):
    """How far the ten losses move when a batch of four is accumulated from four single rows."""
    split = TEN_STEPS | dict(per_device_train_batch_size=1, gradient_accumulation_steps=4) | changes
    return max(abs(a["loss"] - b["loss"]) for a, b in zip(ten_steps(make(name, **split), kind), steps))


def ten_steps(trainer, kind):
    trainer.train()
    logs = [log for log in trainer.state.log_history if "loss" in log]
    assert len(logs) == 10
    return [{key: log[key] for key in LOGGED[kind]} for log in logs]


# ---- the second computation

def token_logps(model, ids, trained):
    """Log-probabilities of the trained tokens of one row, from plain logits. ids, trained: [T]."""
    logits = model(torch.tensor([ids]), use_cache=False).logits[0, :-1]
    picked = F.log_softmax(logits, dim=-1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    return picked[torch.tensor(trained[1:], dtype=torch.bool)]


def pair_logps(model, row):
    return [token_logps(model, row["prompt_ids"] + row[side], [0] * len(row["prompt_ids"]) + [1] * len(row[side]))
            for side in ("chosen_ids", "rejected_ids")]


def second_losses(model, row_set, reference):
    """All losses of a batch, by name. reference: per row the two sums."""
    pairs = [pair_logps(model, row) for row in row_set]
    chosen = torch.stack([c.sum() - ref[0] for (c, _), ref in zip(pairs, reference)])
    rejected = torch.stack([r.sum() - ref[1] for (_, r), ref in zip(pairs, reference)])
    lengths = torch.tensor([[len(c), len(r)] for c, r in pairs])
    z = BETA * (chosen - rejected)
    sigmoid, flipped = -F.logsigmoid(z), -F.logsigmoid(-z)
    sft = -torch.cat([c for c, _ in pairs]).mean()
    losses = {"sigmoid": sigmoid, "hinge": torch.relu(1 - z),
              "ipo": (chosen / lengths[:, 0] - rejected / lengths[:, 1] - 1 / (2 * BETA)) ** 2,
              "robust": ((1 - SMOOTHING) * sigmoid - SMOOTHING * flipped) / (1 - 2 * SMOOTHING),
              "sigmoid+sft": sigmoid + SFT_WEIGHT * sft}
    return {name: loss.mean() for name, loss in losses.items()}


def second_sft_loss(model, row_set):
    return -torch.cat([token_logps(model, row["ids"], row["trained"]) for row in row_set]).mean()


def second_steps(model, row_set, loss_of, rates, decay):
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=0.0, weight_decay=decay)
    losses = []
    for step, rate in enumerate(rates):
        optimizer.param_groups[0]["lr"] = rate
        first = step * 4 % 8
        loss = loss_of(model, row_set[first:first + 4], first)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


def compare(what, ours, theirs, limit):
    distance = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    print(f"  {what:44} differs from float64 by at most {distance:.1e}")
    assert distance < limit, what


def compare_gradients(what, expected, loss, model):
    model.zero_grad()
    loss.backward()
    second = gradients(model)
    assert second.keys() == expected.keys()
    largest = max(g.abs().max().item() for g in expected.values())
    flat = [torch.cat([g[k].double().flatten() for k in sorted(g)]).tolist() for g in (second, expected)]
    compare(f"{what} (largest {largest:.2g})", *flat, 1e-5)


# ---- what is written

def dpo_part(name, tensors):
    tokenised, losses = None, {}
    for loss_name, changes in LOSSES.items():
        trainer = dpo_trainer(name, **changes)
        losses[loss_name], seen = compute(trainer)
        if loss_name == "sigmoid":
            tokenised, logps = trainer.train_dataset.to_list(), seen
            metrics = {key: trainer._metrics["train"][key][0] for key in LOGGED["dpo"] if "/" in key}
        if loss_name.startswith("sigmoid"):
            tensors |= {f"dpo.gradient.{loss_name}.{k}": v for k, v in gradients(trainer.model).items()}
    sums = torch.stack([*logps["policy"].sum(1).chunk(2), *logps["reference"].sum(1).chunk(2)], dim=1).tolist()
    out = []
    for row, values in zip(tokenised, sums):
        entry = {key: row[key] for key in ("prompt_ids", "chosen_ids", "rejected_ids")}
        entry |= dict(zip(("logps_chosen", "logps_rejected", "ref_logps_chosen", "ref_logps_rejected"), values))
        entry |= {"reward_chosen": BETA * (values[0] - values[2]), "reward_rejected": BETA * (values[1] - values[3])}
        out.append(entry)
    mean = sum(entry["reward_chosen"] - entry["reward_rejected"] for entry in out) / len(out)
    assert abs(mean - metrics["rewards/margins"]) < 1e-6
    part = {"beta": BETA, "label_smoothing": SMOOTHING, "sft_weight": SFT_WEIGHT, "rows": out, "losses": losses,
            "metrics": metrics, "runs": {}}
    zero = dpo_trainer(name, "adapter-zero")
    part["zero_loss"], _ = compute(zero)
    tensors |= {f"dpo.gradient.zero.{k}": v for k, v in gradients(zero.model).items()}
    for run, (adapter, reference, decay) in DPO_RUNS.items():
        trainer = dpo_trainer(name, adapter, reference, weight_decay=decay, **TEN_STEPS)
        steps = ten_steps(trainer, "dpo")
        part["runs"][run] = {"adapter": adapter, "reference": reference, "weight_decay": decay, "steps": steps}
        if run == "base":
            assert split_matters(dpo_trainer, name, steps, "dpo") < 1e-5
        if run == "base_decay":
            final = get_peft_model_state_dict(trainer.model, adapter_name="default")
            tensors |= {f"dpo.final.{run}.{k}": v for k, v in final.items()}
    return part


def check_dpo(name, part, tensors):
    row_set = part["rows"]
    double = {a: policy(name, a, torch.float64) for a in ("adapter", "adapter-zero")}
    with torch.no_grad():
        sums = {a: [[x.sum().item() for x in pair_logps(m, row)] for row in row_set] for a, m in double.items()}
    for key, a in (("logps", "adapter"), ("ref_logps", "adapter-zero")):
        theirs = [row[f"{key}_{side}"] for row in row_set for side in ("chosen", "rejected")]
        compare(f"{key} (about {theirs[0]:.0f})", [x for pair in sums[a] for x in pair], theirs, 1e-4)
    second = second_losses(double["adapter"], row_set, sums["adapter-zero"])
    for loss_name, loss in second.items():
        compare(f"loss {loss_name} ({loss:.3f})", [loss.item()], [part["losses"][loss_name]], 2e-6 * max(1, loss.item()))
    for loss_name in ("sigmoid", "sigmoid+sft"):
        loss = second_losses(double["adapter"], row_set, sums["adapter-zero"])[loss_name]
        prefix = f"dpo.gradient.{loss_name}."
        compare_gradients(f"gradient {loss_name}", cut(tensors, prefix), loss, double["adapter"])
    zero = second_losses(double["adapter-zero"], row_set, sums["adapter-zero"])["sigmoid"]
    compare_gradients("gradient zero", cut(tensors, "dpo.gradient.zero."), zero, double["adapter-zero"])
    for run, (adapter, reference, decay) in DPO_RUNS.items():
        ref = sums["adapter-zero" if reference == "base" else reference]
        steps = part["runs"][run]["steps"]
        losses = second_steps(policy(name, adapter, torch.float64), row_set,
                              lambda m, some, first: second_losses(m, some, ref[first:first + 4])["sigmoid"],
                              [step["learning_rate"] for step in steps], decay)
        compare(f"ten steps {run}", losses, [step["loss"] for step in steps], 2e-5)


def cut(tensors, prefix):
    return {key[len(prefix):]: value for key, value in tensors.items() if key.startswith(prefix)}


def sft_file(trainer):
    loss, seen = compute(trainer)
    out = []
    for row, logps in zip(trainer.train_dataset, seen["policy"]):
        trained = [int(label != -100) for label in row["labels"]]
        out.append({"ids": row["input_ids"], "trained": trained, "logps": logps.sum().item()})
    return {"rows": out, "loss": loss}


def sft_part(name, tensors):
    trainer = sft_trainer(name)
    part = {"completions": sft_file(trainer)}
    tensors |= {f"sft.gradient.{k}": v for k, v in gradients(trainer.model).items()}
    part["conversations"] = sft_file(sft_trainer(name, "conversations.jsonl", assistant_only_loss=True))
    part["runs"] = {}
    for run, decay in SFT_RUNS.items():
        trainer = sft_trainer(name, weight_decay=decay, **TEN_STEPS)
        part["runs"][run] = {"adapter": "adapter", "weight_decay": decay, "steps": ten_steps(trainer, "sft")}
        if run == "decay":
            tensors |= {f"sft.final.{run}.{k}": v for k, v in get_peft_model_state_dict(trainer.model).items()}
    assert split_matters(sft_trainer, name, part["runs"]["plain"]["steps"], "sft") < 1e-5
    return part


def check_sft(name, part, tensors):
    double = policy(name, "adapter", torch.float64)
    for file in ("completions", "conversations"):
        row_set = part[file]["rows"]
        with torch.no_grad():
            sums = [token_logps(double, row["ids"], row["trained"]).sum().item() for row in row_set]
        compare(f"sft logps {file}", sums, [row["logps"] for row in row_set], 1e-4)
        compare(f"sft loss {file}", [second_sft_loss(double, row_set).item()], [part[file]["loss"]], 2e-6)
    row_set = part["completions"]["rows"]
    compare_gradients("sft gradient", cut(tensors, "sft.gradient."), second_sft_loss(double, row_set), double)
    for run, decay in SFT_RUNS.items():
        steps = part["runs"][run]["steps"]
        losses = second_steps(policy(name, "adapter", torch.float64), row_set,
                              lambda m, some, first: second_sft_loss(m, some),
                              [step["learning_rate"] for step in steps], decay)
        compare(f"sft ten steps {run}", losses, [step["loss"] for step in steps], 2e-5)


def main():
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    datasets.disable_progress_bars()
    for name in MODELS:
        print(name)
        tensors = {}
        expected = {"dpo": dpo_part(name, tensors), "sft": sft_part(name, tensors)}
        check_dpo(name, expected["dpo"], tensors)
        check_sft(name, expected["sft"], tensors)
        save_file({k: v.detach().contiguous() for k, v in tensors.items()}, HERE / name / "expected.safetensors")
        (HERE / name / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
