"use strict";
// The charts of one block: distributions, ranks, tests, cost, training.

const methodAxis = {orient: "left", scale: "method", domain: false, ticks: false};

function bandHeight(methods, step) { return methods.length * step; }

// Values of one metric and class ("" for the mean over classes), one a method and case.
function caseValues(block, metric, cls) {
  const values = [];
  block.methods.forEach((method, m) => block.cases.forEach((id, c) => {
    const of = metric.values[m][c];
    const value = cls === "" ? mean(of) : of[block.classes.indexOf(cls)];
    // The same scatter every time, so that pages can be compared.
    if (value !== null) values.push({method, value, case: id, scatter: ((c * 0.618034 + m * 0.37) % 1) - 0.5});
  }));
  return values;
}

function distributionSpec(block, metric, cls, violin, width) {
  const values = caseValues(block, metric, cls);
  const step = 44;
  const inBand = (fraction) => ({scale: "method", field: "method", band: 0.5, offset: {signal: fraction}});
  const marks = violin ? [{
    type: "group", from: {facet: {name: "violin", data: "density", groupby: "method"}},
    encode: {update: {y: {scale: "method", field: "method", band: 0.5}, width: {signal: "width"}}},
    marks: [{type: "area", from: {data: "violin"}, encode: {update: {
      x: {scale: "x", field: "value"}, yc: {value: 0}, height: {scale: "thickness", field: "density"},
      fill: {scale: "colour", field: "method"}, fillOpacity: {value: 0.45},
      stroke: {scale: "colour", field: "method"}, strokeWidth: {value: 1}}}}],
  }] : [];
  marks.push({type: "rule", name: "whiskers", from: {data: "fences"}, encode: {update: {
    x: {scale: "x", field: "low"}, x2: {scale: "x", field: "high"}, y: {scale: "method", field: "method", band: 0.5},
    stroke: {scale: "colour", field: "method"}, strokeWidth: {value: 1.5}}}});
  marks.push({type: "rect", name: "boxes", from: {data: "boxes"}, encode: {update: {
    x: {scale: "x", field: "q1"}, x2: {scale: "x", field: "q3"}, yc: {scale: "method", field: "method", band: 0.5},
    height: {value: violin ? 8 : 20}, fill: {scale: "colour", field: "method"}, fillOpacity: {value: violin ? 0.9 : 0.3},
    stroke: {scale: "colour", field: "method"}, strokeWidth: {value: 1.5}}}});
  if (!violin) marks.push({type: "symbol", name: "cases", from: {data: "values"}, encode: {update: {
    x: {scale: "x", field: "value"}, y: inBand("datum.scatter * 18"), size: {value: 14},
    fill: {scale: "colour", field: "method"}, fillOpacity: {value: 0.75},
    tooltip: {signal: `datum.method + ", " + datum.case + ": " + format(datum.value, ".4f")`}}}});
  marks.push({type: "rule", name: "medians", from: {data: "boxes"}, encode: {update: {
    x: {scale: "x", field: "median"}, y: inBand("-11"), y2: inBand("11"),
    stroke: {value: "var(--ink)"}, strokeWidth: {value: 2.5}}}});
  const extent = values.length ? [Math.min(...values.map((v) => v.value)), Math.max(...values.map((v) => v.value))] : [0, 1];
  return {
    height: bandHeight(block.methods, step),
    data: [
      {name: "values", values},
      {name: "boxes", source: "values", transform: [{type: "aggregate", groupby: ["method"], fields: ["value", "value", "value"],
        ops: ["q1", "median", "q3"], as: ["q1", "median", "q3"]}]},
      {name: "fences", source: "values", transform: [
        {type: "joinaggregate", groupby: ["method"], fields: ["value", "value"], ops: ["q1", "q3"], as: ["q1", "q3"]},
        {type: "filter", expr: "datum.value >= datum.q1 - 1.5 * (datum.q3 - datum.q1) && datum.value <= datum.q3 + 1.5 * (datum.q3 - datum.q1)"},
        {type: "aggregate", groupby: ["method"], fields: ["value", "value"], ops: ["min", "max"], as: ["low", "high"]}]},
      {name: "density", source: "values", transform: [{type: "kde", field: "value", groupby: ["method"], extent, steps: 80}]},
    ],
    scales: [
      {name: "x", type: "linear", range: "width", domain: {data: "values", field: "value"}, nice: true, zero: false},
      {name: "method", type: "band", range: "height", domain: block.methods},
      {name: "thickness", type: "linear", range: [0, step * 0.9], domain: {data: "density", field: "density"}},
      {name: "colour", type: "ordinal", domain: block.methods, range: block.methods.map((_, i) => methodColour(i))},
    ],
    axes: [{orient: "bottom", scale: "x", grid: true, tickCount: width < 500 ? 4 : 8,
            title: `${metric.metric} (${metric.flavour}${metric.unit === "1" ? "" : ", " + metric.unit}), ${cls || "mean over classes"}`},
           {...methodAxis, labelLimit: width < 500 ? 100 : 180}],
    marks,
  };
}

