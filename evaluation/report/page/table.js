"use strict";
// Tables that can be sorted by each column and filtered by the text of their rows.

// columns: {title, text: bool, value: row => sort key, cell: row => text or node, mark: row => class}
// The first column with `name` heads its row.
function sortableTable(columns, rows, {id, caption, filter = true}) {
  const body = element("tbody");
  let order = {column: null, descending: false};
  let wanted = "";

  const headers = columns.map((column) => element("th",
    {scope: "col", class: [column.text ? "text" : "", column.name ? "name" : ""].join(" ").trim() || null,
     title: column.help},
    element("button", {type: "button", onclick: () => sortBy(column)}, column.title)));

  function sortBy(column) {
    const first = column.descendingFirst === true;
    order = {column, descending: order.column === column ? !order.descending : first};
    show();
  }

  function compare(a, b) {
    const [x, y] = [order.column.value(a), order.column.value(b)];
    const missing = (value) => value === null || value === undefined || Number.isNaN(value);
    if (missing(x) || missing(y)) return missing(x) - missing(y);  // always last
    const sign = typeof x === "string" ? x.localeCompare(y, "en", {numeric: true}) : x - y;
    return order.descending ? -sign : sign;
  }

  function show() {
    columns.forEach((column, i) => {
      if (column === order.column)
        headers[i].setAttribute("aria-sort", order.descending ? "descending" : "ascending");
      else headers[i].removeAttribute("aria-sort");
    });
    let shown = rows.filter((row) => row.key.toLowerCase().includes(wanted));
    if (order.column) shown = [...shown].sort(compare);
    body.replaceChildren(...shown.map((row) => element("tr", {}, ...columns.map((column) => {
      const cell = column.cell(row);
      return column.name ? element("th", {scope: "row"}, element("div", {}, cell))
        : element("td", {class: [column.text ? "text" : "", column.mark ? column.mark(row) : ""].join(" ").trim() || null}, cell);
    }))));
    count.textContent = shown.length === rows.length ? "" : `${shown.length} of ${rows.length} rows`;
  }

  const count = element("span", {class: "quiet", role: "status"});
  const search = element("input", {type: "search", "aria-label": "Filter rows", placeholder: "name of a method",
    oninput: () => { wanted = search.value.trim().toLowerCase(); show(); }});
  const table = element("table", {id}, element("caption", {class: "quiet", hidden: true}, caption),
    element("thead", {}, element("tr", {}, ...headers)), body);
  show();
  return element("div", {},
    filter ? element("div", {class: "controls"}, element("label", {}, "Filter ", search), count) : null,
    element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption}, table));
}

// Class of a cell: best bold, second underlined, among ranked rows; equal values share the mark.
function bestMarks(rows, value, higherIsBetter) {
  const places = [...new Set(rows.filter((row) => row.ranked).map(value).filter((v) => v !== null))]
    .sort((a, b) => higherIsBetter ? b - a : a - b);
  const compared = rows.filter((row) => row.ranked && value(row) !== null).length > 1;
  return (row) => {
    if (!compared || !row.ranked) return "";
    return ["best", "second"][places.indexOf(value(row))] ?? "";
  };
}
