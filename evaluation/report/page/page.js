"use strict";
// Puts the page together from the data in it.

const data = JSON.parse(document.getElementById("data").textContent);

// Rows of the board joined with their statistics; `key` is what a filter looks at.
function prepared(index) {
  const board = data.leaderboard.blocks[index];
  const numbers = data.blocks.find((one) => one.block === index) ?? {metrics: [], cases: [], curves: [], examples: [], case_views: {}, class_colours: [], statistics: {metrics: []}};
  const own = numbers.statistics.metrics.find((m) => m.metric === data.leaderboard.metric && m.flavour === data.leaderboard.flavour);
  const rows = board.rows.map((row) => ({...row, key: row.method, ranked: row.rank !== null,
    statistics: own?.methods.find((entry) => entry.method === row.method) ?? null}));
  return {...board, ...numbers, cases_total: board.cases, rows, classes: board.classes, methods: numbers.statistics.methods ?? [], own};
}

function notesOf(block) {
  const notes = [];
  const mark = (text) => {
    if (!notes.includes(text)) notes.push(text);
    return notes.indexOf(text) + 1;
  };
  for (const row of block.rows) {
    const texts = [...row.deviations];
    if (row.missing_cases > 0) texts.push(`Cases without a usable prediction, counted as the worst value: ${row.missing_cases} of ${block.cases_total}.`);
    if (row.missing_folds.length > 0) texts.push(`Not ranked: folds not evaluated yet: ${row.missing_folds.join(", ")}.`);
    row.marks = texts.map(mark);
  }
  return notes;
}

function scoreColumn(title, metric, rows, value, options = {}) {
  const mean = (row) => value(row).mean;
  return {title, value: mean, descendingFirst: metric.higher_is_better, mark: bestMarks(rows, mean, metric.higher_is_better),
    cell: (row) => element("span", {}, metricText(metric, mean(row)),
      value(row).sd === null ? null : element("span", {class: "spread"}, " ± " + metricText(metric, value(row).sd))), ...options};
}

function leaderboardTable(block) {
  const metric = data.leaderboard, rows = block.rows;
  const columns = [
    {title: "Rank", value: (row) => row.rank, cell: (row) => row.rank ?? nothing},
    {title: "Method", name: true, text: true, value: (row) => row.method, cell: (row) => element("span", {}, row.method,
      row.mark ? ` [${row.mark}]` : null, ...row.marks.map((n) => element("sup", {}, element("a", {href: `#note-${n}`}, n))))},
    scoreColumn(`Mean ${metric.metric}`, metric, rows, (row) => row.mean_over_classes)];
  if (block.own) columns.push(
    {title: `${Math.round(100 * block.statistics.level)} % interval`, help: "BCa bootstrap interval of the mean over cases", value: (row) => row.statistics?.overall.bca[0],
     cell: (row) => row.statistics ? `[${metricText(metric, row.statistics.overall.bca[0])}, ${metricText(metric, row.statistics.overall.bca[1])}]` : nothing},
    {title: "P(rank 1)", descendingFirst: true, value: (row) => row.statistics?.p_rank_1, cell: (row) => fixed(row.statistics?.p_rank_1, 3)});
  if (block.classes.length > 1) for (const cls of block.classes)
    columns.push(scoreColumn(cls, metric, rows, (row) => row.classes[cls]));
  return sortableTable(columns, rows, {id: "leaderboard", caption: `Leaderboard of ${block.dataset}`});
}

function costTable(block) {
  const facts = [["Parameters", "parameters", countText], ["Trained", "trained_parameters", countText],
    ["GFLOP a patch", "gflop_per_patch", (v) => v === null ? nothing : Number(v.toPrecision(3)).toString()], ["Training a fold", "train_seconds", secondsText],
    ["Prediction a case", "predict_seconds_per_case", secondsText], ["Peak memory", "peak_memory_mib", memoryText]];
  const columns = [{title: "Method", name: true, text: true, value: (row) => row.method, cell: (row) => row.method}];
  for (const [title, key, text] of facts) {
    if (block.rows.some((row) => row.facts[key] !== null && row.facts[key] !== undefined))
      columns.push({title, value: (row) => row.facts[key], cell: (row) => text(row.facts[key])});
  }
  return sortableTable(columns, block.rows, {id: "costs", caption: `Costs on ${block.dataset}`, filter: false});
}

// A value of the protocol on one line; objects become several.
function protocolList(values, prefix = "") {
  return Object.entries(values).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0
      ? protocolList(value, prefix + key + ".")
      : [element("dt", {}, prefix + key), element("dd", {}, Array.isArray(value) ? value.join(", ") : String(value))]);
}

