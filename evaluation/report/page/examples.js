"use strict";
// The best, median and worst case of each method: prediction as areas, reference as outlines.

const kinds = {best: "Best", median: "Median", worst: "Worst"};

function viewElement(block, example, view, i) {
  const picture = (source, attributes) => element("img", {src: source, width: view.width, height: view.height, ...attributes});
  const prediction = example.predictions[i];
  return element("div", {class: "view", style: `flex: ${view.width} 1 0; aspect-ratio: ${view.width} / ${view.height}`},
    picture(view.image, {alt: `${view.plane} plane ${view.slice} of ${example.case}${prediction ? ", with prediction and reference" : ""}`, title: `${view.plane}, slice ${view.slice}`}),
    prediction ? picture(prediction, {class: "labels prediction", alt: ""}) : null,
    picture(view.reference, {class: "labels reference", alt: ""}));
}

function exampleCard(block, example) {
  const metric = block.metrics[0];
  const views = block.case_views[example.case] ?? [];
  return element("article", {class: "example"},
    element("h4", {}, `${kinds[example.kind]}: ${example.case}, ${metric.metric} ${metricText(metric, example.value)}`),
    views.length ? element("div", {class: "views"}, ...views.map((view, i) => viewElement(block, example, view, i)))
      : element("p", {class: "quiet"}, "No picture: the image or the reference was not found."),
    example.problem ? element("p", {class: "quiet"}, example.problem) : null);
}

function exampleSection(block) {
  const section = element("section", {id: "cases"}, element("h2", {}, "Best, median and worst cases"));
  if (block.images_note) section.append(element("p", {class: "quiet"}, block.images_note));
  if (block.examples.length === 0) return section;
  const holder = element("div");
  const toggle = (name) => element("label", {}, element("input", {type: "checkbox", checked: true,
    onchange: (event) => holder.classList.toggle("no-" + name, !event.target.checked)}), name);
  section.append(
    element("p", {}, `By ${block.metrics[0].metric}, mean over classes. Areas: prediction. Outlines: reference. Planes cut where the reference is largest; the patient's left is at the right.`),
    element("div", {class: "controls"}, toggle("prediction"), toggle("reference")),
    element("ul", {class: "swatches"}, ...block.classes.map((cls, i) =>
      element("li", {}, element("i", {style: `background: ${block.class_colours[i % block.class_colours.length]}`}), cls))),
    holder);
  for (const method of block.methods) {
    const examples = block.examples.filter((example) => example.method === method);
    if (examples.length === 0) continue;
    holder.append(element("h3", {}, method), element("div", {class: "examples"}, ...examples.map((e) => exampleCard(block, e))));
  }
  return section;
}
