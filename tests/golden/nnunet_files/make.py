"""Files that Python's nnU-Net writes, small: properties of cases (.pkl), checkpoints of its trainer, a model folder with two
folds as a zip archive, and what it predicts. Run in a Python 3.11 venv with nnunetv2==2.8.1, torch==2.13.0 and numpy==2.4.6:

    python make.py

Writes into its own folder: raw/ (two images, one label map each), cases/*.pkl with cases.json, model.zip, predictions/,
names.json and old_names.pth.
"""
import json
import os
import pickle
import shutil
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = Path(tempfile.mkdtemp())
for root in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{root}"] = str(ROOT / root)
    (ROOT / root).mkdir()
os.environ["nnUNet_compile"] = "f"

import nibabel
import numpy as np
import SimpleITK as sitk
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

torch.set_num_threads(1)
NAME = "Dataset901_Golden"
LABELS = {
    "plain": {"labels": {"background": 0, "a": 1, "b": 2}},
    "regions": {"labels": {"background": 0, "whole": [1, 2], "core": 2, "ignore": 3}, "regions_class_order": [1, 2]},
}


def dataset_json(kind):
    return {"channel_names": {"0": "MR"}, "numTraining": 2, "file_ending": ".nii.gz", **LABELS[kind]}


def plans():
    architecture = {
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": {"n_stages": 3, "features_per_stage": [2, 3, 3], "conv_op": "torch.nn.modules.conv.Conv3d",
                        "kernel_sizes": [[1, 3, 3], [3, 3, 3], [3, 3, 3]], "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]],
                        "n_conv_per_stage": [1, 1, 1], "n_conv_per_stage_decoder": [1, 1], "conv_bias": True,
                        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d", "norm_op_kwargs": {"eps": 1e-05, "affine": True},
                        "dropout_op": None, "dropout_op_kwargs": None, "nonlin": "torch.nn.LeakyReLU",
                        "nonlin_kwargs": {"inplace": True}},
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"]}
    resample = "resample_data_or_seg_to_shape"

    def kwargs(order, is_seg):
        return {"is_seg": is_seg, "order": order, "order_z": 0, "force_separate_z": None}

    full = {"data_identifier": "nnUNetPlans_3d_fullres", "preprocessor_name": "DefaultPreprocessor", "batch_size": 2,
            "patch_size": [6, 12, 12], "median_image_size_in_voxels": [7.0, 14.0, 15.0], "spacing": [3.0, 1.0, 1.25],
            "normalization_schemes": ["ZScoreNormalization"], "use_mask_for_norm": [False], "resampling_fn_data": resample,
            "resampling_fn_seg": resample, "resampling_fn_data_kwargs": kwargs(3, False), "resampling_fn_seg_kwargs": kwargs(1, True),
            "resampling_fn_probabilities": resample, "resampling_fn_probabilities_kwargs": kwargs(1, False),
            "architecture": architecture, "batch_dice": False}
    statistics = {"max": 1.0, "mean": 0.5, "median": 0.5, "min": 0.0, "percentile_00_5": 0.0, "percentile_99_5": 1.0, "std": 0.2}
    return {"dataset_name": NAME, "plans_name": "nnUNetPlans", "original_median_spacing_after_transp": [3.0, 1.0, 1.25],
            "original_median_shape_after_transp": [7, 14, 15], "image_reader_writer": "SimpleITKIO",
            "transpose_forward": [2, 0, 1], "transpose_backward": [1, 2, 0], "configurations": {"3d_fullres": full},
            "experiment_planner_used": "ExperimentPlanner", "label_manager": "LabelManager",
            "foreground_intensity_properties_per_channel": {"0": statistics}}


