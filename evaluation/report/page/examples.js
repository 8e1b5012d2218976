"use strict";
// The best, median and worst case of each method: prediction as areas, reference as outlines.

const kinds = {best: "Best", median: "Median", worst: "Worst"};

function viewElement(example, view, i) {
  const prediction = example.predictions[i];
  const picture = (src, attributes) => element("img", {src, width: view.width, height: view.height, ...attributes});
  const alt = `${view.plane} plane of ${example.case}` + (prediction ? ", with prediction and reference" : ", with reference");
  return element("div", {class: "cut", style: `flex: ${view.width} 1 0`},
    element("div", {class: "view", style: `aspect-ratio: ${view.width} / ${view.height}`},
      picture(view.image, {alt, title: `${view.plane}, slice ${view.slice}`}),
      prediction ? picture(prediction, {class: "labels prediction", alt: ""}) : null,
      picture(view.reference, {class: "labels reference", alt: ""})),
    element("span", {}, view.plane));
}

function exampleCard(block, example) {
  const views = block.case_views[example.case] ?? [];
  const metric = block.metrics[0];
  const larger = element("button", {type: "button", class: "larger", "aria-pressed": "false", "aria-label": "larger", title: "larger",
    onclick: () => larger.setAttribute("aria-pressed", larger.closest(".example").classList.toggle("large"))}, "\u2922");
  return element("article", {class: "example"}, views.length ? larger : null,
    element("h4", {}, `${kinds[example.kind]}: ${example.case}, ${metric.metric} ${metricText(metric, example.value)}`),
    views.length ? element("div", {class: "views"}, ...views.map((view, i) => viewElement(example, view, i)))
      : element("p", {class: "quiet"}, "No picture: image and reference do not fit each other."),
    example.problem ? element("p", {class: "quiet"}, example.problem) : null);
}

// Without pictures, which cases they are is still worth knowing.
function exampleTable(block) {
  const rows = block.methods.map((method) => ({key: method, method,
    of: (kind) => block.examples.find((example) => example.method === method && example.kind === kind)}));
  const columns = Object.entries(kinds).map(([kind, title]) => ({title, text: true,
    value: (row) => row.of(kind)?.value,
    cell: (row) => row.of(kind) ? `${row.of(kind).case} (${metricText(block.metrics[0], row.of(kind).value)})` : nothing}));
  return sortableTable([methodColumn(), ...columns], rows, {id: "example-table", caption: "Cases", filter: false});
}

function exampleSection(block) {
  const section = element("section", {id: "cases"}, element("h2", {}, "Best, median and worst cases"));
  if (block.examples.length === 0) return section;
  if (block.images_note) {
    section.append(element("p", {class: "quiet"}, block.images_note), exampleTable(block));
    return section;
  }
  const holder = element("div");
  const toggle = (layer) => element("label", {}, element("input", {type: "checkbox", checked: true,
    onchange: (event) => holder.classList.toggle("no-" + layer, !event.target.checked)}), layer);
  const swatch = (cls, i) => element("li", {},
    element("i", {style: `background: ${block.class_colours[i % block.class_colours.length]}`}), cls);
  section.append(
    element("p", {}, `By ${block.metrics[0].metric}, mean over classes. Areas: prediction. Outlines: reference. Planes are ` +
      "cut where the reference is largest; the patient's left is at the right."),
    element("div", {class: "controls"}, toggle("prediction"), toggle("reference")),
    element("ul", {class: "swatches"}, ...block.classes.map(swatch)),
    holder);
  for (const method of block.methods) {
    const examples = block.examples.filter((example) => example.method === method);
    if (examples.length === 0) continue;
    holder.append(element("h3", {}, method),
      element("div", {class: "examples"}, ...examples.map((example) => exampleCard(block, example))));
  }
  return section;
}
