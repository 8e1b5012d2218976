#!/usr/bin/env python3
"""The HTML report in headless Chromium: what it shows, that it sorts, filters and draws, and that it asks for nothing.

    page_test.py VOXARENA [--screenshots FOLDER] [--page FILE]

Exits with 77 (skipped) where there is no Chromium.
"""
import argparse
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from browser import Browser, find_chromium
from made_up_runs import CLASSES, METRICS, write_runs

METHODS, CASES, FOLDS = 10, 100, 2
MAX_BYTES = 5_000_000


class ReportPage(unittest.TestCase):
    """One page for all tests; each brings it back to where it was."""

    page = browser = None

    def setUp(self):
        self.browser.resize(1280, 900)
        self.browser.prefer("light")

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [], "errors or warnings in the console")

    def column(self, number):
        """Numbers of a column of the leaderboard, from the top."""
        return self.browser.run(f"""[...document.querySelectorAll("#leaderboard tbody tr")].map((row) => parseFloat(row.children[{number}].textContent))""")

    def count(self, selector):
        return self.browser.run(f"document.querySelectorAll({selector!r}).length")

    def test_it_asks_for_nothing_but_itself(self):
        self.assertLessEqual(self.page.stat().st_size, MAX_BYTES)
        others = [url for url in self.browser.requests if not url.startswith(("file:", "data:", "about:"))]
        self.assertEqual(others, [])
        self.assertEqual([url for url in self.browser.requests if url.startswith("file:")], [self.page.resolve().as_uri()])

    def test_columns_sort_both_ways(self):
        header = "#leaderboard thead th:nth-child(3)"
        before = self.column(2)
        self.assertEqual(len(before), METHODS)
        self.assertEqual(before, sorted(before, reverse=True), "the table comes ranked")
        self.browser.click(header + " button")
        self.browser.click(header + " button")
        self.assertEqual(self.browser.run(f"document.querySelector({header!r}).getAttribute('aria-sort')"), "ascending")
        self.assertEqual(self.column(2), sorted(before))
        self.browser.click(header + " button")
        self.assertEqual(self.column(2), sorted(before, reverse=True))
        self.browser.click("#leaderboard thead th:nth-child(2) button")
        names = self.browser.run("""[...document.querySelectorAll("#leaderboard tbody th")].map((cell) => cell.textContent)""")
        self.assertEqual([n.lower() for n in names], sorted(n.lower() for n in names))
        self.browser.click("#leaderboard thead th:nth-child(1) button")
        self.assertEqual(self.column(2), before)

    def test_rows_are_filtered(self):
        self.browser.type("input[type=search]", "unet")
        self.assertEqual(self.browser.run("""[...document.querySelectorAll("#leaderboard tbody th")].map((cell) => cell.firstChild.firstChild.textContent)"""),
                         ["plain_unet", "resenc_unet"])
        self.assertIn(f"2 of {METHODS}", self.browser.run("""document.querySelector("[role=status]").textContent"""))
        self.browser.run("""(() => { const box = document.querySelector("input[type=search]"); box.value = ""; box.dispatchEvent(new Event("input")); })()""")
        self.assertEqual(len(self.column(0)), METHODS)

    def test_best_and_second_are_marked(self):
        marked = """(() => [...document.querySelectorAll("#leaderboard tbody tr")].map((row) => row.children[2].className))()"""
        self.assertEqual(self.browser.run(marked), ["best", "second"] + [""] * (METHODS - 2))

    def test_cases_are_drawn_for_each_metric_and_class(self):
        self.assertEqual(self.count("#distribution .case-marks path"), METHODS * CASES)
        self.assertEqual(self.count("#distribution .box-marks path"), METHODS)
        title = """document.querySelector("#distribution .role-axis-title text").textContent"""
        self.assertIn("Dice", self.browser.run(title))
        selects = [f"figure.wide .controls label:nth-child({i}) select" for i in (1, 2, 3)]
        self.assertEqual(self.count(selects[0] + " option"), len(METRICS) - 1, "Dice and NSD")
        self.browser.choose(selects[0], "1")
        self.browser.choose(selects[1], CLASSES[1])
        self.assertIn("NSD", self.browser.run(title))
        self.assertIn(CLASSES[1], self.browser.run(title))
        self.browser.choose(selects[2], "violin")
        self.assertEqual(self.count("#distribution .mark-area path"), METHODS)
        for select, value in zip(selects, ("0", "", "box")):
            self.browser.choose(select, value)

    def test_heat_maps_have_all_cells(self):
        self.assertEqual(self.count("#ranks .cell-marks path"), METHODS * METHODS)
        self.assertEqual(self.count("#tests .cell-marks path"), METHODS * (METHODS - 1))

    def test_cost_and_training_are_drawn(self):
        self.assertEqual(self.count("#pareto .point-marks path"), METHODS)
        self.assertEqual(self.count("#pareto .front-marks path"), 1)
        self.assertEqual(self.count("#curves .curve-marks path"), METHODS * FOLDS)
        self.assertEqual(self.count("#costs tbody tr"), METHODS)

    def test_every_chart_has_an_extent(self):
        sizes = self.browser.run("""[...document.querySelectorAll(".chart")].map((c) => { const box = c.querySelector("svg").getBoundingClientRect(); return [c.id, box.width, box.height, c.clientWidth]; })""")
        self.assertEqual(len(sizes), 5)
        for name, width, height, room in sizes:
            self.assertGreater(height, 100, name)
            self.assertLessEqual(width, room + 1, name)
            self.assertGreater(width, 0.8 * room, name)

    def test_pictures_of_best_median_and_worst_cases(self):
        self.assertEqual(self.count(".example"), 3 * METHODS)
        self.assertEqual(self.count(".view"), 3 * 3 * METHODS)
        broken = self.browser.run("""Promise.all([...document.querySelectorAll(".view img")].map((i) => i.decode().then(() => i.naturalWidth > 0, () => false))).then((all) => all.filter((good) => !good).length)""")
        self.assertEqual(broken, 0)
        self.browser.click("#cases input[type=checkbox]")
        self.assertEqual(self.browser.run("""getComputedStyle(document.querySelector(".prediction")).display"""), "none")
        self.browser.click("#cases input[type=checkbox]")
        self.assertEqual(self.browser.run("""getComputedStyle(document.querySelector(".prediction")).display"""), "block")

    def test_deviations_are_listed(self):
        text = self.browser.run("""document.querySelector("#protocol").textContent""")
        self.assertIn("batch_size: 4 instead of 2", text)
        self.assertIn("5f0c1d2e3a4b", text)
        self.assertGreater(self.count(".notes li"), 0)

    def test_both_colour_schemes_can_be_read(self):
        contrast = """(() => {
          const light = (text) => { const [r, g, b] = text.match(/[0-9.]+/g).map((v) => { const s = v / 255; return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          const ground = light(getComputedStyle(document.body).backgroundColor);
          const text = ["body", ".quiet", "figcaption"].map((s) => ratio(light(getComputedStyle(document.querySelector(s)).color), ground));
          const axis = ratio(light(getComputedStyle(document.querySelector(".chart .role-axis-label text")).fill), ground);
          const marks = [...Array(10).keys()].map((i) => { const e = document.createElement("i"); e.style.color = `var(--m${i})`; document.body.append(e);
            const r = ratio(light(getComputedStyle(e).color), ground); e.remove(); return r; });
          return [Math.min(axis, ...text), Math.min(...marks), ground]; })()"""
        grounds = []
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            text, marks, ground = self.browser.run(contrast)
            self.assertGreaterEqual(text, 7, scheme)
            self.assertGreaterEqual(marks, 3, scheme)
            grounds.append(ground)
        self.assertGreater(grounds[0], grounds[1] + 0.5, "dark follows the system")
        self.browser.choose("#theme", "light")
        self.assertEqual(self.browser.run(contrast)[2], grounds[0], "a choice wins over the system")
        self.browser.choose("#theme", "")

    def test_fits_a_phone(self):
        self.browser.resize(390, 800, mobile=True)
        self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 390)
        for width, room in self.browser.run("""[...document.querySelectorAll(".chart")].map((c) => [c.querySelector("svg").getBoundingClientRect().width, c.clientWidth])"""):
            self.assertLessEqual(width, room + 1)

    def test_prints(self):
        self.assertTrue(self.browser.pdf().startswith(b"%PDF"))


