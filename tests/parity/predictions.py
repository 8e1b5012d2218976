"""Labels that both sides predict from the same images and checkpoints.

usage: predictions.py python WORK MODEL IMAGES NAME FOLDS MIRRORED   Python's, into WORK/python/NAME (FOLDS: 0 or 0,1; MIRRORED: 0, 1)
       predictions.py compare WORK NAME WHAT                         a row for WORK/ours/NAME beside WORK/python/NAME
"""
import sys
from pathlib import Path

from side_by_side import finish, np, row, use_folders


def predict(model, images, folds, mirrored, out):
    """Images are those of a folder, named as in imagesTr."""
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
    torch.set_num_threads(2)
    predictor = nnUNetPredictor(use_mirroring=mirrored, device=torch.device("cpu"), verbose=False, allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(model), folds)
    out.mkdir(parents=True, exist_ok=True)
    predictor.predict_from_files_sequential(str(images), str(out), False, True)


def agreement(ours, pythons):
    """Voxels, those with other labels, and the share of foreground in Python's."""
    import SimpleITK as sitk
    files = sorted(path for path in pythons.iterdir() if path.suffix not in (".json", ".pkl", ".npz"))
    voxels = wrong = foreground = 0
    for path in files:
        a, b = (sitk.GetArrayFromImage(sitk.ReadImage(str(file))) for file in (ours / path.name, path))
        assert a.shape == b.shape, path.name
        voxels, wrong, foreground = voxels + a.size, wrong + int((a != b).sum()), foreground + int((b > 0).sum())
    return len(files), voxels, wrong, foreground / voxels


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "python":
        work, model, images, name, folds, mirrored = arguments
        work = use_folders(work, "python")
        predict(model, images, [int(fold) for fold in folds.split(",")], mirrored == "1", work / "python" / name)
        return
    work, name, what = Path(arguments[0]), *arguments[1:]
    cases, voxels, wrong, foreground = agreement(work / "ours" / name, work / "python" / name)
    share = 100 * (1 - wrong / voxels)
    row(f"{what}, {cases} cases ({100 * foreground:.0f} % foreground)", "≥ 99.99 % of voxels equal",
        f"{share:.4f} % ({wrong} of {voxels} differ)", share >= 99.99 and 0 < foreground)
    finish()


if __name__ == "__main__":
    main()