function distributionFigure(block) {
  const state = {metric: 0, cls: "", violin: false};
  const redraw = () => charts.find((chart) => chart.holder.id === "distribution").draw();
  const change = (key) => (value) => { state[key] = key === "violin" ? value === "violin" : value; redraw(); };
  return chartFigure({id: "distribution", title: "Cases of each method", wide: true,
    caption: "Points are cases; a box holds the middle half with the median as a bar, whiskers reach to the farthest case within 1.5 box lengths. Violins are kernel densities.",
    controls: [
      select("Metric", block.metrics.map((metric, i) => [i, `${metric.metric} (${metric.flavour})`]), change("metric")),
      select("Class", [["", "mean over classes"], ...block.classes.map((cls) => [cls, cls])], change("cls")),
      select("Form", [["box", "boxes"], ["violin", "violins"]], change("violin"))],
    spec: (width) => distributionSpec(block, block.metrics[state.metric], state.cls, state.violin, width)});
}

// Cells of a matrix with text in them.
function heatMap({rows, columns, cells, colour, dark, axisTitle, step, width, legend}) {
  return {
    height: bandHeight(rows, step),
    data: [{name: "cells", values: cells}],
    scales: [{name: "method", type: "band", range: "height", domain: rows, padding: 0.05},
             {name: "column", type: "band", range: "width", domain: columns, padding: 0.03}, ...(legend?.scales ?? [])],
    axes: [{...methodAxis, labelLimit: width < 500 ? 90 : 170},
           {orient: "bottom", scale: "column", domain: false, ticks: false, title: axisTitle,
            labelAngle: axisTitle ? 0 : -35, labelAlign: axisTitle ? "center" : "right", labelLimit: 110}],
    legends: legend?.legends ?? [],
    marks: [
      {type: "rect", name: "cells", from: {data: "cells"}, encode: {update: {
        x: {scale: "column", field: "column"}, width: {scale: "column", band: 1}, y: {scale: "method", field: "row"},
        height: {scale: "method", band: 1}, fill: {signal: colour}, tooltip: {field: "tip"}}}},
      {type: "text", from: {data: "cells"}, interactive: false, encode: {update: {
        x: {scale: "column", field: "column", band: 0.5}, y: {scale: "method", field: "row", band: 0.5},
        align: {value: "center"}, baseline: {value: "middle"}, font: {value: font},
        fontSize: {value: (width - 120) / columns.length < 44 ? 9 : 12}, text: {field: "text"},
        fill: {signal: `${dark} ? "var(--cell-dark)" : datum.neutral ? "var(--ink)" : "var(--cell-light)"`}}}}],
  };
}

function rankFigure(block) {
  const redraw = () => charts.find((chart) => chart.holder.id === "ranks").draw();
  let chosen = 0;
  return chartFigure({id: "ranks", title: "How sure the ranks are",
    caption: "Share of resamples of the cases in which a method takes each place. A clear ranking has one dark cell a row.",
    controls: block.metrics.length > 1 ? [select("Metric", block.metrics.map((m, i) => [i, m.metric]), (v) => { chosen = v; redraw(); })] : [],
    spec: (width) => {
      const methods = block.statistics.metrics[chosen].methods;
      const cells = methods.flatMap((entry) => entry.p_places.map((share, place) => ({
        row: entry.method, column: String(place + 1), share, neutral: share < 0.005,
        text: share < 0.005 ? "" : `${Math.round(100 * share)}${methods.length > 6 || width < 500 ? "" : " %"}`,
        tip: `${entry.method}: place ${place + 1} in ${(100 * share).toFixed(1)} % of the resamples`})));
      return heatMap({rows: block.methods, columns: methods.map((_, i) => String(i + 1)), cells, axisTitle: "place", step: 34, width,
        colour: `datum.neutral ? "var(--same)" : scale("share", datum.share)`, dark: "datum.share > 0.5",
        legend: {scales: [{name: "share", type: "linear", domain: [0, 1], range: {scheme: "blues"}}]}});
    }});
}