def take_screenshots(browser, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, mobile, scheme in (("light", 1280, False, "light"), ("dark", 1280, False, "dark"), ("phone", 390, True, "light")):
        browser.prefer(scheme)
        browser.resize(width, 900, mobile)
        browser.screenshot(folder / f"{name}.png")
    browser.resize(1280, 900)
    (folder / "print.pdf").write_bytes(browser.pdf())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voxarena")
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("--page", type=Path, help="only take screenshots of this page")
    options = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium: skipped")
        return 77
    with tempfile.TemporaryDirectory(prefix="voxarena-report-") as name:
        folder = Path(name)
        page = options.page
        if page is None:
            write_runs(folder, METHODS, CASES)
            subprocess.run([options.voxarena, "leaderboard", folder / "results", "-o", folder / "tables", "--raw", folder / "raw",
                            "--samples", "1000"], check=True)
            page = folder / "tables" / "leaderboard.html"
            print(f"the page has {page.stat().st_size} bytes")
        browser = Browser(chromium)
        try:
            browser.open(page)
            if options.screenshots:
                take_screenshots(browser, options.screenshots)
            if options.page:
                print("\n".join(browser.complaints))
                return 0
            ReportPage.page, ReportPage.browser = page, browser
            result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(ReportPage))
            return 0 if result.wasSuccessful() else 1
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
