"""Pictures per second of PyTorch's DataLoader with PIL and torchvision: the same shards and augmentations as loader_bench.

usage: torch_loader.py SHARD.tar.. [--workers N] [--side N] [--batch N] [--passes N]
Needs torch, torchvision, pillow. The tars are indexed once and read in random order, as ours are; JPEGs are decoded by
PIL with its reduced-size decoding (draft), which is the faster way.
"""
import argparse
import io
import json
import tarfile
import time

import torch
from PIL import Image
from torchvision import transforms as T

parser = argparse.ArgumentParser()
parser.add_argument("shards", nargs="+")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--side", type=int, default=224)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--passes", type=int, default=2)
args = parser.parse_args()

kernel = 2 * max(1, round(10 * args.side / 224)) + 1
shrink = min(1.0, args.side / 224)
augment = T.Compose([
    T.RandomResizedCrop(args.side, scale=(0.5, 1.0), interpolation=T.InterpolationMode.BICUBIC),
    T.RandomHorizontalFlip(),
    T.RandomApply([T.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.2),
    T.RandomGrayscale(p=0.2),
    T.RandomApply([T.GaussianBlur(kernel, (0.1 * shrink, 2.0 * shrink))], p=0.2),
    T.ToTensor(),
    T.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
])


class Shards(torch.utils.data.Dataset):
    def __init__(self, names):
        self.places = []
        for name in names:
            with tarfile.open(name) as tar:
                self.places += [(name, m.offset_data, m.size) for m in tar if m.name.endswith(".jpg")]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, index):
        name, offset, size = self.places[index]
        with open(name, "rb") as file:
            file.seek(offset)
            image = Image.open(io.BytesIO(file.read(size)))
        image.draft("RGB", (round(args.side / 0.375 ** 0.5),) * 2)
        return augment(image.convert("RGB"))


loader = torch.utils.data.DataLoader(Shards(args.shards), batch_size=args.batch, shuffle=True, num_workers=args.workers,
                                     persistent_workers=True)
torch.set_num_threads(1)
count, seconds = 0, 0.0
for number in range(args.passes + 1):
    start = time.perf_counter()
    seen = sum(len(batch) for batch in loader)
    if number > 0:  # the first pass warms up
        count, seconds = count + seen, seconds + time.perf_counter() - start
print(json.dumps({"engine": "torch DataLoader + PIL", "side": args.side, "workers": args.workers,
                  "pictures": len(loader.dataset), "pictures_per_second": count / seconds}))
