"""Fingerprint, plans and preprocessing (3d_fullres) of a data set, whole commands, beside nnUNetv2_plan_and_preprocess.

    python perf/preparation.py VOXARENA DATASET_FOLDER [--rounds N] [--quick]
"""
import itertools
import json
import tempfile
from pathlib import Path

import peers


def link_dataset(source, target, cases):
    """The first cases of a data set, or all."""
    settings = json.loads((source / "dataset.json").read_text())
    names = sorted(path.name[:-len(settings["file_ending"])] for path in (source / "labelsTr").glob("*" + settings["file_ending"]))[:cases]
    for folder in ("imagesTr", "labelsTr"):
        (target / folder).mkdir(parents=True)
        for path in sorted((source / folder).iterdir()):
            if any(path.name.startswith(name) for name in names):
                (target / folder / path.name).symlink_to(path)
    (target / "dataset.json").write_text(json.dumps({**settings, "numTraining": len(names)}))
    return len(names)


def main():
    options = peers.arguments(__doc__, "voxarena", "dataset")
    source = Path(options.dataset).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder, fresh = Path(folder), itertools.count()
        cases = link_dataset(source, folder / "raw" / source.name, 20 if options.quick else None)

        def roots():
            place = folder / str(next(fresh))
            place.mkdir()
            return {"nnUNet_raw": str(folder / "raw"), "nnUNet_preprocessed": str(place), "nnUNet_results": str(place)}

        def ours():
            return peers.seconds_of([options.voxarena, "plan", source.name, "-q", "-t", peers.THREADS],
                                    [options.voxarena, "preprocess", source.name, "-q", "-c", "3d_fullres", "-t", peers.THREADS], **roots())

        def pythons():
            return peers.seconds_of([peers.command_of_python("nnUNetv2_plan_and_preprocess"), "-d", source.name[7:10], "-c", "3d_fullres",
                                     "-npfp", peers.THREADS, "-np", peers.THREADS], **roots())

        theirs, mine = peers.take_turns(options.rounds, pythons, ours)
    peers.row(f"fingerprint, plans and preprocessing of {cases} cases of {source.name}", "s", theirs, mine, 6, digits=1)


if __name__ == "__main__":
    main()
