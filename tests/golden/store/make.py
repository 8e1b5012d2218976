"""Prints the block and chunk shapes in tests/data/block_shape_test.cpp.

Made in a Python 3.11 venv with nnunetv2==2.8.1.
"""
from importlib.metadata import version

from nnunetv2.training.dataloading.nnunet_dataset import comp_blosc2_params

print("nnunetv2", version("nnunetv2"))
for image, patch, size in (
    ((1, 300, 400, 400), (128, 128, 128), 4),
    ((1, 300, 400, 400), (128, 128, 128), 2),
    ((4, 138, 169, 138), (128, 128, 128), 4),
    ((1, 36, 50, 35), (40, 56, 40), 4),
    ((2, 20, 320, 319), (320, 320), 4),
    ((1, 123, 423, 645), (28, 256, 256), 4),
    ((1, 36, 50, 35), (40, 56, 40), 2),
    ((1, 10, 256, 216), (10, 256, 224), 4),
    ((1, 10, 256, 216), (10, 256, 224), 2),
    ((3, 7, 9, 1000), (16, 16, 16), 4),
):
    print(image, patch, size, *comp_blosc2_params(image, patch, size))