function protocolSection(block) {
  const deviating = block.rows.filter((row) => row.deviations.length > 0);
  return element("section", {id: "protocol"}, element("h2", {}, "Protocol and deviations"),
    element("p", {}, "Protocol ", element("code", {}, block.protocol), block.protocol_summary ? ": " + block.protocol_summary : ""),
    block.protocol_values ? element("details", {}, element("summary", {}, "All settings of the protocol"), element("dl", {}, ...protocolList(block.protocol_values))) : null,
    element("h3", {}, "What each method does differently"),
    deviating.length === 0 ? element("p", {}, "Nothing: every method follows the protocol in all settings.")
      : element("dl", {}, ...deviating.flatMap((row) => [element("dt", {}, row.method), ...row.deviations.map((text) => element("dd", {style: "grid-column: 2"}, text))])));
}

function headlineSection(block) {
  const notes = notesOf(block);
  const section = element("section", {id: "table"}, element("h2", {}, block.dataset),
    element("p", {class: "quiet"}, "Protocol ", element("code", {}, block.protocol), ` · ${block.folds.length === 1 ? "fold" : "folds"} ${block.folds.join(", ")} · ${block.cases_total} cases`));
  if (block.extra_information) section.append(element("p", {class: "warning"}, "Not comparable with the other tables: " + block.extra_information));
  for (const text of block.suitability ?? []) section.append(element("p", {class: text.low ? "warning" : "quiet"}, text.text));
  section.append(leaderboardTable(block));
  if (notes.length) section.append(element("ol", {class: "notes"}, ...notes.map((text, i) =>
    element("li", {id: `note-${i + 1}`}, element("sup", {}, i + 1), " ", text))));
  return section;
}

function rankingTable(block) {
  const rankings = block.statistics.rankings;
  const rows = block.methods.map((method, i) => ({key: method, i}));
  const column = (title, values) => ({title, value: (row) => values[row.i], cell: (row) => values[row.i] ?? nothing});
  const tau = rankings.tau;
  return element("section", {id: "rankings"}, element("h2", {}, "Three rankings"),
    element("p", {}, "By all metrics of the statistics together: means first, ranks per case first, or the number of significant wins."),
    sortableTable([{title: "Method", name: true, text: true, value: (row) => row.key, cell: (row) => row.key},
      column("Aggregate, then rank", rankings.aggregate_then_rank), column("Rank, then aggregate", rankings.rank_then_aggregate),
      column("Test-based", rankings.test_based)], rows, {id: "three-rankings", caption: "Three rankings", filter: false}),
    element("p", {class: "quiet"}, `Kendall's tau: ${fixed(tau.aggregate_per_case, 2)} (aggregate, per case), ${fixed(tau.aggregate_test, 2)} (aggregate, test-based), ${fixed(tau.per_case_test, 2)} (per case, test-based).`));
}

function show(index) {
  charts.forEach((chart) => chart.view?.finalize());
  charts.length = 0;
  const block = prepared(index);
  const several = block.methods.length > 1;
  const parts = [headlineSection(block)];
  if (block.metrics.length) parts.push(element("section", {id: "plots"}, element("h2", {}, "Plots"), element("div", {class: "charts"},
    ...[distributionFigure(block), several ? rankFigure(block) : null, several ? testFigure(block) : null, paretoFigure(block), curveFigure(block)].filter(Boolean))));
  if (several) parts.push(rankingTable(block));
  parts.push(element("section", {id: "cost"}, element("h2", {}, "Cost"), costTable(block)), protocolSection(block));
  if (block.metrics.length) parts.push(exampleSection(block));
  const nav = element("nav", {"aria-label": "Parts of this page"}, ...parts.map((part) => element("a", {href: "#" + part.id},
    part.id === "table" ? "Table" : part.querySelector("h2").textContent)));
  document.getElementById("main").replaceChildren(nav, ...parts);
  drawCharts();
}

function start() {
  const board = data.leaderboard;
  document.getElementById("summary").textContent = `${board.metric} (${board.flavour}${board.unit === "1" ? "" : ", " + board.unit}; ${board.higher_is_better ? "higher" : "lower"} is better): mean ± standard deviation over cases. The mean over the classes of each case, then over cases, decides the rank.`;
  document.getElementById("settings").textContent = `A case of the split without a prediction counts as the worst value. ${data.settings} VoxArena ${data.version}.`;
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { document.documentElement.dataset.theme = theme.value || (system.matches ? "dark" : "light"); };
  theme.addEventListener("change", paint);
  system.addEventListener("change", paint);
  paint();
  const chooser = document.getElementById("block");
  chooser.append(...board.blocks.map((block, i) => element("option", {value: i},
    `${block.dataset}, protocol ${block.protocol}${block.extra_information ? ", " + block.extra_information : ""}`)));
  chooser.addEventListener("change", () => show(Number(chooser.value)));
  document.getElementById("block-label").hidden = board.blocks.length < 2;
  if (board.blocks.length) show(0);
}

start();
