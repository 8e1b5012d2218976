"use strict";
// Small helpers: elements, and numbers as text.

// element("td", {class: "best"}, "0.9", child): text is never taken as markup.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function select(label, options, onchange) {
  const box = element("select", {onchange: () => onchange(box.value)},
    ...options.map(([value, text]) => element("option", {value}, text)));
  return element("label", {}, label, " ", box);
}

const nothing = "–";

function fixed(value, digits) {
  return value === null || value === undefined ? nothing : value.toFixed(digits);
}

// "HD95 (subvoxel, mm)"
function metricTitle(metric) {
  return `${metric.metric} (${metric.flavour}${metric.unit === "1" ? "" : ", " + metric.unit})`;
}

function metricText(metric, value) { return fixed(value, metric.unit === "1" ? 4 : 2); }

function countText(count) {
  if (count === null || count === undefined) return nothing;
  if (count >= 99.95e6) return (count / 1e6).toFixed(0) + " M";
  if (count >= 9.995e6) return (count / 1e6).toFixed(1) + " M";
  if (count >= 0.9995e6) return (count / 1e6).toFixed(2) + " M";
  return count >= 1e3 ? (count / 1e3).toFixed(0) + " k" : String(count);
}

function secondsText(seconds) {
  if (seconds === null || seconds === undefined) return nothing;
  if (seconds < 9.995) return seconds.toFixed(2) + " s";
  if (seconds < 59.95) return seconds.toFixed(1) + " s";
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

function memoryText(mib) {
  if (mib === null || mib === undefined) return nothing;
  return mib < 1023.5 ? mib.toFixed(0) + " MiB" : (mib / 1024).toFixed(1) + " GiB";
}

function probabilityText(p) {
  if (p === null || p === undefined) return nothing;
  return p < 0.0001 ? "< 0.0001" : p.toFixed(4);
}

function mean(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
