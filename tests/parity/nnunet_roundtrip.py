"""The other half of tests/cli/nnunet_parity_test.cpp: what Python's nnU-Net makes of files that VoxArena wrote.

usage: nnunet_roundtrip.py ROOT MODEL
ROOT holds raw, preprocessed and results; MODEL is a model folder of one fold. Preprocesses the raw cases as well, into
ROOT/python/DATASET, and compares: images to 1e-5, labels and properties exactly. Trains five iterations on VoxArena's store;
loads VoxArena's checkpoint, also with torch.load(weights_only=True), and goes on training it; predicts the raw images with
and without mirroring into ROOT/python_labels_{mirrored,plain}. Exit status 77: nnunetv2 is missing.
"""
import json
import os
import shutil
import sys
from pathlib import Path

ROOT, MODEL = (Path(argument).resolve() for argument in sys.argv[1:3])
for name in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{name}"] = str(ROOT / name)
os.environ.update(nnUNet_n_proc_DA="0", nnUNet_compile="f", OMP_NUM_THREADS="1")

try:
    import blosc2
    import numpy as np
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
except ImportError as error:
    print(error)
    sys.exit(77)

torch.set_num_threads(1)
plans = json.loads((MODEL / "plans.json").read_text())
dataset = json.loads((MODEL / "dataset.json").read_text())
(name,) = plans["configurations"]
fold = int(next(MODEL.glob("fold_*")).name[len("fold_"):])
raw = ROOT / "raw" / plans["dataset_name"]


def same(ours, pythons, where="properties"):
    if isinstance(pythons, dict):
        assert list(ours) == list(pythons), (where, list(ours), list(pythons))
        for key in pythons:
            same(ours[key], pythons[key], f"{where}[{key!r}]")
    elif isinstance(pythons, np.ndarray):
        assert ours.dtype == pythons.dtype and np.array_equal(ours, pythons), where
    elif isinstance(pythons, (list, tuple)):
        assert type(ours) is type(pythons) and len(ours) == len(pythons), (where, ours, pythons)
        for i, (a, b) in enumerate(zip(ours, pythons)):
            same(a, b, f"{where}[{i}]")
    else:
        assert ours == pythons, (where, ours, pythons)


def compare_stores():
    # The store is made for the data set's plans, whatever the run changed.
    manager = PlansManager(json.loads((ROOT / "preprocessed" / plans["dataset_name"] / f"{plans['plans_name']}.json").read_text()))
    configuration = manager.get_configuration(name)
    store = ROOT / "preprocessed" / plans["dataset_name"] / configuration.data_identifier
    ours = nnUNetDatasetBlosc2(str(store))
    out = ROOT / "python" / plans["dataset_name"]
    shutil.copytree(store.parent, out, ignore=lambda folder, names: [n for n in names if n == store.name or n.endswith(".stamp")])
    (out / store.name).mkdir()
    worst = 0.0
    for case in ours.identifiers:
        image, label = str(raw / f"imagesTr/{case}_0000.nii.gz"), str(raw / f"labelsTr/{case}.nii.gz")
        preprocessor = DefaultPreprocessor(verbose=False)
        preprocessor.run_case_save(str(out / store.name / case), [image], label, manager, configuration, dataset)
        pythons = nnUNetDatasetBlosc2(str(out / store.name)).load_case(case)
        data, seg, _, properties = ours.load_case(case)
        assert data.dtype == np.float32 and seg.dtype == np.int16, (data.dtype, seg.dtype)
        assert data.chunks == pythons[0].chunks and data.blocks == pythons[0].blocks, (data.chunks, pythons[0].chunks)
        worst = max(worst, float(np.abs(data[:] - pythons[0][:]).max()))
        assert np.array_equal(seg[:], pythons[1][:]), case
        same(properties, pythons[3])
    assert worst <= 1e-5, worst
    print(f"{len(ours.identifiers)} cases: images within {worst:.1e}, labels and properties equal")


def new_trainer(tag):
    trainer = nnUNetTrainer({**plans, "plans_name": tag, "continue_training": False}, name, fold, dataset, torch.device("cpu"))
    trainer.num_iterations_per_epoch, trainer.num_val_iterations_per_epoch = 5, 2
    trainer.initialize()
    return trainer


def train():
    trainer = new_trainer("scratch")
    trainer.num_epochs = 1
    trainer.run_training()
    loss = trainer.logger.get_value("train_losses", 0)
    assert np.isfinite(loss)
    print(f"five iterations on VoxArena's store: loss {loss:.3f}")
    return loss


def go_on(scratch_loss):
    file = MODEL / f"fold_{fold}/checkpoint_final.pth"
    safe = torch.load(file, weights_only=True)
    trainer = new_trainer("more")
    trainer.load_checkpoint(str(file))
    epochs = trainer.current_epoch
    assert epochs == safe["current_epoch"] > 0
    momentum = [state["momentum_buffer"] for state in trainer.optimizer.state.values()]
    assert len(momentum) == len(list(trainer.network.parameters())) and any(m.abs().max() > 0 for m in momentum)
    trainer.num_epochs = epochs + 1
    trainer.run_training()
    lengths = {key: len(values) for key, values in trainer.logger.local_logger.my_fantastic_logging.items()}
    assert set(lengths.values()) == {epochs + 1}, lengths
    loss = trainer.logger.get_value("train_losses", epochs)
    assert loss < scratch_loss, (loss, scratch_loss)
    print(f"epoch {epochs} went on from VoxArena's checkpoint: loss {loss:.3f}")


def predict():
    for mirrored in (True, False):
        predictor = nnUNetPredictor(use_mirroring=mirrored, device=torch.device("cpu"), verbose=False, allow_tqdm=False)
        predictor.initialize_from_trained_model_folder(str(MODEL), None)
        out = ROOT / f"python_labels_{'mirrored' if mirrored else 'plain'}"
        out.mkdir()
        images = sorted(raw.glob("imagesTr/*_0000.nii.gz"))
        predictor.predict_from_files_sequential([[str(image)] for image in images],
                                                [str(out / image.name[:-len("_0000.nii.gz")]) for image in images], False, True)


compare_stores()
go_on(train())
predict()
