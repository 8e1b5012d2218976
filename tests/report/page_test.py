#!/usr/bin/env python3
"""The HTML report in headless Chromium: what it shows, that it sorts, filters and draws, and that it asks for nothing.

    page_test.py VOXARENA [--screenshots FOLDER] [--page FILE]

Exits with 77 (skipped) where there is no Chromium.
"""
import argparse
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from browser import Browser, find_chromium
from made_up_runs import CLASSES, PROTOCOL_ID, write_runs

METHODS, CASES, FOLDS = 10, 100, 2
MAX_BYTES = 5_000_000

# [lowest contrast of text, lowest contrast of marks, luminance of the ground], after WCAG 2.
CONTRAST = """(() => {
  const channel = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map((v) => channel(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = luminance(getComputedStyle(document.body).backgroundColor);
  const ratio = (colour) => {
    const own = luminance(colour);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
  };
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const probe = document.body.appendChild(document.createElement("i"));
  const marks = [...Array(10).keys()].map((i) => {
    probe.style.color = `var(--m${i})`;
    return ratio(getComputedStyle(probe).color);
  });
  probe.remove();
  const text = ["body", ".quiet", "figcaption"].map((selector) => ratio(style(selector).color));
  return [Math.min(...text, ratio(style(".chart .role-axis-label text").fill)), Math.min(...marks), ground];
})()"""


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
        return self.browser.each("#leaderboard tbody tr", f"parseFloat(e.children[{number}].textContent)")

    def methods(self):
        return self.browser.each("#leaderboard tbody th span > span", "e.textContent")

    def count(self, selector):
        return len(self.browser.each(selector, "1"))

    def test_it_asks_for_nothing_but_itself(self):
        self.assertLessEqual(self.page.stat().st_size, MAX_BYTES)
        requests = [url for url in self.browser.requests if not url.startswith(("data:", "about:"))]
        self.assertEqual(requests, [self.page.resolve().as_uri()])

    def test_columns_sort_both_ways(self):
        header = "#leaderboard thead th:nth-child(3)"
        ranked = self.column(2)
        self.assertEqual(len(ranked), METHODS)
        self.assertEqual(ranked, sorted(ranked, reverse=True), "the table comes ranked")
        self.browser.click(header + " button")
        self.assertEqual(self.browser.each(header, "e.ariaSort"), ["descending"], "best first")
        self.browser.click(header + " button")
        self.assertEqual(self.browser.each(header, "e.ariaSort"), ["ascending"])
        self.assertEqual(self.column(2), sorted(ranked))
        self.browser.click("#leaderboard thead th:nth-child(2) button")
        self.assertEqual(len(self.methods()), METHODS)
        self.assertEqual(self.methods(), sorted(self.methods(), key=str.lower))
        self.browser.click("#leaderboard thead th:nth-child(1) button")
        self.assertEqual(self.column(2), ranked)

    def test_rows_are_filtered(self):
        self.browser.type("input[type=search]", "_UNET")
        self.assertEqual(self.methods(), ["plain_unet", "resenc_unet"])
        self.assertEqual(self.browser.each("[role=status]", "e.textContent")[0], f"2 of {METHODS} rows")
        self.browser.each("input[type=search]", "e.value = '', e.dispatchEvent(new Event('input'))")
        self.assertEqual(len(self.methods()), METHODS)

    def test_best_and_second_are_marked(self):
        marks = self.browser.each("#leaderboard tbody tr", "e.children[2].className")
        self.assertEqual(marks, ["best", "second"] + [""] * (METHODS - 2))

    def test_cases_are_drawn_for_each_metric_and_class(self):
        self.assertEqual(self.count("#distribution .case-marks path"), METHODS * CASES)
        self.assertEqual(self.count("#distribution .box-marks path"), METHODS)
        metric, cls, form = (f"figure.wide .controls label:nth-child({i}) select" for i in (1, 2, 3))
        self.assertEqual(self.browser.each(metric + " option", "e.textContent.split(' ')[0]"), ["Dice", "NSD", "HD95"],
                         "every metric of the records")
        self.browser.choose(metric, "1")
        self.browser.choose(cls, CLASSES[1])
        self.assertEqual(self.browser.each("#distribution .role-axis-title text", "e.textContent"),
                         [f"NSD (subvoxel), {CLASSES[1]}"])
        self.browser.choose(form, "violin")
        self.assertEqual(self.count("#distribution .mark-area path"), METHODS)
        for select, value in ((metric, "0"), (cls, ""), (form, "box")):
            self.browser.choose(select, value)

    def test_heat_maps_have_all_cells(self):
        self.assertEqual(self.count("#ranks .cell-marks path"), METHODS * METHODS)
        self.assertEqual(self.count("#tests .cell-marks path"), METHODS * (METHODS - 1))
        better = self.browser.each("#tests .role-mark text", "e.textContent")
        self.assertEqual(better.count("+"), better.count("−"), "each pair is seen from both sides")
        self.assertGreater(better.count("+"), 0)

    def test_cost_and_training_are_drawn(self):
        self.assertEqual(self.count("#pareto .point-marks path"), METHODS)
        self.assertEqual(self.count("#pareto .front-marks path"), 1)
        self.assertEqual(self.count("#curves .curve-marks path"), METHODS * FOLDS)
        self.assertEqual(self.count("#costs tbody tr"), METHODS)

    def charts(self):
        return self.browser.each(".chart", "[e.id, e.firstChild.clientHeight, e.scrollWidth, e.clientWidth]")

    def test_every_chart_fills_its_room(self):
        self.assertEqual(len(self.charts()), 5)
        for name, height, width, room in self.charts():
            self.assertGreater(height, 100, name)
            self.assertLessEqual(width, room, name)

    def test_fits_a_phone(self):
        self.browser.resize(390, 800, mobile=True)
        self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 390)
        for name, _, width, room in self.charts():
            self.assertLessEqual(width, room, name)

    def test_pictures_of_best_median_and_worst_cases(self):
        self.assertEqual(self.count(".example"), 3 * METHODS)
        self.assertEqual(self.count(".view"), 3 * 3 * METHODS)
        sizes = self.browser.run("""Promise.all([...document.querySelectorAll(".view img")].map(
            (picture) => picture.decode().then(() => picture.naturalWidth, () => 0)))""")
        self.assertGreater(min(sizes), 50)
        width = lambda: self.browser.each(".example", "e.clientWidth")[0]
        small = width()
        self.browser.click(".example .larger")
        self.assertGreater(width(), 2 * small)
        self.browser.click(".example .larger")
        self.assertEqual(width(), small)
        shown = lambda: self.browser.each(".prediction", "getComputedStyle(e).display")[0]
        self.browser.click("#cases input[type=checkbox]")
        self.assertEqual(shown(), "none")
        self.browser.click("#cases input[type=checkbox]")
        self.assertEqual(shown(), "block")

    def test_deviations_are_listed(self):
        [text] = self.browser.each("#protocol", "e.textContent")
        self.assertIn("batch_size: 4 instead of 2", text)
        self.assertIn(PROTOCOL_ID, text)
        self.assertGreater(self.count(".notes li"), 0)

    def test_both_colour_schemes_can_be_read(self):
        grounds = []
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            text, marks, ground = self.browser.run(CONTRAST)
            self.assertGreaterEqual(text, 7, scheme)
            self.assertGreaterEqual(marks, 3, scheme)
            grounds.append(ground)
        self.assertGreater(grounds[0], grounds[1] + 0.5, "dark follows the system")
        self.browser.choose("#theme", "light")
        self.assertEqual(self.browser.run(CONTRAST)[2], grounds[0], "a choice wins over the system")
        self.browser.choose("#theme", "")

    def test_prints(self):
        self.assertTrue(self.browser.pdf().startswith(b"%PDF"))


