"""Preprocessed cases of both sides, as Python's nnU-Net reads them.

usage: stores.py WORK DATASET   after `voxarena preprocess` and reference.py
"""
import sys
from dataclasses import dataclass

from side_by_side import finish, load, np, row, same, use_folders


@dataclass
class Comparison:
    cases: int = 0
    worst: float = 0.0    # largest difference of two image values
    voxels: int = 0
    labels: int = 0       # voxels whose labels differ
    properties: str = ""  # the first difference of two .pkl files, or of the layout of two .b2nd files


def compare(ours, pythons, cases):
    """Two folders of cases."""
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2
    ours, pythons = nnUNetDatasetBlosc2(str(ours)), nnUNetDatasetBlosc2(str(pythons))
    result = Comparison()
    for case in cases:
        data, seg, _, properties = ours.load_case(case)
        wanted, wanted_seg, _, wanted_properties = pythons.load_case(case)
        assert data.dtype == np.float32 and seg.dtype == wanted_seg.dtype, (case, data.dtype, seg.dtype)
        assert data.shape == wanted.shape and seg.shape == wanted_seg.shape, (case, data.shape, wanted.shape)
        a, b = data[:].astype(np.float64), wanted[:]
        result.worst = max(result.worst, float(np.abs(a - b).max()))
        result.labels += int((seg[:] != wanted_seg[:]).sum())
        result.voxels += a.size
        result.cases += 1
        try:
            same(properties, wanted_properties, case)
            same((data.chunks, data.blocks), (wanted.chunks, wanted.blocks), f"{case}: chunks and blocks")
        except AssertionError as error:
            result.properties = result.properties or str(error)[:200]
    return result


def main():
    work, name = use_folders(sys.argv[1], "python"), sys.argv[2]
    ours, pythons = (work / side / "preprocessed" / name for side in ("ours", "python"))
    plans = load(pythons / "nnUNetPlans.json")["configurations"]
    for configuration in ("2d", "3d_fullres"):
        if configuration not in plans:
            continue
        store = plans[configuration]["data_identifier"]
        cases = sorted(path.stem for path in (pythons / store).glob("*.pkl"))
        result = compare(ours / store, pythons / store, cases)
        where = f"{configuration}, {result.cases} cases"
        row(f"preprocessed images, {where}", "≤ 1e-5 absolute", f"{result.worst:.1e}", result.worst <= 1e-5)
        row(f"preprocessed labels, {where}", "equal", f"{result.labels} of {result.voxels} voxels differ", result.labels == 0)
        row(f"`.pkl` (class_locations, geometry) and blocks of `.b2nd`, {where}", "equal", result.properties or "equal",
            not result.properties)
    finish()


if __name__ == "__main__":
    main()
