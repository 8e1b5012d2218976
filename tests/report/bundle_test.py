#!/usr/bin/env python3
"""The evidence package: on another place, without images, weights or predictions, it rebuilds every table byte by byte.

    bundle_test.py VOXARENA
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from made_up_runs import write_runs

METHODS, CASES = 4, 12
ENDINGS = {".md", ".csv", ".json", ".jsonl", ".html", ".tex", ".toml", ".sh", ""}


class Bundle(unittest.TestCase):
    program = None

    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix="voxarena-bundle-")
        self.addCleanup(self.holder.cleanup)
        self.folder = Path(self.holder.name)
        write_runs(self.folder, METHODS, CASES)

    def leaderboard(self, *options):
        subprocess.run([self.program, "leaderboard", self.folder / "results", "--raw", self.folder / "raw", "--samples", "500",
                        *options], check=True, stdout=subprocess.DEVNULL)

    def moved_bundle(self, *options):
        self.leaderboard("--bundle", self.folder / "evidence", *options)
        for name in ("results", "raw", "variants"):
            shutil.rmtree(self.folder / name)
        return (self.folder / "evidence").rename(self.folder / "elsewhere")

    def rebuild(self, bundle, threads="2"):
        environment = {**os.environ, "VOXARENA": str(self.program), "OMP_NUM_THREADS": threads}
        return subprocess.run(["sh", bundle / "rebuild.sh"], env=environment, capture_output=True, text=True)

    def test_rebuilds_every_table_elsewhere(self):
        bundle = self.moved_bundle()
        self.assertLessEqual({file.suffix for file in bundle.rglob("*") if file.is_file()}, ENDINGS, "no images, no weights")
        done = self.rebuild(bundle)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertEqual({file.name for file in (bundle / "rebuilt").iterdir()}, {
            "leaderboard.md", "leaderboard.csv", "leaderboard.json", "leaderboard.tex", "leaderboard.html", "statistics.md",
            "statistics.json", "challenge.csv", "cases.csv"})

    def test_options_of_the_tables_come_along(self):
        bundle = self.moved_bundle("--metric", "HD95", "--statistics", "none", "--format", "md,latex", "--no-times",
                                   "--latex-spread", "interval")
        done = self.rebuild(bundle)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_a_changed_record_is_found(self):
        bundle = self.moved_bundle()
        records = next(bundle.rglob("records.csv"))
        records.write_text(records.read_text().replace(",Dice,voxel,0.", ",Dice,voxel,0.9", 1))
        self.assertNotEqual(self.rebuild(bundle).returncode, 0)

    def test_threads_and_repetition_change_no_byte(self):
        for name, threads in (("one", "1"), ("two", "2"), ("again", "2")):
            self.leaderboard("-o", self.folder / name, "--threads", threads)
        for file in (self.folder / "one").iterdir():
            for other in ("two", "again"):
                self.assertEqual(file.read_bytes(), (self.folder / other / file.name).read_bytes(), (other, file.name))


if __name__ == "__main__":
    Bundle.program = Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
