"""What the comparisons of this folder share: rows of the table, exact and close equality, nnU-Net's folders.

The work folder of scripts/parity.sh holds raw/, and preprocessed/ and results/ of each side below ours/ and python/.
"""
import json
import math
import os
import sys
from pathlib import Path

try:
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)

_broken = []


def row(what, bound, reached, holds):
    """A row of the table, to the file PARITY_TABLE if that is set."""
    text = f"| {what} | {bound} | {reached} | {'holds' if holds else '**broken**'} |"
    print(text)
    if "PARITY_TABLE" in os.environ:
        with open(os.environ["PARITY_TABLE"], "a") as table:
            print(text, file=table)
    if not holds:
        _broken.append(what)


def finish():
    sys.exit(1 if _broken else 0)


def use_folders(work, side):
    """Before nnunetv2 is imported: it reads the variables once. `side` is "ours" or "python"."""
    work = Path(work).resolve()
    os.environ["nnUNet_raw"] = str(work / "raw")
    for name in ("preprocessed", "results"):
        folder = work / side / name
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[f"nnUNet_{name}"] = str(folder)
    os.environ.update(nnUNet_n_proc_DA="0", nnUNet_compile="f")
    return work


def load(path):
    return json.loads(Path(path).read_text())


def same(ours, pythons, where="properties"):
    """Raises AssertionError unless types, order of keys and every bit are equal."""
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


def differences(ours, theirs, path="", tolerance=1e-12):
    """Lines that say where two JSON values differ: whole numbers and texts at all, floats by more than `tolerance`, relative."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**ours, **theirs}:
            if key in ours and key in theirs:
                yield from differences(ours[key], theirs[key], f"{path}.{key}", tolerance)
            else:
                yield f"{path}.{key} is only in {'ours' if key in ours else 'theirs'}"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, (a, b) in enumerate(zip(ours, theirs)):
            yield from differences(a, b, f"{path}[{i}]", tolerance)
    elif isinstance(ours, (int, float)) and isinstance(theirs, (int, float)) and (isinstance(ours, float) or isinstance(theirs, float)):
        both_nan = math.isnan(ours) and math.isnan(theirs)
        if not both_nan and not math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=0):
            yield f"{path}: {ours} and {theirs}"
    elif ours != theirs:
        yield f"{path}: {ours} and {theirs}"


def largest_difference(ours, theirs):
    """Of the numbers in two JSON values of the same shape, relative."""
    if isinstance(ours, dict):
        return max((largest_difference(ours[key], theirs[key]) for key in ours), default=0.0)
    if isinstance(ours, list):
        return max((largest_difference(a, b) for a, b in zip(ours, theirs)), default=0.0)
    return abs(ours - theirs) / max(abs(theirs), 1e-300) if ours != theirs else 0.0
