"""Seconds per training step of the same plan on the same store, beside nnUNetTrainer: epochs of 50 steps and 5 of validation.

    python perf/training_step.py VOXARENA DATASET_FOLDER [--rounds N] [--quick]
The plan is plain_unet's under the budget "cpu"; two threads for the network and, in Python, two processes for the loader.
"""
import json
import os
import sys
import tempfile
from pathlib import Path

import peers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/parity"))


def main():
    options = peers.arguments(__doc__, "voxarena", "dataset")
    source = Path(options.dataset).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        os.environ.update(nnUNet_raw=str(source.parent), nnUNet_preprocessed=str(folder / "preprocessed"),
                          nnUNet_results=str(folder / "results"), nnUNet_compile="f", nnUNet_n_proc_DA=peers.THREADS)
        common = ["--preprocessed", folder / "preprocessed", "--raw", source.parent, "-q"]
        peers.seconds_of([options.voxarena, "preprocess", source.name, "-c", "3d_fullres", *common])
        budget = ["smoke", "5"] if options.quick else ["cpu", "50"]
        runs = []

        def ours():
            place = folder / f"ours_{len(runs)}"
            peers.seconds_of([options.voxarena, "train", source.name, "plain_unet", "--budget", budget[0], "--iterations", budget[1],
                              "--results", place, "-t", peers.THREADS, *common])
            log = next(place.rglob("log.jsonl"))
            runs.append(log.parent)
            return json.loads(log.read_text().splitlines()[-1])["seconds"] / int(budget[1])

        ours()
        model_folder = folder / "model/nnUNetTrainer__nnUNetPlans__3d_fullres"
        peers.seconds_of([options.voxarena, "export", model_folder, runs[0], "--preprocessed", folder / "preprocessed"])
        import torch
        from training import Exported
        torch.set_num_threads(int(peers.THREADS))
        model = Exported(model_folder)

        def pythons():
            trainer = model.trainer("peer", model.fold, int(budget[1]))
            trainer.num_val_iterations_per_epoch, trainer.num_epochs = (1, 1) if options.quick else (5, 1)
            trainer.run_training()
            log = trainer.logger.local_logger.my_fantastic_logging
            return (log["epoch_end_timestamps"][0] - log["epoch_start_timestamps"][0]) / int(budget[1])

        theirs, mine = peers.take_turns(options.rounds, pythons, ours)
    plan = model.plans["configurations"][model.configuration]
    patch = "×".join(map(str, plan["patch_size"]))
    peers.row(f"training step of {source.name}, batch {plan['batch_size']} of {patch}, loader and validation included", "s", theirs, mine, 1,
              digits=3)


if __name__ == "__main__":
    main()
