"""What nnU-Net's NaturalImage2DIO makes of pictures of many kinds.
Run in a Python 3.11 venv with nnunetv2==2.8.1, scikit-image, Pillow and tifffile:

    python make_pictures.py

Writes into its own folder: pictures.json (per picture its bytes as hex, and the channels, size and values that were read; null where the class
refuses it) and picture_NaturalImage2DIO.pkl (the properties of a preprocessed case).
"""
import io
import json
import pickle
import tempfile
from pathlib import Path

import numpy as np
import tifffile
from nnunetv2.imageio.natural_image_reader_writer import NaturalImage2DIO
from PIL import Image

HERE = Path(__file__).resolve().parent
HEIGHT, WIDTH = 5, 6
rng = np.random.default_rng(7)


def random(*shape, kind=np.uint8):
    return rng.integers(0, np.iinfo(kind).max, shape or (HEIGHT, WIDTH), dtype=kind, endpoint=True)


def pillow(array, mode=None, format="PNG", **options):
    out = io.BytesIO()
    Image.fromarray(array, mode).save(out, format, **options)
    return out.getvalue()


def palette(format):
    image = Image.fromarray(random(HEIGHT, WIDTH) % 4, "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 10, 20, 30, 250, 251, 252])
    out = io.BytesIO()
    image.save(out, format)
    return out.getvalue()


def tif(array, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, array, **options)
    return out.getvalue()


PICTURES = {
    "grey.png": pillow(random()),
    "grey16.png": pillow(random(kind=np.uint16)),
    "rgb.png": pillow(random(HEIGHT, WIDTH, 3)),
    "rgba.png": pillow(random(HEIGHT, WIDTH, 4)),
    "grey_alpha.png": pillow(random(HEIGHT, WIDTH, 2), "LA"),
    "palette.png": palette("PNG"),
    "one_bit.png": pillow(random() > 127),
    "grey.bmp": pillow(random(), format="BMP"),
    "rgb.bmp": pillow(random(HEIGHT, WIDTH, 3), format="BMP"),
    "palette.bmp": palette("BMP"),
    "grey.tif": tif(random(), photometric="minisblack"),
    "grey16.tif": tif(random(kind=np.uint16), photometric="minisblack"),
    "float.tif": tif(rng.normal(size=(HEIGHT, WIDTH)).astype(np.float32), photometric="minisblack"),
    "lzw.tif": pillow(random(), format="TIFF", compression="tiff_lzw"),
    "rgb.tif": tif(random(HEIGHT, WIDTH, 3), photometric="rgb"),
    "rgba.tif": tif(random(HEIGHT, WIDTH, 4), photometric="rgb", extrasamples=["unassalpha"]),
    "planar.tif": tif(random(3, HEIGHT, WIDTH), photometric="rgb", planarconfig="separate"),
    "palette.tif": palette("TIFF"),
    "pages.tif": tif(random(2, HEIGHT, WIDTH), photometric="minisblack"),
}


def read(name, content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            data, properties = NaturalImage2DIO().read_images([str(file)])
        except (AssertionError, ValueError):
            return None
        assert data.dtype == np.float32 and properties == {"spacing": (999, 1, 1)}
        return {"channels": data.shape[0], "size": data.shape[1:], "values": data.flatten().tolist()}


out = {name: {"bytes": content.hex(), "read": read(name, content)} for name, content in PICTURES.items()}
(HERE / "pictures.json").write_text(json.dumps(out, indent=1))
(HERE / "picture_NaturalImage2DIO.pkl").write_bytes(pickle.dumps(
    {"spacing": (999, 1, 1), "shape_before_cropping": (1, HEIGHT, WIDTH),
     "bbox_used_for_cropping": [[0, 1], [0, HEIGHT], [0, WIDTH]],
     "shape_after_cropping_and_before_resampling": (1, HEIGHT, WIDTH), "class_locations": {1: []}}))
