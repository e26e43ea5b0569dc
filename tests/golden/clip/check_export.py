"""Opens folders that we wrote with open_clip and compares features with those stored beside the weights.

open_clip_torch 3.3.0, torch 2.14.1; usage: python check_export.py FOLDER...
A folder is what clip_step_bench --save wrote: open_clip_config.json, open_clip_model.safetensors and features.safetensors,
which holds ids, pixels and our features of them.
"""
import sys
from pathlib import Path

import open_clip
import torch
from safetensors.torch import load_file

torch.set_num_threads(1)
worst = 0.0
for folder in sys.argv[1:]:
    model = open_clip.create_model("local-dir:" + folder, require_pretrained=True).eval()
    ours = load_file(Path(folder) / "features.safetensors")
    with torch.no_grad():
        pairs = [(model.encode_image(ours["pixels"]), ours["image"]), (model.encode_text(ours["ids"]), ours["text"])]
    for kind, (theirs, mine) in zip(("image", "text"), pairs):
        difference = (theirs - mine).abs().max().item()
        size = theirs.abs().max().item()
        worst = max(worst, difference)
        print(f"{folder}: {kind} features of size up to {size:.3f} differ by at most {difference:.1e}")
sys.exit(worst > 1e-4)
