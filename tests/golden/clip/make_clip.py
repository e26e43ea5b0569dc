"""CLIP models of random weights as open_clip writes them, with its features and gradients for fixed inputs.

open_clip_torch 3.3.0, torch 2.14.1, safetensors; run in this folder: python make_clip.py
"""
import json
from pathlib import Path

import open_clip
import torch
from open_clip.loss import ClipLoss
from safetensors.torch import save_file

TEXT = {"context_length": 12, "vocab_size": 40, "width": 16, "heads": 2, "layers": 2}
RESNET = {"image_size": 64, "layers": [1, 2, 1, 1], "width": 2, "patch_size": None, "head_width": 16}
VIT = {"image_size": 24, "layers": 2, "width": 24, "patch_size": 8, "head_width": 12, "mlp_ratio": 2.0}
MODELS = {"resnet": RESNET, "vit": VIT}
GRADIENTS = ["logit_scale", "positional_embedding", "text_projection", "token_embedding.weight",
             "transformer.resblocks.0.attn.in_proj_weight", "transformer.resblocks.1.attn.in_proj_weight",
             "transformer.resblocks.1.mlp.c_fc.bias", "ln_final.weight"]
OF_RESNET = ["visual.conv1.weight", "visual.bn3.bias", "visual.layer2.0.downsample.0.weight",
             "visual.layer2.1.bn3.weight", "visual.attnpool.q_proj.weight", "visual.attnpool.positional_embedding"]
OF_VIT = ["visual.class_embedding", "visual.conv1.weight", "visual.proj", "visual.ln_pre.weight",
          "visual.transformer.resblocks.0.mlp.c_proj.weight", "visual.transformer.resblocks.1.attn.in_proj_bias"]


def captions():
    """Of several lengths: 38 starts, 39 ends, zeros behind."""
    ids = torch.zeros(6, TEXT["context_length"], dtype=torch.int64)
    for row, length in enumerate([3, 9, 2, 7, 5, 9]):
        ids[row, :length] = torch.randint(1, 38, (length,))
        ids[row, 0], ids[row, length - 1] = 38, 39
    return ids


def shake(model):
    """Moves what starts at 0 or 1 (biases, norms, their statistics) to where a mistake would show."""
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        elif tensor.is_floating_point() and tensor.dim() == 1:
            tensor.add_(torch.randn_like(tensor) * 0.2)


def pictures(size):
    """Numbers that any program can make again."""
    return torch.sin(torch.arange(6 * 3 * size * size, dtype=torch.float64) * 0.7371).float().view(6, 3, size, size)


def expect(model, ids, of_vision):
    pixels = pictures(model.visual.image_size if isinstance(model.visual.image_size, int) else model.visual.image_size[0])
    expected = {"ids": ids}
    statistics = {name: value.clone() for name, value in model.named_buffers()}
    model.eval()
    with torch.no_grad():
        expected["image"], expected["text"] = model.encode_image(pixels), model.encode_text(ids)
    model.train()
    model.zero_grad()
    image, text, scale = model(pixels, ids)
    loss = ClipLoss()(image, text, scale)
    loss.backward()
    expected["loss"] = loss.detach()
    parameters = dict(model.named_parameters())
    for key in GRADIENTS + of_vision:
        expected["gradient." + key] = parameters[key].grad
    for name, value in model.named_buffers():
        if name.endswith("bn1.running_mean"):
            expected["after." + name] = value.clone()
        value.copy_(statistics[name])
    return {key: value.contiguous() for key, value in expected.items()}


def make(name, vision):
    torch.manual_seed(7)
    config = {"embed_dim": 8, "vision_cfg": vision, "text_cfg": TEXT}
    model = open_clip.model.CLIP(**config)
    with torch.no_grad():
        shake(model)
    folder = Path(name)
    folder.mkdir(exist_ok=True)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    pixels_config = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4], "interpolation": "bicubic", "resize_mode": "shortest"}
    text = json.dumps({"model_cfg": config, "preprocess_cfg": pixels_config}, indent=2)
    (folder / "open_clip_config.json").write_text(text + "\n")
    ids, of_vision = captions(), OF_RESNET if name == "resnet" else OF_VIT
    save_file(expect(model, ids, of_vision), folder / "expected.safetensors")
    quick = open_clip.model.CLIP(**config, quick_gelu=True)
    quick.load_state_dict(model.state_dict())
    save_file(expect(quick, ids, of_vision), folder / "expected-quickgelu.safetensors")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name, vision in MODELS.items():
        make(name, vision)