const levels = [[0.001, "3"], [0.01, "2"], [0.05, "1"]];

function testFigure(block) {
  const redraw = () => charts.find((chart) => chart.holder.id === "tests").draw();
  let chosen = 0;
  return chartFigure({id: "tests", title: "Which differences are significant",
    caption: "Method of the row against method of the column: Wilcoxon's signed-rank test over cases, adjusted after Holm. Blue (+): the row is better; orange (−): it is worse; darker below p = 0.01 and 0.001; grey: not significant at 0.05.",
    controls: block.metrics.length > 1 ? [select("Metric", block.metrics.map((m, i) => [i, m.metric]), (v) => { chosen = v; redraw(); })] : [],
    spec: (width) => {
      const cells = [];
      for (const pair of block.statistics.metrics[chosen].pairs) {
        const level = levels.find(([bound]) => pair.p_holm !== null && pair.p_holm < bound)?.[1] ?? "";
        for (const [row, column, sign] of [[pair.a, pair.b, 1], [pair.b, pair.a, -1]]) {
          const better = sign * pair.effect > 0;
          cells.push({row, column, level, neutral: level === "", fill: level === "" ? "var(--same)" : `var(--${better ? "better" : "worse"}${level})`,
            dark: level === "3" || (level === "2" && better),
            text: level === "" ? "" : better ? "+" : "−",
            tip: `${row} against ${column}: difference ${(sign * pair.difference).toFixed(4)}, p ${probabilityText(pair.p_holm)} (Holm), effect ${(sign * pair.effect).toFixed(2)}`});
        }
      }
      return heatMap({rows: block.methods, columns: block.methods, cells, step: 34, width, colour: "datum.fill", dark: "datum.dark"});
    }});
}

const costs = [["train_seconds", "training, hours a fold", 1 / 3600], ["predict_seconds_per_case", "prediction, seconds a case", 1],
  ["peak_memory_mib", "peak memory, GiB", 1 / 1024], ["gflop_per_patch", "GFLOP a patch", 1], ["parameters", "parameters, millions", 1e-6]];

