"""Makes LoRA adapters with PEFT on the small models of ../models, and the logits of each model with its adapter.

Made with: Python 3.11, torch 2.13.0, transformers 5.23.0, peft 0.21.2, safetensors 0.8.0.
Run in this folder: python make_adapters.py

NAME/adapter_config.json, NAME/adapter_model.safetensors   as PEFT's save_pretrained writes them
NAME/logits.safetensors   token ids [2, 24] (those of the model's own logits) and the logits [2, 24, vocabulary]
"""

import pathlib
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent / "models"

# name: (model, dtype of the adapter's tensors, config). Patterns overlap, so that the order in which they are tried
# matters; ranks, alphas and scales all differ from their defaults.
ADAPTERS = {
    "llama-qkv": ("llama", torch.float32,
                  dict(r=4, lora_alpha=6, lora_dropout=0.05, target_modules=["q_proj", "k_proj", "v_proj"])),
    "llama-pattern": ("llama", torch.float16,
                      dict(r=2, lora_alpha=4, target_modules=r".*\.layers\.\d+\.(?:self_attn|mlp)\.\b(q|o|down)_\w+")),
    "qwen2-all-linear": ("qwen2", torch.bfloat16,
                         dict(r=4, lora_alpha=3, target_modules="all-linear", use_rslora=True,
                              rank_pattern={"layers.1.mlp.up_proj": 7, "up_proj": 5, "k_pro.": 3, "mlp": 9},
                              alpha_pattern={r"layers\.\d\.self_attn\.q_proj": 5, "q_proj": 1, "down_proj": 2.5})),
    "qwen2-layer": ("qwen2", torch.float32,
                    dict(r=3, lora_alpha=3, target_modules=["v_proj", "gate_proj", "query_key_value"],
                         layers_to_transform=[1], layers_pattern="layers")),
}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_" in name:
                noise = torch.randn(weight.shape, generator=generator) / weight.shape[-1] ** 0.5
                weight.copy_(0.4 * noise if "lora_B" in name else noise)


def load_base(model):
    return AutoModelForCausalLM.from_pretrained(MODELS / model, attn_implementation="eager", dtype=torch.float32).eval()


def make(name, seed, model, dtype, settings):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    adapted = get_peft_model(load_base(model), LoraConfig(task_type="CAUSAL_LM", **settings))
    adapted.peft_config["default"].base_model_name_or_path = model
    randomise(adapted, seed)
    for parameter_name, parameter in adapted.named_parameters():
        if "lora_" in parameter_name:
            parameter.data = parameter.data.to(dtype)
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink()
    loaded = PeftModel.from_pretrained(load_base(model), folder).eval()
    golden = load_file(MODELS / model / "logits.safetensors")
    with torch.no_grad():
        logits = loaded(input_ids=golden["ids"], use_cache=False).logits
    difference = (logits - golden["logits"]).abs().max().item()
    assert difference > 1, f"{name} hardly changes the model: {difference}"
    save_file({"ids": golden["ids"], "logits": logits}, folder / "logits.safetensors")
    print(f"{name}: changes logits by up to {difference:.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for seed, (name, (model, dtype, settings)) in enumerate(ADAPTERS.items()):
        make(name, seed, model, dtype, settings)
