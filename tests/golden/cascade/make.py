"""nnU-Net's cascade, small: a model folder of the second stage with random weights as a zip archive, labels of a made-up
first stage, what Python predicts from them, and first-stage logits resampled for the second stage. The images are those of
../nnunet_files. Run in a Python 3.11 venv with nnunetv2==2.8.1, torch==2.13.0 and numpy==2.4.6:

    python make.py

Writes into its own folder: model.zip, previous/, predictions/, next_stage/ and next_stage.json.
"""
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILES = HERE.parent / "nnunet_files"
ROOT = Path(tempfile.mkdtemp())
for root in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{root}"] = str(ROOT / root)
    (ROOT / root).mkdir()
os.environ["nnUNet_compile"] = "f"

import numpy as np
import SimpleITK as sitk
import torch
from nnunetv2.inference.export_prediction import resample_and_save
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

torch.set_num_threads(1)
NAME = "Dataset901_Golden"
MODEL = f"{NAME}/nnUNetTrainer__nnUNetPlans__3d_fullres"
CASES = ("case_1", "case_2")


def plans_and_dataset():
    with zipfile.ZipFile(FILES / "model.zip") as archive:
        plans, dataset = (json.loads(archive.read(f"{MODEL}/{name}.json")) for name in ("plans", "dataset"))
    plans["configurations"]["3d_lowres"] = {
        "inherits_from": "3d_fullres", "data_identifier": "nnUNetPlans_3d_lowres", "spacing": [3.0, 1.9, 2.1],
        "next_stage": "3d_cascade_fullres"}
    plans["configurations"]["3d_cascade_fullres"] = {"inherits_from": "3d_fullres", "previous_stage": "3d_lowres"}
    return plans, dataset


def noise(shape):
    """Numbers in [-0.5, 0.5) that C++ makes as well: a multiplicative hash of the index, exact in float32."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64) + 1
    bits = (index * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    bits ^= bits >> np.uint64(15)
    bits = (bits * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    return ((bits >> np.uint64(8)).astype(np.float32) / np.float32(1 << 24) - np.float32(0.5)).reshape(shape)


def image_of(case):
    return FILES / f"raw/imagesTr/{case}_0000.nii.gz"


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def write_model(plans, dataset):
    folder = ROOT / "results" / NAME / "nnUNetTrainer__nnUNetPlans__3d_cascade_fullres"
    store = ROOT / "preprocessed" / NAME / "nnUNetPlans_3d_fullres"
    store.mkdir(parents=True)
    (store / "any.b2nd").touch()  # the trainer asks for the kind of store when it is made
    torch.manual_seed(5)
    trainer = nnUNetTrainer({**plans, "continue_training": False}, "3d_cascade_fullres", 0, dataset, torch.device("cpu"))
    trainer.initialize()
    with torch.no_grad():
        trainer.network.encoder.stages[0][0].convs[0].conv.weight[:, 1:] *= 3  # the previous stage shall matter
        for layer in trainer.network.decoder.seg_layers:
            layer.weight *= 20  # clear decisions, whatever the sums are rounded to
    (folder / "fold_0").mkdir(parents=True, exist_ok=True)
    trainer.save_checkpoint(str(folder / "fold_0/checkpoint_final.pth"))
    (folder / "plans.json").write_text(json.dumps(plans, indent=4))
    (folder / "dataset.json").write_text(json.dumps(dataset, indent=4))
    with zipfile.ZipFile(HERE / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".json", ".pth"):
                archive.write(file, file.relative_to(ROOT / "results"))
    return folder


def write_previous():
    """Labels 0 to 2 in blocks, outside of the nonzero region too."""
    folder = fresh("previous")
    for number, case in enumerate(CASES, 1):
        image = sitk.ReadImage(str(image_of(case)))
        z, y, x = np.meshgrid(*[np.arange(n) for n in image.GetSize()[::-1]], indexing="ij")
        label = sitk.GetImageFromArray((((z + number) // 5 + y // 4 + x // 3) % 3).astype(np.uint8))
        label.CopyInformation(image)
        sitk.WriteImage(label, str(folder / f"{case}.nii.gz"), True)
    return folder


UNDECIDED = 255


def predict(model, previous):
    """Labels; UNDECIDED where two logits are equal, as some are in the half precision in which Python sums them."""
    out = fresh("predictions")
    target = ROOT / "out"
    target.mkdir()
    predictor = nnUNetPredictor(use_mirroring=True, device=torch.device("cpu"), verbose=False, allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(model), (0,))
    predictor.predict_from_files_sequential([[str(image_of(case))] for case in CASES], [str(target / case) for case in CASES],
                                            True, True, str(previous))
    for case in CASES:
        image = sitk.ReadImage(str(target / f"{case}.nii.gz"))
        labels = sitk.GetArrayFromImage(image)
        lower, highest = np.sort(np.load(target / f"{case}.npz")["probabilities"], axis=0)[-2:]
        labels[lower == highest] = UNDECIDED
        result = sitk.GetImageFromArray(labels)
        result.CopyInformation(image)
        sitk.WriteImage(result, str(out / f"{case}.nii.gz"), True)


def write_next_stage(plans, dataset):
    """Logits of noise on the first stage's grid."""
    folder = fresh("next_stage")
    manager = PlansManager(plans)
    shapes = {}
    for case in CASES:
        def preprocess(configuration):
            return DefaultPreprocessor(verbose=False).run_case([str(image_of(case))], None, manager,
                                                               manager.get_configuration(configuration), dataset)
        low, _, properties = preprocess("3d_lowres")
        full, _, _ = preprocess("3d_cascade_fullres")
        shapes[case] = {"first": list(low.shape[1:]), "second": list(full.shape[1:])}
        logits = torch.from_numpy(noise((3, *low.shape[1:])))
        resample_and_save(logits, full.shape[1:], str(folder / case), manager, manager.get_configuration("3d_lowres"), properties,
                          dataset, 1, nnUNetDatasetBlosc2)
    (HERE / "next_stage.json").write_text(json.dumps(shapes) + "\n")


def main():
    plans, dataset = plans_and_dataset()
    predict(write_model(plans, dataset), write_previous())
    write_next_stage(plans, dataset)
    shutil.rmtree(ROOT)


main()
