"""All metrics of a case of 15 classes beside MedPy and surface-distance, in one run.

python 3.11 venv with numpy, scipy, medpy==0.5.2, surface-distance==0.1:
  python perf/surface_metrics.py build/release/bin/surface_metrics [THREADS] [CLASSES OF MEDPY]
MedPy needs minutes for the large classes: name a subset ("2,6,8"), and its ratio is that of the subset.
"""
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

np.Inf, np.NaN = np.inf, np.nan  # names of numpy 1, which both packages use
ndimage.filters = ndimage.morphology = ndimage
import surface_distance  # noqa: E402
from medpy.metric import binary  # noqa: E402

SHAPE, SPACING = (200, 512, 512), (2.5, 0.8, 0.8)
# Half axes in voxels of ellipsoids as large as abdominal organs.
ORGANS = [(38, 95, 110), (28, 42, 36), (30, 30, 28), (30, 30, 28), (24, 50, 44), (70, 14, 14), (14, 26, 44), (14, 18, 16),
          (60, 9, 9), (6, 12, 10), (6, 12, 10), (20, 34, 30), (70, 16, 16), (25, 30, 34), (18, 40, 48)]


def make_case(rng):
    def waves(shape, amplitude):
        coarse = rng.normal(0, amplitude, [max(2, n // 12) for n in shape]).astype(np.float32)
        return ndimage.zoom(coarse, [n / m for n, m in zip(shape, coarse.shape)], order=1)

    maps = [np.zeros(SHAPE, np.int16), np.zeros(SHAPE, np.int16)]
    for label, half in enumerate(ORGANS, 1):
        centre = [rng.integers(h + 6, n - h - 6) for h, n in zip(half, SHAPE)]
        box = tuple(slice(max(0, c - h - 5), min(n, c + h + 6)) for c, h, n in zip(centre, half, SHAPE))
        grid = np.meshgrid(*[np.arange(s.start, s.stop, dtype=np.float32) for s in box], indexing="ij")
        bumps = waves(grid[0].shape, 0.05)
        for out, shift, scale, noise in zip(maps, ((0, 0, 0), (0.4, 1, -0.7)), (1, 1.01), (0, 0.03)):
            r = sum(((g - c - s) / (h * scale)) ** 2 for g, c, h, s in zip(grid, centre, half, shift))
            out[box][np.sqrt(r) + bumps + waves(r.shape, noise) < 1] = label
    return maps


def seconds(function, classes, reference, prediction):
    total = 0
    for label in classes:
        a, b = reference == label, prediction == label
        start = time.perf_counter()
        function(a, b)
        total += time.perf_counter() - start
    return total


def medpy(a, b):
    binary.dc(b, a), binary.hd95(b, a, SPACING), binary.assd(b, a, SPACING)


def deepmind(a, b):
    distances = surface_distance.compute_surface_distances(a, b, SPACING)
    surface_distance.compute_robust_hausdorff(distances, 95)
    surface_distance.compute_average_surface_distance(distances)
    surface_distance.compute_surface_dice_at_tolerance(distances, 1)


def ours(program, folder, label_maps, classes, threads):
    """Seconds by selection of metrics; the classes are renumbered from 1."""
    table = np.zeros(16, np.int16)
    table[list(classes)] = range(1, len(classes) + 1)
    files = [folder / "reference.raw", folder / "prediction.raw"]
    for file, labels in zip(files, label_maps):
        table[labels].tofile(file)
    output = subprocess.run([program, *files, str(len(classes)), threads], check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.rsplit(": ", 1) for line in output.splitlines())}


def main():
    program, threads = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "2"
    everything = range(1, 16)
    subset = [int(k) for k in sys.argv[3].split(",")] if len(sys.argv) > 3 else everything
    case = make_case(np.random.default_rng(5))
    with tempfile.TemporaryDirectory() as folder:
        all_classes = ours(program, Path(folder), case, everything, threads)
        some = ours(program, Path(folder), case, subset, threads)
    for name, value in all_classes.items():
        print(f"{name:<24}{value:8.3f} s, {threads} threads")
    theirs = seconds(deepmind, everything, *case)
    print(f"{'surface-distance':<24}{theirs:8.1f} s, ratio to the same metrics {theirs / all_classes['as surface-distance']:.1f}, "
          f"to HD95, ASSD, NSD {theirs / all_classes['HD95, ASSD, NSD']:.1f}")
    theirs = seconds(medpy, subset, *case)
    print(f"{'MedPy':<24}{theirs:8.1f} s for classes {list(subset)}, ratio to the same metrics {theirs / some['as MedPy']:.0f}, "
          f"to HD95, ASSD, NSD {theirs / some['HD95, ASSD, NSD']:.0f}")


if __name__ == "__main__":
    main()
