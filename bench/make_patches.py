"""Real features for K-means: random 12x12 RGB patches of photos, PCA to 128, L2-normalised.

usage: make_patches.py OUTPUT.safetensors SHARD.tar...   (WebDataset shards with .jpg members)
"""
import argparse
import io
import tarfile

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

SIDE, DIM, COUNT = 12, 128, 200_000

parser = argparse.ArgumentParser()
parser.add_argument("output")
parser.add_argument("shards", nargs="+")
args = parser.parse_args()


def photos():
    for shard in args.shards:
        with tarfile.open(shard) as tar:
            for member in tar:
                if member.name.endswith((".jpg", ".jpeg")):
                    yield np.asarray(Image.open(io.BytesIO(tar.extractfile(member).read())).convert("RGB"))


random = np.random.default_rng(0)
patches, each = [], 64
for photo in photos():
    height, width = photo.shape[:2]
    for y, x in zip(random.integers(0, height - SIDE, each), random.integers(0, width - SIDE, each)):
        patches.append(photo[y:y + SIDE, x:x + SIDE].reshape(-1))
    if len(patches) >= COUNT:
        break
if len(patches) < COUNT:
    raise SystemExit(f"{len(patches)} patches; {COUNT} were expected: give more shards")
rows = np.stack(patches[:COUNT]).astype(np.float32) / 255
rows -= rows.mean(0)
_, directions = np.linalg.eigh(rows.T @ rows)
rows = rows @ directions[:, ::-1][:, :DIM]
rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
save_file({"rows": np.ascontiguousarray(rows)}, args.output)
