"""nnU-Net's training augmentation of patches beside batchgeneratorsv2: samples per second of one core, cases lie in memory.

    python perf/augmentation.py build/release/bin/augmentation [--rounds N] [--quick]
"""
import sys
import time

import numpy as np

import peers

LABELS = 4


def python(patch, samples):
    import torch
    from acvl_utils.cropping_and_padding.bounding_boxes import crop_and_pad_nd
    from nnunetv2.training.data_augmentation.compute_initial_patch_size import get_patch_size
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
    torch.set_num_threads(1)
    angles = (-np.pi / 6, np.pi / 6)
    initial = get_patch_size(patch, angles, angles, angles, (0.85, 1.25))
    transforms = nnUNetTrainer.get_training_transforms(patch, angles, None, (0, 1, 2), False, use_mask_for_norm=[False])
    shape, rng = [2 * n for n in patch], np.random.default_rng(0)
    data = rng.random((1, *shape), dtype=np.float32)
    z, y, x = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    seg = ((z // 16 * 7 + y // 16 * 3 + x // 16) % LABELS).astype(np.int16)[None]
    del z, y, x

    def sample():
        low = [rng.integers(-(int(i - p) // 2), n + int(i - p) // 2 - int(i) + 1) for i, p, n in zip(initial, patch, shape)]
        box = [[a, a + int(i)] for a, i in zip(low, initial)]
        image, label = torch.from_numpy(crop_and_pad_nd(data, box, 0)).float(), torch.from_numpy(crop_and_pad_nd(seg, box, -1))
        return transforms(image=image, segmentation=label.to(torch.int16))

    with torch.no_grad():
        for _ in range(6):  # the blur chooses its own fastest way first
            sample()
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(samples):
            sample()
    peers.print_measured(start, cpu)


def main():
    options = peers.arguments(__doc__, "program")
    edge, samples = (64, 60) if options.quick else (128, 60)
    patch = f"{edge},{edge},{edge}"
    one_thread = {"OMP_NUM_THREADS": "1"}
    theirs, mine = peers.take_turns(
        options.rounds, lambda: peers.measured([sys.executable, __file__, "python", patch, samples], **one_thread),
        lambda: peers.measured([options.program, patch, 1, LABELS, 4 * samples, 1], **one_thread))
    peers.row(f"augmentation of {edge}³ patches, one core", "s a sample", [t["cpu_seconds"] / samples for t in theirs],
              [t["cpu_seconds"] / (4 * samples) for t in mine], 6, digits=3)


if __name__ == "__main__":
    if sys.argv[1] == "python":
        python(tuple(map(int, sys.argv[2].split(","))), int(sys.argv[3]))
    else:
        main()
