"""WebDataset shards of photos for PyTorch's DataLoader: indexed once and read in random order, as ours are.

JPEGs are decoded by PIL with its reduced-size decoding (draft), which is the faster way; the augmentations are those of
loader_bench and of `protoclip train`.
"""
import io
import json
import random
import tarfile

import torch
from PIL import Image
from torchvision import transforms as T


def augmentation(side):
    kernel = 2 * max(1, round(10 * side / 224)) + 1
    shrink = min(1.0, side / 224)
    return T.Compose([
        T.RandomResizedCrop(side, scale=(0.5, 1.0), interpolation=T.InterpolationMode.BICUBIC),
        T.RandomHorizontalFlip(),
        T.RandomApply([T.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.2),
        T.RandomGrayscale(p=0.2),
        T.RandomApply([T.GaussianBlur(kernel, (0.1 * shrink, 2.0 * shrink))], p=0.2),
        T.ToTensor(),
        T.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    ])


class Shards(torch.utils.data.Dataset):
    """Pictures, and with a tokenizer also the ids of one of each picture's captions."""

    def __init__(self, names, side, tokenizer=None):
        self.side, self.augment, self.tokenizer = side, augmentation(side), tokenizer
        self.places, captions = [], {}
        for name in names:
            with tarfile.open(name) as tar:
                for member in tar:
                    key = (name, member.name.rsplit(".", 1)[0])
                    if member.name.endswith(".jpg"):
                        self.places.append((key, member.offset_data, member.size))
                    elif member.name.endswith(".json") and tokenizer:
                        captions[key] = json.load(tar.extractfile(member))["captions"]
        self.captions = captions

    def __len__(self):
        return len(self.places)

    def __getitem__(self, index):
        key, offset, size = self.places[index]
        with open(key[0], "rb") as file:
            file.seek(offset)
            image = Image.open(io.BytesIO(file.read(size)))
        image.draft("RGB", (round(self.side / 0.375 ** 0.5),) * 2)
        pixels = self.augment(image.convert("RGB"))
        if not self.tokenizer:
            return pixels
        return pixels, self.tokenizer(random.choice(self.captions[key]))[0]
