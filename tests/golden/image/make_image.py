"""Pictures in each format and what PIL and torchvision make of them, for tests/data/image.

Run with pillow 13.0.0, torch 2.14.1, torchvision 0.29.1: python make_image.py
Writes the pictures beside it and image.json: pixels as lists, row after row.
"""
import ctypes
import json
import pathlib
import random

import torch
import torchvision.transforms.v2.functional as F
from PIL import Image

HERE = pathlib.Path(__file__).parent
random.seed(7)
torch.manual_seed(7)


def picture(width, height, alpha=False):
    """Smooth colours with an edge, so that JPEG's error stays small and a wrong filter shows."""
    out = Image.new("RGBA" if alpha else "RGB", (width, height))
    for y in range(height):
        for x in range(width):
            edge = 60 if x > width // 2 else 0
            colour = (x * 180 // width + edge, y * 200 // height, (x + y) * 120 // (width + height) + edge)
            out.putpixel((x, y), colour + ((255 * y // height,) if alpha else ()))
    return out


def pixels(image):
    return list(image.convert("RGB").tobytes())


def on_white(image):
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def save(image, name, **options):
    image.save(HERE / name, **options)
    return as_read(name)


def save_ycck(image, name):
    """A CMYK picture as YCCK, which PIL reads but does not write: libjpeg-turbo does."""
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitCompress.restype = ctypes.c_void_p
    inks = bytes(255 - ink for ink in image.tobytes())  # stored inverted, as Adobe's programs do
    out, size = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_ulong(0)
    cmyk, no_subsampling, quality = 11, 0, 95
    failed = library.tjCompress2(ctypes.c_void_p(library.tjInitCompress()), inks, image.width, 0, image.height, cmyk,
                                 ctypes.byref(out), ctypes.byref(size), no_subsampling, quality, 0)
    assert not failed
    (HERE / name).write_bytes(ctypes.string_at(out, size.value))
    return as_read(name)


def as_read(name):
    read = Image.open(HERE / name)
    plain = on_white(read) if read.mode in ("RGBA", "LA", "P", "PA") or "transparency" in read.info else read
    return {"width": read.width, "height": read.height, "rgb": pixels(plain)}


source = picture(23, 17)
inks = Image.merge("CMYK", picture(23, 17, alpha=True).split())  # all four change, each its own way
cases = {
    "rgb.jpg": save(source, "rgb.jpg", quality=95, subsampling=0),
    "grey.jpg": save(source.convert("L"), "grey.jpg", quality=95),
    "progressive.jpg": save(source, "progressive.jpg", quality=95, subsampling=0, progressive=True),
    "cmyk.jpg": save(inks, "cmyk.jpg", quality=95),
    "ycck.jpg": save_ycck(inks, "ycck.jpg"),
    "rgb.png": save(source, "rgb.png"),
    "grey.png": save(source.convert("L"), "grey.png"),
    "palette.png": save(source.quantize(16), "palette.png"),
    "alpha.png": save(picture(23, 17, alpha=True), "alpha.png"),
    "deep.png": save(Image.fromarray(torch.randint(0, 65536, (5, 6), dtype=torch.int32).numpy().astype("uint16")), "deep.png"),
    "rgb.webp": save(source, "rgb.webp", lossless=True),
    "alpha.webp": save(picture(23, 17, alpha=True), "alpha.webp", lossless=True, exact=True),
}
del cases["deep.png"]["rgb"]  # PIL does not scale 16 bits to 8 in convert("RGB"); libpng does

resized = []
for filter_name, filter_id in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)):
    for box in ((0, 0, 23, 17), (3, 2, 18, 15)):
        for size in ((8, 8), (23, 17), (40, 31), (1, 1)):
            small = source.crop(box).resize(size, filter_id)
            resized.append({"filter": filter_name, "box": box, "size": size, "rgb": pixels(small)})

square = source.resize((13, 13), Image.Resampling.BICUBIC)
planes = F.to_dtype(F.pil_to_tensor(square), torch.float32, scale=True)
colours = {
    "source": planes, "brightness 1.6": F.adjust_brightness(planes, 1.6), "contrast 0.3": F.adjust_contrast(planes, 0.3),
    "contrast 1.7": F.adjust_contrast(planes, 1.7), "saturation 1.8": F.adjust_saturation(planes, 1.8),
    "saturation 0.2": F.adjust_saturation(planes, 0.2), "hue 0.17": F.adjust_hue(planes, 0.17),
    "hue -0.2": F.adjust_hue(planes, -0.2), "grey": F.rgb_to_grayscale(planes, num_output_channels=3),
    "blur 5 0.8": F.gaussian_blur(planes, 5, 0.8), "blur 21 1.9": F.gaussian_blur(planes, 21, 1.9),
}
out = {"pictures": cases, "resized": resized, "source": {"width": 23, "height": 17, "rgb": pixels(source)},
       "colours": {name: [round(v, 6) for v in t.flatten().tolist()] for name, t in colours.items()}}
(HERE / "image.json").write_text(json.dumps(out, separators=(",", ":")))
