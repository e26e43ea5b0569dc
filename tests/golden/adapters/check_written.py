"""Loads adapters that Counterpoint wrote with PEFT: no missing and no unexpected key, and the logits of the original.

Run with: Python 3.11, torch 2.13.0, transformers 5.23.0, peft 0.21.2.
    COUNTERPOINT_WRITTEN_ADAPTERS=FOLDER weights_test --gtest_filter=AdapterWrite.WhatIsWrittenReadsBackTheSame
    python check_written.py FOLDER
"""

import pathlib
import sys
import warnings

import torch
from peft import LoraConfig, get_peft_model
from peft.utils.save_and_load import set_peft_model_state_dict
from safetensors.torch import load_file

from make_adapters import ADAPTERS, HERE, load_base


def check(folder, model):
    config = LoraConfig.from_pretrained(folder)
    adapted = get_peft_model(load_base(model), config).eval()
    tensors = load_file(folder / "adapter_model.safetensors")
    result = set_peft_model_state_dict(adapted, tensors)
    missing = [key for key in result.missing_keys if "lora_" in key]
    assert not missing and not result.unexpected_keys, (missing, result.unexpected_keys)
    golden = load_file(HERE / folder.name / "logits.safetensors")
    with torch.no_grad():
        logits = adapted(input_ids=golden["ids"], use_cache=False).logits
    difference = (logits - golden["logits"]).abs().max().item()
    print(f"{folder.name}: {len(tensors)} tensors, none missing, none unexpected; logits differ by {difference:.1e}")
    assert difference < 1e-5, difference


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for name, (model, _, _) in ADAPTERS.items():
        check(pathlib.Path(sys.argv[1]) / name, model)
