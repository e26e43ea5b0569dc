"""Training steps of an open_clip model on made-up pictures and captions; one JSON line, as clip_step_bench prints.

The model comes from a folder that clip_step_bench wrote (--save), so that both sides have the same shape.
"""
import argparse
import json
import statistics
import time

import open_clip
import torch
from open_clip.loss import ClipLoss

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--warm-up", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--bf16", action="store_true")
parser.add_argument("--fused", action="store_true", help="torch's fused AdamW; open_clip's own training has the plain one")
parser.add_argument("--channels-last", action="store_true")
args = parser.parse_args()

torch.set_num_threads(args.threads)
torch.manual_seed(1)
model = open_clip.create_model("local-dir:" + args.folder).train()
layout = torch.channels_last if args.channels_last else torch.contiguous_format
model = model.to(memory_format=layout)
size = model.visual.image_size
size = size if isinstance(size, int) else size[0]
pixels = torch.randn(args.batch, 3, size, size).contiguous(memory_format=layout)
ids = torch.zeros(args.batch, model.context_length, dtype=torch.int64)
for row in range(args.batch):
    length = 8 + row % 9
    ids[row, : length - 1] = torch.randint(1, model.vocab_size - 1, (length - 1,))
    ids[row, length - 1] = model.vocab_size - 1
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.2,
                              fused=True if args.fused else None)
loss_of = ClipLoss()
seconds = []
for step in range(args.warm_up + args.steps):
    begin = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
        image, text, scale = model(pixels, ids)
    loss = loss_of(image.float(), text.float(), scale)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    value = loss.item()
    if step >= args.warm_up:
        seconds.append(time.perf_counter() - begin)
median = statistics.median(seconds)
print(json.dumps({
    "engine": f"open_clip {open_clip.__version__}", "model": args.folder.rstrip("/").split("/")[-1], "batch": args.batch,
    "vocabulary": model.vocab_size, "bf16": args.bf16, "fused": args.fused, "channels_last": args.channels_last,
    "threads": args.threads, "steps": args.steps, "seconds": round(median, 4),
    "samples_per_second": round(args.batch / median, 1), "loss": round(value, 4),
}))
