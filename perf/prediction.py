"""Prediction of the 20 smallest cases of a data set, whole commands, beside nnUNetv2_predict_from_modelfolder.

    python perf/prediction.py VOXARENA DATASET_FOLDER [--rounds N] [--quick]
The network is that of the data set's plans with half the features and random weights; one fold, no mirroring.
"""
import json
import os
import tempfile
from pathlib import Path

import peers


def small_plans(plans):
    """3d_fullres alone, with half the features."""
    full = plans["configurations"]["3d_fullres"]
    kwargs = full["architecture"]["arch_kwargs"]
    kwargs["features_per_stage"] = [n // 2 for n in kwargs["features_per_stage"]]
    return {**plans, "configurations": {"3d_fullres": full}}


def write_model(folder, plans, dataset):
    import torch
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
    torch.manual_seed(0)
    trainer = nnUNetTrainer({**plans, "continue_training": False}, "3d_fullres", 0, dataset, torch.device("cpu"))
    trainer.initialize()
    (folder / "fold_0").mkdir(parents=True)
    trainer.save_checkpoint(str(folder / "fold_0/checkpoint_final.pth"))
    (folder / "plans.json").write_text(json.dumps(plans))
    (folder / "dataset.json").write_text(json.dumps(dataset))


def main():
    options = peers.arguments(__doc__, "voxarena", "dataset")
    source = Path(options.dataset).resolve()
    dataset = json.loads((source / "dataset.json").read_text())
    ending, count = dataset["file_ending"], 4 if options.quick else 20
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        os.environ.update(nnUNet_raw=str(source.parent), nnUNet_preprocessed=str(folder / "preprocessed"),
                          nnUNet_results=str(folder / "results"), nnUNet_compile="f")
        peers.seconds_of([options.voxarena, "plan", source.name, "-q"])
        prepared = folder / "preprocessed" / source.name
        plans = small_plans(json.loads((prepared / "nnUNetPlans.json").read_text()))
        store = prepared / plans["configurations"]["3d_fullres"]["data_identifier"]
        store.mkdir()
        (store / "any.b2nd").touch()  # the trainer asks for the kind of store when it is made
        write_model(folder / "model", plans, dataset)
        (folder / "images").mkdir()
        images = sorted((source / "imagesTr").glob("*_0000" + ending), key=lambda path: path.stat().st_size)[:count]
        for first in images:
            for path in (source / "imagesTr").glob(first.name.replace("_0000" + ending, "_????" + ending)):
                (folder / "images" / path.name).symlink_to(path)

        def ours():
            return peers.seconds_of([options.voxarena, "predict", folder / "model", folder / "images", folder / "ours", "--no-mirroring",
                                     "-q", "-t", peers.THREADS])

        def pythons():
            return peers.seconds_of([peers.command_of_python("nnUNetv2_predict_from_modelfolder"), "-i", folder / "images", "-o",
                                     folder / "python", "-m", folder / "model", "-f", "0", "--disable_tta", "-device", "cpu", "-npp",
                                     peers.THREADS, "-nps", peers.THREADS, "--disable_progress_bar"])

        theirs, mine = peers.take_turns(options.rounds, pythons, ours)
    peers.row(f"prediction of {len(images)} cases of {source.name}, whole command", "s", theirs, mine, 3, digits=1)


if __name__ == "__main__":
    main()
