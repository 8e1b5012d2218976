"""summary.json of both sides, from the same label files.

usage: summaries.py WORK LABELS PREDICTIONS   after `voxarena evaluate ... -o WORK/ours/summary`; dataset.json and plans.json lie in PREDICTIONS
"""
import sys
from pathlib import Path

from side_by_side import differences, finish, load, row, use_folders


def numbers(summary):
    """Without paths."""
    return {"metric_per_case": [{"metrics": case["metrics"], "file": Path(case["prediction_file"]).name}
                                for case in summary["metric_per_case"]],
            "mean": summary["mean"], "foreground_mean": summary["foreground_mean"]}


def main():
    work, (labels, predictions) = use_folders(sys.argv[1], "python"), sys.argv[2:4]
    from nnunetv2.evaluation.evaluate_predictions import compute_metrics_on_folder2
    out = work / "python/summary.json"
    compute_metrics_on_folder2(labels, predictions, f"{predictions}/dataset.json", f"{predictions}/plans.json", str(out), 2, chill=True)
    ours, pythons = (numbers(load(file)) for file in (work / "ours/summary/summary.json", out))
    wrong = list(differences(ours, pythons))
    print("\n".join(wrong[:20]))
    row(f"`summary.json`, {len(pythons['metric_per_case'])} cases", "integers equal, Dice ≤ 1e-12",
        f"{len(wrong)} values differ" if wrong else "equal", not wrong)
    finish()


if __name__ == "__main__":
    main()
