"""Does nnU-Net read our plans and fingerprint, and plan the same from them?

usage: plans.py FOLDER...   each a data set below nnUNet_preprocessed, as `voxarena plan` leaves it

For every *Plans.json: nnU-Net's planner of that name plans from our dataset_fingerprint.json; integers and texts must be
equal, floats to 1e-12. Every configuration is opened by nnU-Net's PlansManager and its network is built. A row a file.
"""
import contextlib
import glob
import io
import json
import os
import shutil
import sys
import tempfile

from side_by_side import differences, finish, load, row

WORK = tempfile.mkdtemp()
for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
    os.environ[name] = os.path.join(WORK, name)
    os.makedirs(os.environ[name])
os.environ["nnUNet_n_proc_DA"] = "1"

import nnunetv2  # noqa: E402
import torch  # noqa: E402
from nnunetv2.utilities.find_class_by_name import recursive_find_python_class  # noqa: E402
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans  # noqa: E402
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager  # noqa: E402


def planned_by_nnunet(folder, plans):
    """From our fingerprint, in a copy of the folders that has no images."""
    raw, prep = (os.path.join(os.environ[v], plans["dataset_name"]) for v in ("nnUNet_raw", "nnUNet_preprocessed"))
    for path in (raw, prep):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
    dataset = load(os.path.join(folder, "dataset.json"))
    dataset.update(dataset={"a": {"images": ["a"], "label": "a"}},
                   overwrite_image_reader_writer=plans["image_reader_writer"])
    with open(os.path.join(raw, "dataset.json"), "w") as file:
        json.dump(dataset, file)
    shutil.copy(os.path.join(folder, "dataset_fingerprint.json"), prep)
    planner = recursive_find_python_class(os.path.join(nnunetv2.__path__[0], "experiment_planning"),
                                          plans["experiment_planner_used"], "nnunetv2.experiment_planning")
    with contextlib.redirect_stdout(io.StringIO()), torch.device("meta"):
        one = planner(plans["dataset_name"], plans_name=plans["plans_name"])
        one.plan_experiment()
    return load(os.path.join(prep, plans["plans_name"] + ".json"))


def build_networks(plans, channels, heads):
    manager = PlansManager(plans)
    for name in plans["configurations"]:
        configuration = manager.get_configuration(name)
        with torch.device("meta"):
            get_network_from_plans(configuration.network_arch_class_name, configuration.network_arch_init_kwargs,
                                   configuration.network_arch_init_kwargs_req_import, channels, heads, False)
    return len(plans["configurations"])


def main(folders):
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, "*Plans.json"))):
            ours = load(path)
            lines = list(differences(ours, planned_by_nnunet(folder, ours)))
            networks = build_networks(ours, len(ours["foreground_intensity_properties_per_channel"]), 3)
            row(f"{os.path.basename(path)} ({ours['experiment_planner_used']}) from our fingerprint, {networks} networks built",
                "integers equal, floats ≤ 1e-12", f"{len(lines)} values differ" if lines else "equal", not lines)
            print("".join(f"  {line}\n" for line in lines), end="")
    finish()


if __name__ == "__main__":
    main(sys.argv[1:])