function paretoFigure(block) {
  const known = costs.filter(([key]) => block.rows.some((row) => row.ranked && row.facts[key] > 0));
  if (known.length === 0 || block.methods.length < 2) return null;
  const state = {cost: 0, metric: 0};
  const change = (key) => (value) => { state[key] = value; charts.find((chart) => chart.holder.id === "pareto").draw(); };
  return chartFigure({id: "pareto", title: "Quality against cost",
    caption: "Mean over cases with its bootstrap interval. The line is the Pareto front: no other method is better at the same cost or less.",
    controls: [select("Cost", known.map(([, title], i) => [i, title]), change("cost")),
      select("Metric", block.metrics.map((m, i) => [i, m.metric]), change("metric"))],
    spec: (width) => {
      const [key, title, unit] = known[state.cost];
      const metric = block.metrics[state.metric];
      const points = block.statistics.metrics[state.metric].methods.map((entry) => {
        const row = block.rows.find((one) => one.key === entry.method);
        return {method: entry.method, cost: row.facts[key] * unit, value: entry.overall.mean, low: entry.overall.bca[0], high: entry.overall.bca[1]};
      }).filter((point) => point.cost > 0 && point.value !== null);
      const sign = metric.higher_is_better ? 1 : -1;
      let reached = -Infinity;
      const front = [...points].sort((a, b) => a.cost - b.cost || sign * (b.value - a.value))
        .filter((point) => sign * point.value > reached && ((reached = sign * point.value), true));
      return {
        height: 300,
        data: [{name: "points", values: points}, {name: "front", values: front}],
        scales: [
          {name: "x", type: "log", range: "width", domain: {data: "points", field: "cost"}, nice: true, padding: 30},
          {name: "y", type: "linear", range: "height", domain: {fields: [{data: "points", field: "low"}, {data: "points", field: "high"}]}, zero: false, nice: true},
          {name: "colour", type: "ordinal", domain: block.methods, range: block.methods.map((_, i) => methodColour(i))}],
        axes: [{orient: "bottom", scale: "x", title, tickCount: 5, format: "~g", labelOverlap: true},
               {orient: "left", scale: "y", title: `${metric.metric}${metric.unit === "1" ? "" : ", " + metric.unit}`, grid: true, tickCount: 6}],
        marks: [
          {type: "line", name: "front", from: {data: "front"}, encode: {update: {x: {scale: "x", field: "cost"}, y: {scale: "y", field: "value"},
            interpolate: {value: "step-after"}, stroke: {value: "var(--quiet)"}, strokeDash: {value: [5, 4]}, strokeWidth: {value: 1.5}}}},
          {type: "rule", from: {data: "points"}, encode: {update: {x: {scale: "x", field: "cost"}, y: {scale: "y", field: "low"},
            y2: {scale: "y", field: "high"}, stroke: {scale: "colour", field: "method"}, strokeWidth: {value: 1.5}}}},
          {type: "symbol", name: "points", from: {data: "points"}, encode: {update: {x: {scale: "x", field: "cost"}, y: {scale: "y", field: "value"},
            size: {value: 80}, fill: {scale: "colour", field: "method"},
            tooltip: {signal: `datum.method + ": " + format(datum.value, ".4f") + " at " + format(datum.cost, ".3~g")`}}}},
          {type: "text", style: "ink", name: "ink", from: {data: "points"}, interactive: false, encode: {update: {x: {scale: "x", field: "cost"},
            y: {scale: "y", field: "value"}, dx: {signal: "scale('x', datum.cost) > width * 0.6 ? -8 : 8"}, dy: {value: -8},
            align: {signal: "scale('x', datum.cost) > width * 0.6 ? 'right' : 'left'"}, text: {field: "method"}, font: {value: font},
            fontSize: {value: 12}, limit: {value: 150}}}}],
      };
    }});
}

function curveFigure(block) {
  if (!block.curves.some((curve) => curve.epochs.length > 0)) return null;
  let field = "dice";
  return chartFigure({id: "curves", title: "Training curves",
    caption: "One line a method and fold. Dice: on patches of the validation cases, without sliding window.",
    controls: [select("Value", [["dice", "Dice of the validation patches"], ["loss", "training loss"]],
      (value) => { field = value; charts.find((chart) => chart.holder.id === "curves").draw(); })],
    spec: (width) => {
      const values = block.curves.flatMap((curve) => curve.epochs.map((epoch, i) =>
        ({method: curve.method, run: `${curve.method}, fold ${curve.fold}`, epoch: epoch + 1, value: curve[field][i]})))
        .filter((point) => point.value !== null && point.value !== undefined);
      const methods = block.methods.filter((method) => block.curves.some((curve) => curve.method === method));
      const index = (method) => block.methods.indexOf(method);
      return {
        height: 300,
        data: [{name: "values", values}],
        scales: [
          {name: "x", type: "linear", range: "width", domain: {data: "values", field: "epoch"}, zero: false},
          {name: "y", type: "linear", range: "height", domain: {data: "values", field: "value"}, zero: false, nice: true},
          {name: "colour", type: "ordinal", domain: methods, range: methods.map((m) => methodColour(index(m)))},
          {name: "dash", type: "ordinal", domain: methods, range: methods.map((m) => methodDash(index(m)))}],
        axes: [{orient: "bottom", scale: "x", title: "epoch", tickCount: 6, format: "d"},
               {orient: "left", scale: "y", grid: true, tickCount: 6, title: field === "dice" ? "Dice" : "loss"}],
        legends: [{stroke: "colour", strokeDash: "dash", symbolType: "stroke", orient: "bottom", direction: "horizontal", columns: width < 500 ? 1 : 3, symbolStrokeWidth: 2.5}],
        marks: [{type: "group", from: {facet: {name: "run", data: "values", groupby: ["run", "method"]}}, marks: [
          {type: "line", name: "curve", from: {data: "run"}, encode: {update: {x: {scale: "x", field: "epoch"}, y: {scale: "y", field: "value"},
            stroke: {scale: "colour", field: "method"}, strokeDash: {scale: "dash", field: "method"}, strokeWidth: {value: 1.8},
            tooltip: {field: "run"}}}}]}],
      };
    }});
}
