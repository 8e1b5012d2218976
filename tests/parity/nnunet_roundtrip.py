"""The other half of tests/cli/nnunet_parity_test.cpp: what Python's nnU-Net makes of files that VoxArena wrote.

usage: nnunet_roundtrip.py ROOT MODEL
ROOT holds raw, preprocessed and results; MODEL is a model folder of one fold. Preprocesses the raw cases as well, into
ROOT/python/DATASET, and compares: images to 1e-5, labels and properties exactly. Trains five iterations on VoxArena's store;
loads VoxArena's checkpoint, also with torch.load(weights_only=True), and goes on training it; predicts the raw images with
and without mirroring into ROOT/python_labels_{mirrored,plain}. Exit status 77: nnunetv2 is missing.
"""
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
for name in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{name}"] = str(ROOT / name)
os.environ.update(nnUNet_n_proc_DA="0", nnUNet_compile="f", OMP_NUM_THREADS="1")

try:
    import nnunetv2  # noqa: F401
except ImportError as error:
    print(error)
    sys.exit(77)

from predictions import predict
from reference import preprocess
from side_by_side import load
from stores import compare
from training import Exported, go_on, train


def compare_stores(model, raw):
    # The store is made for the data set's plans, whatever the run changed.
    folder = ROOT / "preprocessed" / raw.name
    plans = load(folder / f"{model.plans['plans_name']}.json")
    store = plans["configurations"][model.configuration]["data_identifier"]
    out = ROOT / "python" / raw.name
    shutil.copytree(folder, out, ignore=lambda folder, names: [n for n in names if n == store or n.endswith(".stamp")])
    cases = sorted(path.stem for path in (folder / store).glob("*.pkl"))
    preprocess(raw, plans, [model.configuration], cases, out)
    result = compare(folder / store, out / store, cases)
    print(result)
    assert result.worst <= 1e-5 and result.labels == 0 and not result.properties and result.cases > 0


def main():
    model = Exported(sys.argv[2])
    raw = ROOT / "raw" / model.plans["dataset_name"]
    compare_stores(model, raw)
    (new,), _ = train(model, "scratch", model.fold, 1, 5)
    epochs, _, loss = go_on(model)
    print(f"five iterations on VoxArena's store: loss {new:.3f}; epoch {epochs} went on from its checkpoint: {loss:.3f}")
    assert loss < new
    for mirrored in (True, False):
        predict(model.folder, raw / "imagesTr", None, mirrored, ROOT / f"python_labels_{'mirrored' if mirrored else 'plain'}")


if __name__ == "__main__":
    main()
