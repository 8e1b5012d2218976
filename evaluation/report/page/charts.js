"use strict";
// What all charts share: Vega, set up from its modules, and a frame that fills the page's width.

const chartsAreThere = typeof vegaModules === "object";
if (chartsAreThere) {
  Object.assign(vegaModules["vega-dataflow"].transforms, vegaModules["vega-transforms"],
    vegaModules["vega-view-transforms"], vegaModules["vega-encode"], vegaModules["vega-label"]);
}

const font = 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Arial, sans-serif';
// Colours of text and lines come from the style sheet, so that they follow the colour scheme.
const chartConfig = {
  axis: {labelFont: font, titleFont: font, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, tickSize: 4,
         labelLimit: 180, titlePadding: 8},
  legend: {labelFont: font, titleFont: font, labelFontSize: 12, titleFontSize: 12, labelLimit: 220},
  group: {stroke: "transparent"},
};

const charts = [];

function methodColour(i) { return `var(--m${i % 10})`; }
function methodDash(i) { return [[], [6, 3], [2, 2], [8, 3, 2, 3]][Math.floor(i / 10) % 4]; }

function methodShape(i) { return ["circle", "square", "diamond", "triangle-up"][Math.floor(i / 10) % 4]; }
function methodLegend(scales, width) {
  return {...scales, orient: "bottom", direction: "horizontal", columns: width < 500 ? 1 : 3};
}

// A figure whose chart is made by `spec(width)`; redrawn when the width or a control changes.
function chartFigure({title, caption, spec, controls = [], wide = false, id}) {
  const holder = element("div", {class: "chart", id, role: "img", "aria-label": title});
  const chart = {holder, view: null, width: 0};
  chart.draw = () => {
    if (!chartsAreThere) return;
    const width = Math.max(260, holder.clientWidth);
    chart.width = holder.clientWidth;
    chart.view?.finalize();
    const parsed = vegaModules["vega-parser"].parse(
      {autosize: {type: "fit-x", contains: "padding"}, padding: 4, width, ...spec(width)}, chartConfig);
    chart.view = new vegaModules["vega-view"].View(parsed, {renderer: "svg", hover: true});
    chart.view.initialize(holder).run();
  };
  charts.push(chart);
  return element("figure", {class: wide ? "wide" : null}, element("h3", {}, title),
    controls.length ? element("div", {class: "controls"}, ...controls) : null,
    chartsAreThere ? holder
      : element("p", {class: "warning"}, "This build of VoxArena has no charts (Vega was not installed)."),
    element("figcaption", {}, caption));
}

function drawCharts() { charts.forEach((chart) => chart.draw()); }
function redraw(id) { charts.find((chart) => chart.holder.id === id).draw(); }

let resizing = 0;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    for (const chart of charts) if (chart.holder.clientWidth !== chart.width) chart.draw();
  }, 150);
});
// Paper is narrower than most screens.
function fitToPaper() {
  for (const chart of charts) {
    const svg = chart.holder.querySelector("svg");
    if (svg) { svg.style.maxWidth = "100%"; svg.style.height = "auto"; }
  }
}
window.addEventListener("beforeprint", fitToPaper);
