"use strict";
// Quality against cost, and training curves.

const costs = [  // field of the facts, title of the axis, unit of the axis in units of the field
  ["train_seconds", "training, hours a fold", 1 / 3600],
  ["predict_seconds_per_case", "prediction, seconds a case", 1],
  ["peak_memory_mib", "peak memory, GiB", 1 / 1024],
  ["gflop_per_patch", "GFLOP a patch", 1],
  ["parameters", "parameters, millions", 1e-6],
];

// Points that no other beats at the same cost or less, from the cheapest.
function paretoFront(points, higherIsBetter) {
  const sign = higherIsBetter ? 1 : -1;
  const front = [];
  for (const point of [...points].sort((a, b) => a.cost - b.cost || sign * (b.value - a.value)))
    if (front.length === 0 || sign * point.value > sign * front.at(-1).value) front.push(point);
  return front;
}

function paretoPoints(block, metric, [key, , unit]) {
  return block.statistics.metrics[metric].methods.map((entry) => {
    const row = block.rows.find((one) => one.method === entry.method);
    const [low, high] = entry.overall.bca;
    return {method: entry.method, cost: (row.facts[key] ?? NaN) * unit, value: entry.overall.mean, low, high};
  }).filter((point) => point.cost >= 0 && point.value !== null);
}

// Logarithmic, down to 0 where something costs nothing: what is not trained.
function costScale(points) {
  const scale = {name: "x", range: "width", domain: {data: "points", field: "cost"}, nice: false, padding: 30};
  if (points.every((point) => point.cost > 0)) return {...scale, type: "log"};
  const smallest = Math.min(...points.map((point) => point.cost).filter((cost) => cost > 0));
  return {...scale, type: "symlog", constant: Number.isFinite(smallest) ? smallest : 1};
}

function paretoMarks() {
  const at = {x: {scale: "x", field: "cost"}, y: {scale: "y", field: "value"}};
  return [
    {type: "line", name: "front-marks", from: {data: "front"}, encode: {update: {
      ...at, interpolate: {value: "step-after"}, stroke: {value: "var(--quiet)"}, strokeDash: {value: [5, 4]},
      strokeWidth: {value: 1.5}}}},
    {type: "rule", name: "interval-marks", from: {data: "points"}, encode: {update: {
      x: at.x, y: {scale: "y", field: "low"}, y2: {scale: "y", field: "high"}, stroke: colourOfMethod,
      strokeWidth: {value: 1.5}}}},
    {type: "symbol", name: "point-marks", from: {data: "points"}, encode: {update: {
      ...at, size: {value: 80}, fill: colourOfMethod, shape: {scale: "shape", field: "method"},
      tooltip: {signal: `datum.method + ": " + format(datum.value, ".4f") + " at " + format(datum.cost, ".3~g")`}}}},
    {type: "text", name: "ink", from: {data: "point-marks"}, interactive: false,
     encode: {enter: {text: {field: "datum.method"}, font: {value: font}, fontSize: {value: 12}, limit: {value: 150}}},
     transform: [{type: "label", size: {signal: "[width, height]"}, offset: [4, 12, 24],
                  avoidMarks: ["interval-marks", "front-marks"],
                  anchor: ["right", "top-right", "bottom-right", "left", "top-left", "bottom-left", "top", "bottom"]}]},
  ];
}

function paretoFigure(block) {
  const known = costs.filter(([key]) => block.rows.some((row) => row.ranked && row.facts[key] > 0));
  if (known.length === 0 || block.methods.length < 2) return null;
  const state = {cost: 0, metric: 0};
  return chartFigure({
    id: "pareto", title: "Quality against cost",
    caption: "Mean over cases with its bootstrap interval; names stand where there is room. The line is the Pareto front: " +
      "no other method is better at the same cost or less.",
    controls: [
      select("Cost", known.map(([, title], i) => [i, title]), (value) => { state.cost = value; redraw("pareto"); }),
      ...metricChoice(block, "pareto", state)],
    spec: (width) => {
      const metric = block.metrics[state.metric];
      const points = paretoPoints(block, state.metric, known[state.cost]);
      const extent = {fields: [{data: "points", field: "low"}, {data: "points", field: "high"}]};
      return {
        height: 300,
        data: [{name: "points", values: points}, {name: "front", values: paretoFront(points, metric.higher_is_better)}],
        scales: [
          costScale(points),
          {name: "y", type: "linear", range: "height", domain: extent, zero: false, nice: true},
          methodColours(block.methods), {name: "shape", type: "ordinal", domain: block.methods,
            range: block.methods.map((_, i) => methodShape(i))}],
        legends: [methodLegend({fill: "colour", shape: "shape"}, width)],
        axes: [
          {orient: "bottom", scale: "x", title: known[state.cost][1], tickCount: 5, format: "~g", labelOverlap: true},
          {orient: "left", scale: "y", grid: true, tickCount: 6,
           title: metricTitle(metric)}],
        marks: paretoMarks(),
      };
    }});
}

function curveValues(block, field) {
  return block.curves.flatMap((curve) => curve.epochs.map((epoch, i) => ({
    method: curve.method, run: `${curve.method}, fold ${curve.fold}`, epoch: epoch + 1, value: curve[field][i]})))
    .filter((point) => point.value !== null);
}

function curveFigure(block) {
  if (!block.curves.some((curve) => curve.epochs.length > 0)) return null;
  let field = "dice";
  const dashes = {name: "dash", type: "ordinal", domain: block.methods, range: block.methods.map((_, i) => methodDash(i))};
  return chartFigure({
    id: "curves", title: "Training curves",
    caption: "One line a method and fold. Dice: on patches of the validation cases, without sliding window.",
    controls: [select("Value", [["dice", "Dice of the validation patches"], ["loss", "training loss"]],
      (value) => { field = value; redraw("curves"); })],
    spec: (width) => ({
      height: 300,
      data: [{name: "values", values: curveValues(block, field)}],
      scales: [
        {name: "x", type: "linear", range: "width", domain: {data: "values", field: "epoch"}, zero: false},
        {name: "y", type: "linear", range: "height", domain: {data: "values", field: "value"}, zero: false, nice: true},
        methodColours(block.methods), dashes],
      axes: [
        {orient: "bottom", scale: "x", title: "epoch", tickCount: 6, tickMinStep: 1, format: "d"},
        {orient: "left", scale: "y", grid: true, tickCount: 6, title: field === "dice" ? "Dice" : "loss"}],
      legends: [methodLegend({stroke: "colour", strokeDash: "dash", symbolType: "stroke", symbolStrokeWidth: 2.5}, width)],
      marks: [{type: "group", from: {facet: {name: "run", data: "values", groupby: ["run", "method"]}}, marks: [
        {type: "line", name: "curve-marks", from: {data: "run"}, encode: {update: {
          x: {scale: "x", field: "epoch"}, y: {scale: "y", field: "value"}, stroke: colourOfMethod,
          strokeDash: {scale: "dash", field: "method"}, strokeWidth: {value: 1.8}, tooltip: {field: "run"}}}}]}],
    })});
}
