"""CLIP trained by open_clip in PyTorch on photos from shards, the loader in the loop; one JSON line.

usage: open_clip_train.py FOLDER SHARD.tar.. [--batch N] [--steps N]
FOLDER: the model, written by clip_step_bench --save. The clock starts behind the first steps, when the workers run.
"""
import argparse
import json
import time

import open_clip
import torch
from open_clip.loss import ClipLoss

from torch_shards import Shards

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("shards", nargs="+")
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--steps", type=int, default=60)
parser.add_argument("--warm-up", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--workers", type=int, default=2)
args = parser.parse_args()

torch.set_num_threads(args.threads)
model = open_clip.create_model("local-dir:" + args.folder).train().to(memory_format=torch.channels_last)
size = model.visual.image_size
size = size if isinstance(size, int) else size[0]
data = Shards(args.shards, size, open_clip.tokenizer.SimpleTokenizer(context_length=model.context_length))
loader = torch.utils.data.DataLoader(data, batch_size=args.batch, shuffle=True, drop_last=True,
                                     num_workers=args.workers, persistent_workers=True)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.2, fused=True)
loss_of = ClipLoss()
step = 0
while step < args.warm_up + args.steps:
    for pixels, ids in loader:
        if step == args.warm_up:
            start = time.perf_counter()
        if step == args.warm_up + args.steps:
            break
        image, text, scale = model(pixels.contiguous(memory_format=torch.channels_last), ids)
        loss_of(image, text, scale).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
seconds = time.perf_counter() - start
print(json.dumps({"engine": f"open_clip {open_clip.__version__}, DataLoader + PIL",
                  "model": args.folder.rstrip("/").split("/")[-1], "batch": args.batch, "steps": args.steps,
                  "samples_per_second": round(args.batch * args.steps / seconds, 1)}))
