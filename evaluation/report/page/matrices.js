"use strict";
// Heat maps of methods: places over resamples, and significant differences.

// cells: {row, column, text, tip, neutral}; `colour` and `dark` (whether its text is light) are expressions of a cell.
function heatMap({rows, columns, cells, colour, dark, columnTitle, scales = [], width}) {
  const narrow = (width - 120) / columns.length < 44;
  return {
    height: rows.length * 34,
    data: [{name: "cells", values: cells}],
    scales: [
      {name: "row", type: "band", range: "height", domain: rows, padding: 0.05},
      {name: "column", type: "band", range: "width", domain: columns, padding: 0.03},
      ...scales,
    ],
    axes: [
      {orient: "left", scale: "row", domain: false, ticks: false, labelLimit: width < 500 ? 90 : 170},
      columnTitle ? {orient: "bottom", scale: "column", domain: false, ticks: false, title: columnTitle}
        : {orient: "bottom", scale: "column", domain: false, ticks: false, labelAngle: -35, labelAlign: "right",
           labelLimit: 110},
    ],
    marks: [
      {type: "rect", name: "cell-marks", from: {data: "cells"}, encode: {update: {
        x: {scale: "column", field: "column"}, width: {scale: "column", band: 1},
        y: {scale: "row", field: "row"}, height: {scale: "row", band: 1},
        fill: {signal: colour}, tooltip: {field: "tip"}}}},
      {type: "text", from: {data: "cells"}, interactive: false, encode: {update: {
        x: {scale: "column", field: "column", band: 0.5}, y: {scale: "row", field: "row", band: 0.5},
        align: {value: "center"}, baseline: {value: "middle"}, font: {value: font}, fontSize: {value: narrow ? 9 : 12},
        text: {field: "text"},
        fill: {signal: `datum.neutral ? "var(--ink)" : ${dark} ? "var(--cell-dark)" : "var(--cell-light)"`}}}},
    ],
  };
}

function metricChoice(block, id, state) {
  if (block.metrics.length < 2) return [];
  return [select("Metric", block.metrics.map((metric, i) => [i, metricTitle(metric)]),
    (value) => { state.metric = value; redraw(id); })];
}

function rankFigure(block) {
  const state = {metric: 0};
  return chartFigure({
    id: "ranks", title: "How sure the ranks are",
    caption: "Share (%) of resamples of the cases in which a method takes each place. A clear ranking has one dark " +
      "cell a row.",
    controls: metricChoice(block, "ranks", state),
    spec: (width) => {
      const methods = block.statistics.metrics[state.metric].methods;
      const cells = methods.flatMap((entry) => entry.p_places.map((share, place) => ({
        row: entry.method, column: String(place + 1), share, neutral: share < 0.005,
        text: share < 0.005 ? "" : String(Math.round(100 * share)),
        tip: `${entry.method}: place ${place + 1} in ${(100 * share).toFixed(1)} % of the resamples`})));
      return heatMap({
        rows: block.methods, columns: methods.map((_, i) => String(i + 1)), cells, columnTitle: "place", width,
        colour: `datum.neutral ? "var(--same)" : scale("share", datum.share)`, dark: "datum.share > 0.5",
        scales: [{name: "share", type: "linear", domain: [0, 1], range: {scheme: "blues"}}]});
    }});
}

const significance = [[0.001, "3"], [0.01, "2"], [0.05, "1"]];

// The cells of one pair, seen from both sides.
function pairCells(pair) {
  const level = significance.find(([bound]) => pair.p_holm !== null && pair.p_holm < bound)?.[1] ?? "";
  return [[pair.a, pair.b, 1], [pair.b, pair.a, -1]].map(([row, column, sign]) => {
    const better = sign * pair.effect > 0;
    const tip = `${row} against ${column}: difference ${(sign * pair.difference).toFixed(4)}, ` +
      `p ${probabilityText(pair.p_holm)} (Holm), effect ${(sign * pair.effect).toFixed(2)}`;
    if (level === "") return {row, column, neutral: true, dark: false, fill: "var(--same)", text: "", tip};
    return {row, column, neutral: false, dark: level === "3" || (level === "2" && better), tip,
      fill: `var(--${better ? "better" : "worse"}${level})`, text: better ? "+" : "−"};
  });
}

function testFigure(block) {
  const state = {metric: 0};
  return chartFigure({
    id: "tests", title: "Which differences are significant",
    caption: "Method of the row against method of the column: Wilcoxon's signed-rank test over cases, adjusted after " +
      "Holm. Blue (+): the row is better; orange (−): it is worse; darker below p = 0.01 and 0.001; grey: not " +
      "significant at 0.05.",
    controls: metricChoice(block, "tests", state),
    spec: (width) => heatMap({
      rows: block.methods, columns: block.methods, colour: "datum.fill", dark: "datum.dark", width,
      cells: block.statistics.metrics[state.metric].pairs.flatMap(pairCells)})});
}