class PageWithoutVega(unittest.TestCase):
    """What a build writes that found no Vega: everything but the charts, and a sentence that says so."""

    page = browser = None

    def test_tables_are_there_and_charts_are_missed(self):
        text, scripts = re.subn(r"<script>\n\"use strict\";\nconst vegaModules.*?</script>", "<script></script>",
                                self.page.read_text(), count=1, flags=re.S)
        self.assertEqual(scripts, 1)
        bare = self.page.with_name("bare.html")
        bare.write_text(text)
        self.browser.open(bare)
        self.browser.resize(1280, 900)
        self.assertEqual(len(self.browser.each("#leaderboard tbody tr", "1")), METHODS)
        self.assertEqual(len(self.browser.each("figure .warning", "1")), 5, "one for each chart")
        self.assertIn("Vega was not installed", self.browser.each("figure .warning", "e.textContent")[0])
        self.assertEqual(self.browser.complaints, [])


def take_screenshots(browser, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width in (("light", 1280), ("dark", 1280), ("phone", 390)):
        browser.prefer("dark" if name == "dark" else "light")
        browser.resize(width, 900, mobile=width < 500)
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
            subprocess.run([options.voxarena, "leaderboard", folder / "results", "-o", folder / "tables",
                            "--raw", folder / "raw", "--samples", "1000"], check=True)
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
            tests = unittest.TestSuite()
            for group in (ReportPage, PageWithoutVega):
                group.page, group.browser = page, browser
                tests.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(group))
            result = unittest.TextTestRunner(verbosity=2).run(tests)
            return 0 if result.wasSuccessful() else 1
        finally:
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
