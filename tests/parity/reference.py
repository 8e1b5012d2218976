"""What Python's nnU-Net makes of a raw data set: fingerprint, plans, preprocessed cases. Prints no row.

usage: reference.py WORK DATASET [CASES]   CASES: preprocess only so many of each configuration
"""
import multiprocessing
import os
import shutil
import sys

from side_by_side import load, use_folders


def preprocess_case(job):
    image, label, out, plans, configuration, dataset = job
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
    manager = PlansManager(plans)
    DefaultPreprocessor(verbose=False).run_case_save(str(out), image, label, manager, manager.get_configuration(configuration), dataset)


def preprocess(raw, plans, configurations, cases, folder):
    """Into folder / data_identifier of each configuration."""
    from nnunetv2.utilities.utils import get_filenames_of_train_images_and_targets
    dataset, jobs = load(raw / "dataset.json"), []
    files = get_filenames_of_train_images_and_targets(str(raw))
    for name in configurations:
        out = folder / plans["configurations"][name]["data_identifier"]
        out.mkdir(parents=True, exist_ok=True)
        jobs += [(files[case]["images"], files[case]["label"], out / case, plans, name, dataset) for case in cases]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        pool.map(preprocess_case, jobs, chunksize=1)


def main():
    work, name = use_folders(sys.argv[1], "python"), sys.argv[2]
    os.environ["nnUNet_n_proc_DA"] = "1"  # the planner sets so many threads
    from nnunetv2.experiment_planning.plan_and_preprocess_api import extract_fingerprint_dataset, plan_experiment_dataset
    from nnunetv2.utilities.utils import get_filenames_of_train_images_and_targets
    number = int(name[len("Dataset"):][:3])
    raw, folder = work / "raw" / name, work / "python/preprocessed" / name
    extract_fingerprint_dataset(number, num_processes=os.cpu_count(), verbose=False, show_progress_bar=False)
    plan_experiment_dataset(number)
    shutil.copy(raw / "dataset.json", folder / "dataset.json")
    cases = sorted(get_filenames_of_train_images_and_targets(str(raw)))
    plans = load(folder / "nnUNetPlans.json")
    configurations = [c for c in ("2d", "3d_fullres") if c in plans["configurations"]]
    preprocess(raw, plans, configurations, cases[:int(sys.argv[3])] if len(sys.argv) > 3 else cases, folder)


if __name__ == "__main__":
    main()
