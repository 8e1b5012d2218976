"use strict";
// Boxes with points, or violins: the cases of each method by one metric and class.

const methodAxis = {orient: "left", scale: "method", domain: false, ticks: false};

// One entry a method and case; class "" is the mean over classes.
function caseValues(block, metric, cls) {
  const values = [];
  const place = block.classes.indexOf(cls);
  block.methods.forEach((method, m) => block.cases.forEach((id, c) => {
    const ofCase = metric.values[m][c];
    const value = cls === "" ? mean(ofCase) : ofCase[place];
    // The same scatter every time, so that pages can be compared.
    const scatter = ((c * 0.618034 + m * 0.37) % 1) - 0.5;
    if (value !== null) values.push({method, value, case: id, scatter});
  }));
  return values;
}

const bandOfMethod = {scale: "method", field: "method", band: 0.5};
const colourOfMethod = {scale: "colour", field: "method"};
const besideBand = (pixels) => ({...bandOfMethod, offset: {signal: pixels}});

function methodColours(methods) {
  return {name: "colour", type: "ordinal", domain: methods, range: methods.map((_, i) => methodColour(i))};
}

function violinMarks() {
  return {
    type: "group",
    from: {facet: {name: "violin", data: "density", groupby: "method"}},
    encode: {update: {y: bandOfMethod, width: {signal: "width"}}},
    marks: [{
      type: "area",
      from: {data: "violin"},
      encode: {update: {
        x: {scale: "x", field: "value"}, yc: {value: 0}, height: {scale: "thickness", field: "density"},
        fill: colourOfMethod, fillOpacity: {value: 0.45}, stroke: colourOfMethod, strokeWidth: {value: 1},
      }},
    }],
  };
}

function boxMarks(violin) {
  const whiskers = {
    type: "rule", name: "whisker-marks", from: {data: "fences"},
    encode: {update: {
      x: {scale: "x", field: "low"}, x2: {scale: "x", field: "high"}, y: bandOfMethod,
      stroke: colourOfMethod, strokeWidth: {value: 1.5},
    }},
  };
  const boxes = {
    type: "rect", name: "box-marks", from: {data: "boxes"},
    encode: {update: {
      x: {scale: "x", field: "q1"}, x2: {scale: "x", field: "q3"}, yc: bandOfMethod, height: {value: violin ? 8 : 20},
      fill: colourOfMethod, fillOpacity: {value: violin ? 0.9 : 0.3}, stroke: colourOfMethod, strokeWidth: {value: 1.5},
    }},
  };
  const points = {
    type: "symbol", name: "case-marks", from: {data: "values"},
    encode: {update: {
      x: {scale: "x", field: "value"}, y: besideBand("datum.scatter * 18"), size: {value: 14},
      fill: colourOfMethod, fillOpacity: {value: 0.75},
      tooltip: {signal: `datum.method + ", " + datum.case + ": " + format(datum.value, ".4f")`},
    }},
  };
  const medians = {
    type: "rule", name: "median-marks", from: {data: "boxes"},
    encode: {update: {
      x: {scale: "x", field: "median"}, y: besideBand("-11"), y2: besideBand("11"),
      stroke: {value: "var(--ink)"}, strokeWidth: {value: 2.5},
    }},
  };
  return violin ? [whiskers, boxes, medians] : [whiskers, boxes, points, medians];
}

function distributionData(values) {
  const reach = "1.5 * (datum.q3 - datum.q1)";
  return [
    {name: "values", values},
    {name: "boxes", source: "values", transform: [
      {type: "aggregate", groupby: ["method"], fields: ["value", "value", "value"], ops: ["q1", "median", "q3"],
       as: ["q1", "median", "q3"]}]},
    {name: "fences", source: "values", transform: [
      {type: "joinaggregate", groupby: ["method"], fields: ["value", "value"], ops: ["q1", "q3"], as: ["q1", "q3"]},
      {type: "filter", expr: `datum.value >= datum.q1 - ${reach} && datum.value <= datum.q3 + ${reach}`},
      {type: "aggregate", groupby: ["method"], fields: ["value", "value"], ops: ["min", "max"], as: ["low", "high"]}]},
    {name: "density", source: "values", transform: [
      {type: "kde", field: "value", groupby: ["method"], steps: 80}]},
  ];
}

function distributionSpec(block, metric, cls, violin, width) {
  const step = 44;
  return {
    height: block.methods.length * step,
    data: distributionData(caseValues(block, metric, cls)),
    scales: [
      {name: "x", type: "linear", range: "width", domain: {data: "values", field: "value"}, nice: true, zero: false},
      {name: "method", type: "band", range: "height", domain: block.methods},
      {name: "thickness", type: "linear", range: [0, step * 0.9], domain: {data: "density", field: "density"}},
      methodColours(block.methods),
    ],
    axes: [
      {orient: "bottom", scale: "x", grid: true, tickCount: width < 500 ? 4 : 8,
       title: `${metricTitle(metric)}, ${cls || "mean over classes"}`},
      {...methodAxis, labelLimit: width < 500 ? 100 : 180},
    ],
    marks: violin ? [violinMarks(), ...boxMarks(true)] : boxMarks(false),
  };
}

function distributionFigure(block) {
  const metrics = [...block.metrics, ...block.other_metrics];
  const state = {metric: 0, cls: "", form: "box"};
  const change = (key) => (value) => { state[key] = value; redraw("distribution"); };
  return chartFigure({
    id: "distribution", title: "Cases of each method", wide: true,
    caption: "Points are cases; a box holds the middle half with the median as a bar, whiskers reach to the farthest " +
      "case within 1.5 box lengths. Violins are kernel densities from the lowest to the highest case.",
    controls: [
      select("Metric", metrics.map((metric, i) => [i, metricTitle(metric)]), change("metric")),
      select("Class", [["", "mean over classes"], ...block.classes.map((cls) => [cls, cls])], change("cls")),
      select("Form", [["box", "boxes"], ["violin", "violins"]], change("form"))],
    spec: (width) => distributionSpec(block, metrics[state.metric], state.cls, state.form === "violin", width),
  });
}