def write_raw():
    """Images of (x, y, z) = 8 x 14 x 16 voxels whose border is zero, so that they are cropped; spacing (3, 1.1, 1)."""
    raw = HERE / "raw"
    shutil.rmtree(raw, ignore_errors=True)
    for folder in ("imagesTr", "labelsTr"):
        (raw / folder).mkdir(parents=True)
    z, y, x = np.meshgrid(np.arange(16), np.arange(14), np.arange(8), indexing="ij")
    for number in (1, 2):
        image = (100 + 10 * np.sin(0.7 * x + number) + 7 * np.cos(0.45 * y) + 3 * np.sin(0.3 * z * number)).astype(np.float32)
        label = ((y + z * number) % 9 < 4).astype(np.uint8) + ((y + x) % 7 < 2)
        label[x == 3] = 3  # ignored, where that is asked for
        image[:2] = image[-1:] = image[:, :1] = 0
        for array, name in ((image, f"imagesTr/case_{number}_0000"), (label, f"labelsTr/case_{number}")):
            out = sitk.GetImageFromArray(array)
            out.SetSpacing((3.0, 1.1, 1.0))
            out.SetOrigin((-12.5, 4.0, 30.25))
            out.SetDirection((0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0))
            sitk.WriteImage(out, str(raw / f"{name}.nii.gz"), True)


def without_ignored(path):
    out = sitk.ReadImage(str(path))
    array = sitk.GetArrayFromImage(out)
    array[array == 3] = 0
    clean = sitk.GetImageFromArray(array)
    clean.CopyInformation(out)
    target = ROOT / path.name
    sitk.WriteImage(clean, str(target), True)
    return target


