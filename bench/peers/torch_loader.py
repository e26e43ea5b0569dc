"""Pictures per second of PyTorch's DataLoader with PIL and torchvision: the same shards and augmentations as loader_bench.

usage: torch_loader.py SHARD.tar.. [--workers N] [--side N] [--batch N] [--passes N]
Needs torch, torchvision, pillow.
"""
import argparse
import json
import time

import torch

from torch_shards import Shards

parser = argparse.ArgumentParser()
parser.add_argument("shards", nargs="+")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--side", type=int, default=224)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--passes", type=int, default=2)
args = parser.parse_args()

loader = torch.utils.data.DataLoader(Shards(args.shards, args.side), batch_size=args.batch, shuffle=True,
                                     num_workers=args.workers, persistent_workers=True)
torch.set_num_threads(1)
count, seconds = 0, 0.0
for number in range(args.passes + 1):
    start = time.perf_counter()
    seen = sum(len(batch) for batch in loader)
    if number > 0:  # the first pass warms up
        count, seconds = count + seen, seconds + time.perf_counter() - start
print(json.dumps({"engine": "torch DataLoader + PIL", "side": args.side, "workers": args.workers,
                  "pictures": len(loader.dataset), "pictures_per_second": count / seconds}))
