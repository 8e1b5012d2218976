"use strict";
// Puts the page together from the data in it.

const data = JSON.parse(document.getElementById("data").textContent);

// A block of the board with its numbers; rows know their statistics, `key` is what a filter looks at.
function prepared(index) {
  const board = data.leaderboard.blocks[index];
  const none = {metrics: [], cases: [], curves: [], examples: [], case_views: {}, class_colours: [], other_suitability: [],
    statistics: {metrics: [], methods: []}};
  const numbers = data.blocks.find((one) => one.block === index) ?? none;
  const own = numbers.statistics.metrics.find((metric) =>
    metric.metric === data.leaderboard.metric && metric.flavour === data.leaderboard.flavour);
  const rows = board.rows.map((row) => ({...row, key: row.method, ranked: row.rank !== null,
    statistics: own?.methods.find((entry) => entry.method === row.method)}));
  return {...board, ...numbers, cases_total: board.cases, rows, methods: numbers.statistics.methods, own};
}

function plotSection(block) {
  const figures = [distributionFigure(block)];
  if (block.methods.length > 1) figures.push(rankFigure(block), testFigure(block));
  figures.push(paretoFigure(block), curveFigure(block));
  return element("section", {id: "plots"}, element("h2", {}, "Plots"),
    element("div", {class: "charts"}, ...figures.filter((figure) => figure !== null)));
}

function show(index) {
  charts.forEach((chart) => chart.view?.finalize());
  charts.length = 0;
  const block = prepared(index);
  const parts = [headlineSection(block)];
  if (block.metrics.length) parts.push(plotSection(block));
  if (block.methods.length > 1) parts.push(rankingSection(block));
  parts.push(costSection(block), protocolSection(block), block.metrics.length ? exampleSection(block) : null);
  const shown = parts.filter((part) => part !== null);
  const links = shown.map((part) => element("a", {href: "#" + part.id},
    part.id === "table" ? "Table" : part.querySelector("h2").textContent));
  document.getElementById("main").replaceChildren(element("nav", {"aria-label": "Parts of this page"}, ...links), ...shown);
  drawCharts();
}

function followColourScheme() {
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { document.documentElement.dataset.theme = theme.value || (system.matches ? "dark" : "light"); };
  theme.addEventListener("change", paint);
  system.addEventListener("change", paint);
  paint();
}

function start() {
  const board = data.leaderboard;
  const unit = board.unit === "1" ? "" : ", " + board.unit;
  document.getElementById("summary").textContent =
    `${board.metric} (${board.flavour}${unit}; ${board.higher_is_better ? "higher" : "lower"} is better): mean ± standard ` +
    "deviation over cases. The mean over the classes of each case, then over cases, decides the rank.";
  document.getElementById("settings").textContent =
    `A case of the split without a prediction counts as the worst value. ${data.settings} VoxArena ${data.version}.`;
  followColourScheme();
  const chooser = document.getElementById("block");
  chooser.append(...board.blocks.map((block, i) => element("option", {value: i}, `${block.dataset}, protocol ${block.protocol}` +
    (block.supports ? `, supports: ${block.supports}` : "") + (block.extra_information ? ", " + block.extra_information : ""))));
  chooser.addEventListener("change", () => show(Number(chooser.value)));
  document.getElementById("block-label").hidden = board.blocks.length < 2;
  if (board.blocks.length) show(0);
}

start();