def plain(value):
    """What JSON can hold of a case's properties; keys of class_locations as text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def write_cases():
    folder = HERE / "cases"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    manager = PlansManager(plans())
    configuration = manager.get_configuration("3d_fullres")
    expected = {}
    for kind in LABELS:
        label = HERE / "raw/labelsTr/case_1.nii.gz" if kind == "regions" else without_ignored(HERE / "raw/labelsTr/case_1.nii.gz")
        _, _, properties = DefaultPreprocessor(verbose=False).run_case([str(HERE / "raw/imagesTr/case_1_0000.nii.gz")], str(label), manager,
                                                                       configuration, dataset_json(kind))
        expected[kind] = plain(properties)
        if kind == "plain":
            with_protocols(folder, properties)
        (folder / f"{kind}.pkl").write_bytes(pickle.dumps(properties))
    nifti = nibabel.Nifti1Image(np.ones((4, 5, 6), np.float32),
                                np.array([[-2.0, 0, 0, 9], [0, 0, 1.5, 8], [0, -3, 0, 7], [0, 0, 0, 1]]))
    expected["nibabel"] = {**expected["plain"], "spacing": [float(i) for i in nifti.header.get_zooms()[::-1]]}
    del expected["nibabel"]["sitk_stuff"]
    expected["nibabel"]["nibabel_stuff"] = {"original_affine": nifti.affine.tolist()}
    case = pickle.loads((folder / "plain.pkl").read_bytes())
    del case["sitk_stuff"]
    case.update(nibabel_stuff={"original_affine": np.asfortranarray(nifti.affine)},
                spacing=[float(i) for i in nifti.header.get_zooms()[::-1]])
    (folder / "nibabel.pkl").write_bytes(pickle.dumps(case))
    (folder / "cases.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


def with_protocols(folder, properties):
    (folder / "protocol5.pkl").write_bytes(pickle.dumps(properties, protocol=5))
    second = pickle.dumps(properties, protocol=2)
    assert b"numpy._core" in second
    (folder / "protocol2_numpy1.pkl").write_bytes(second.replace(b"numpy._core", b"numpy.core"))


def train(fold):
    """A trainer with a few steps done, as it stands after its second epoch."""
    torch.manual_seed(fold)
    trainer = nnUNetTrainer({**plans(), "continue_training": False}, "3d_fullres", fold, dataset_json("plain"), torch.device("cpu"))
    trainer.initialize()
    for epoch in range(2):
        trainer.logger.log("epoch_start_timestamps", 10.0 * epoch, epoch)
        trainer.logger.log("lrs", trainer.optimizer.param_groups[0]["lr"], epoch)
        for _ in range(3):
            trainer.optimizer.zero_grad()
            outputs = trainer.network(torch.randn(2, 1, 6, 12, 12))
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            sum((o ** 2).mean() + o.mean() for o in outputs).backward()
            trainer.optimizer.step()
        trainer.logger.log("train_losses", np.float32(0.5), epoch)
        trainer.logger.log("val_losses", np.float32(0.25), epoch)
        trainer.logger.log("mean_fg_dice", np.float64(0.75), epoch)
        trainer.logger.log("dice_per_class_or_region", [np.float32(0.5), np.float32(1.0)], epoch)
        trainer.logger.log("epoch_end_timestamps", 10.0 * epoch + 9, epoch)
    with torch.no_grad():
        for layer in trainer.network.decoder.seg_layers:
            layer.weight *= 20  # clear decisions, whatever the sums are rounded to
    trainer._best_ema = np.float64(0.75)
    trainer.current_epoch = 1
    return trainer


def write_model():
    folder = ROOT / "results" / NAME / "nnUNetTrainer__nnUNetPlans__3d_fullres"
    store = ROOT / "preprocessed" / NAME / "nnUNetPlans_3d_fullres"
    store.mkdir(parents=True)
    (store / "any.b2nd").touch()  # the trainer asks for the kind of store when it is made
    for fold in (0, 1):
        trainer = train(fold)
        (folder / f"fold_{fold}").mkdir(parents=True, exist_ok=True)
        trainer.inference_allowed_mirroring_axes = (0, 1, 2)  # set when a training starts
        trainer.save_checkpoint(str(folder / f"fold_{fold}/checkpoint_final.pth"))
    (folder / "plans.json").write_text(json.dumps(plans(), indent=4))
    (folder / "dataset.json").write_text(json.dumps(dataset_json("plain"), indent=4))
    with zipfile.ZipFile(HERE / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".json", ".pth"):
                archive.write(file, file.relative_to(ROOT / "results"))
    weights = torch.load(folder / "fold_0/checkpoint_final.pth", weights_only=False)["network_weights"]
    wrapped = {"module._orig_mod." + key: value for key, value in weights.items()}
    torch.save({"network_weights": wrapped, "trainer_name": "nnUNetTrainer", "init_args": {"configuration": "3d_fullres"}},
               HERE / "old_names.pth")
    return folder


def predict(folder):
    out = HERE / "predictions"
    shutil.rmtree(out, ignore_errors=True)
    for mirrored, folds in ((True, (0, 1)), (False, (1,))):
        target = ROOT / f"out_{len(folds)}"
        target.mkdir()
        predictor = nnUNetPredictor(use_mirroring=mirrored, device=torch.device("cpu"), verbose=False, allow_tqdm=False)
        predictor.initialize_from_trained_model_folder(str(folder), folds)
        predictor.predict_from_files_sequential([[str(HERE / f"raw/imagesTr/case_{n}_0000.nii.gz")] for n in (1, 2)],
                                                [str(target / f"case_{n}") for n in (1, 2)], False, True)
        (out / f"folds_{len(folds)}").mkdir(parents=True)
        for n in (1, 2):
            shutil.copy(target / f"case_{n}.nii.gz", out / f"folds_{len(folds)}")


def write_names():
    shape = dict(input_channels=1, num_classes=2, n_stages=3, features_per_stage=[2, 3, 3], conv_op=torch.nn.Conv3d,
                 kernel_sizes=3, strides=[1, 2, 2], n_conv_per_stage_decoder=1, conv_bias=True, norm_op=torch.nn.InstanceNorm3d,
                 norm_op_kwargs={"eps": 1e-5, "affine": True}, nonlin=torch.nn.LeakyReLU, nonlin_kwargs={"inplace": True})
    networks = {"plain_unet": PlainConvUNet(n_conv_per_stage=2, **shape),
                "resenc_unet": ResidualEncoderUNet(n_blocks_per_stage=[1, 2, 1], **shape)}
    names = {kind: {"parameters": [name for name, _ in network.named_parameters()], "state_dict": list(network.state_dict())}
             for kind, network in networks.items()}
    (HERE / "names.json").write_text(json.dumps(names, separators=(",", ":")) + "\n")


write_raw()
write_cases()
predict(write_model())
write_names()
shutil.rmtree(ROOT)
