#!/usr/bin/env python3
"""scripts/check_layers.py finds what it is there to find, and nothing in a clean tree."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from check_layers import check_tree  # noqa: E402


def offences(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if path.suffix in (".h", ".cpp"):  # READMEs are the subject of one test only
                for readme in {path.parent, Path(folder, Path(name).parts[0])}:
                    (readme / "README.md").touch()
        return check_tree(folder)[0]


class IncludesTest(unittest.TestCase):
    def assert_allowed(self, path, line):
        self.assertEqual(offences({path: f"#include {line}\n"}), [])

    def assert_refused(self, path, line, because):
        found = offences({path: f"// comment\n#include {line}\n"})
        self.assertEqual(len(found), 1, f"{path} {line}: {found}")
        self.assertIn(f"{path}:2: ", found[0])
        self.assertIn(because, found[0])

    def test_down_the_floors(self):
        for path, line in [
            ("framework/data/image.h", '"voxarena/core/error.h"'),
            ("framework/data/image.h", '"voxarena/data/geometry.h"'),
            ("framework/plan/plans.h", '"voxarena/data/volume.h"'),
            ("framework/plugin/method.h", "<voxarena/plan/plan.h>"),
            ("preprocessing/planner.cpp", '"voxarena/plugin/method.h"'),
            ("inference/export.cpp", '"preprocessing/resampling.h"'),
            ("benchmark/runner.cpp", '"training/trainer.h"'),
            ("cli/train.cpp", '"benchmark/protocol.h"'),
            ("cli/sam.cpp", '"plugins/sam/predictor.h"'),
            ("plugins/masksam/model.h", '"plugins/sam/encoder.h"'),
            ("plugins/masksam/model.h", '"plugins/masksam/queries.h"'),
            ("plugins/masksam/model.h", "<torch/nn/modules/conv.h>"),
            ("examples/minimal_plugin/tiny.cpp", "<voxarena/plugin/method.h>"),
            ("tests/core/error_test.cpp", '"cli/options.h"'),
            ("training/trainer.cpp", "<torch/nn.h>"),
        ]:
            with self.subTest(path=path, line=line):
                self.assert_allowed(path, line)

    def test_up_or_across(self):
        for path, line, because in [
            ("framework/core/hash.h", '"voxarena/data/image.h"', "core may not include data"),
            ("framework/data/store.h", "<voxarena/plan/plan.h>", "data may not include plan"),
            ("framework/nn/loss.cpp", '"voxarena/data/volume.h"', "nn may not include data"),
            ("framework/nn/loss.cpp", '"voxarena/plugin/method.h"', "nn may not include plugin"),
            ("framework/plugin/loader.cpp", '"cli/main.h"', "plugin may not include cli"),
            ("preprocessing/planner.cpp", '"training/sampler.h"', "preprocessing may not include training"),
            ("training/trainer.cpp", '"inference/sliding_window.h"', "training may not include inference"),
            ("evaluation/metrics.h", '"benchmark/runner.h"', "evaluation may not include benchmark"),
            ("benchmark/runner.cpp", '"plugins/sam/encoder.h"', "benchmark may not include plugins/sam"),
            ("benchmark/runner.cpp", '"cli/options.h"', "benchmark may not include cli"),
            ("plugins/masksam/model.h", '"plugins/samed/lora.h"', "plugins/masksam may not include plugins/samed"),
            ("plugins/masksam/model.h", '"training/trainer.h"', "plugins/masksam may not include training"),
            ("examples/minimal_plugin/tiny.cpp", '"training/trainer.h"', "may not include training"),
            ("cli/main.cpp", '"tests/helpers.h"', "cli may not include tests"),
        ]:
            with self.subTest(path=path, line=line):
                self.assert_refused(path, line, because)

    def test_spelling(self):
        self.assert_refused("training/trainer.cpp", '"framework/core/error.h"', '"voxarena/core/error.h"')
        self.assert_refused("training/trainer.cpp", '"../benchmark/runner.h"', "without ..")

    def test_a_neighbour_without_path_is_its_own_room(self):
        self.assertEqual(
            offences({"plugins/sam/a.h": '#include "b.h"\n', "plugins/sam/b.h": "\n"}),
            [],
        )

    def test_expensive_headers(self):
        self.assert_refused("framework/nn/loss.h", "<torch/nn.h>", "belongs into sources")
        self.assert_refused("training/trainer.cpp", "<torch/torch.h>", "compile time")
        self.assert_refused("tests/nn/loss_test.cpp", "<torch/all.h>", "compile time")


class TreeTest(unittest.TestCase):
    def test_long_file(self):
        found = offences({"cli/a.cpp": "\n" * 600, "cli/b.cpp": "\n" * 601})
        self.assertEqual(len(found), 1)
        self.assertIn("cli/b.cpp: 601 lines", found[0])

    def test_unknown_framework_room(self):
        found = offences({"framework/misc/a.h": "\n"})
        self.assertEqual(len(found), 1)
        self.assertIn("unknown framework room 'misc'", found[0])

    def test_missing_readme(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "cli").mkdir()
            Path(folder, "cli/main.cpp").write_text("\n")
            found = check_tree(folder)[0]
        self.assertEqual(len(found), 1)
        self.assertIn("cli/: README.md is missing", found[0])


if __name__ == "__main__":
    unittest.main()
