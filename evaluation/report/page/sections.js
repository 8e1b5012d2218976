"use strict";
// The parts of the page in words and tables: leaderboard, costs, rankings, protocol.

// Up to five names.
function namesText(names) {
  return names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
}

// Texts under the table by number; each row gets its numbers as `marks`.
function notesOf(block) {
  const notes = [];
  for (const row of block.rows) {
    const texts = [...row.deviations];
    if (row.missing_cases > 0)
      texts.push(`Cases without a usable prediction, counted as the worst value: ${row.missing_cases} of ${block.cases_total} (${namesText(row.missing_case_names)}).`);
    if (row.missing_folds.length > 0)
      texts.push(`Not ranked: folds not evaluated yet: ${row.missing_folds.join(", ")}.`);
    for (const text of texts) if (!notes.includes(text)) notes.push(text);
    row.marks = texts.map((text) => notes.indexOf(text) + 1);
  }
  return notes;
}

function scoreColumn(title, metric, rows, spread) {
  const value = (row) => spread(row).mean;
  const text = (number) => metricText(metric, number);
  return {title, value, descendingFirst: metric.higher_is_better, mark: bestMarks(rows, value, metric.higher_is_better),
    cell: (row) => element("span", {}, text(value(row)),
      spread(row).sd === null ? null : element("span", {class: "spread"}, " ± " + text(spread(row).sd)))};
}

function methodColumn(cell = (row) => row.method) {
  return {title: "Method", name: true, text: true, value: (row) => row.method, cell};
}

function leaderboardTable(block) {
  const metric = data.leaderboard, rows = block.rows;
  const columns = [
    {title: "Rank", value: (row) => row.rank, cell: (row) => row.rank ?? nothing},
    methodColumn((row) => element("span", {}, element("span", {}, row.method), row.mark ? ` [${row.mark}]` : null,
      ...row.marks.map((n) => element("sup", {}, element("a", {href: `#note-${n}`}, n))))),
    scoreColumn(metricTitle(metric), metric, rows, (row) => row.mean_over_classes)];
  if (block.own) {
    const interval = (row) => row.statistics?.overall.bca;
    const text = (number) => metricText(metric, number);
    columns.push(
      {title: `${Math.round(100 * block.statistics.level)} % CI of ${metric.metric}`,
       help: "BCa bootstrap interval of the mean over cases", value: (row) => interval(row)?.[0],
       cell: (row) => interval(row) ? `[${interval(row).map(text).join(", ")}]` : nothing},
      {title: "P(rank 1)", descendingFirst: true, help: "share of resamples in which it ranks first",
       value: (row) => row.statistics?.p_rank_1, cell: (row) => fixed(row.statistics?.p_rank_1, 3)});
  }
  for (const other of block.metrics.filter((one) => one.metric !== metric.metric || one.flavour !== metric.flavour)) {
    const of = (row) => other.overall[block.methods.indexOf(row.method)] ?? {mean: null, sd: null};
    columns.push(scoreColumn(metricTitle(other), other, rows, of));
  }
  if (block.classes.length > 1)
    for (const cls of block.classes) columns.push(scoreColumn(`${metric.metric}, ${cls}`, metric, rows, (row) => row.classes[cls]));
  return sortableTable(columns, rows, {id: "leaderboard", caption: `Leaderboard of ${block.dataset}`});
}

function suitabilityLine(text, low) {
  return element("p", {class: low ? "warning" : "quiet"}, text);
}

function headlineSection(block) {
  const notes = notesOf(block);
  const section = element("section", {id: "table"}, element("h2", {}, block.dataset),
    element("p", {class: "quiet"}, "Protocol ", element("code", {}, block.protocol),
      ` · ${block.folds.length === 1 ? "fold" : "folds"} ${block.folds.join(", ")} · ${block.cases_total} cases` +
      (block.supports ? ` · supports: ${block.supports}` : "")));
  if (block.extra_information)
    section.append(element("p", {class: "warning"}, "Not comparable with the other tables: " + block.extra_information));
  for (const caution of block.cautions)
    section.append(element("p", {class: "warning"}, "Caution: " + caution));
  section.append(suitabilityLine(block.suitability_text, block.suitability !== null && block.suitability < 1));
  section.append(leaderboardTable(block));
  if (notes.length) section.append(element("ol", {class: "notes"}, ...notes.map((text, i) =>
    element("li", {id: `note-${i + 1}`}, element("sup", {}, i + 1), " ", text))));
  return section;
}

function costSection(block) {
  const facts = [
    ["Parameters", "parameters", countText], ["Trained", "trained_parameters", countText],
    ["GFLOP a patch", "gflop_per_patch", (value) => value === null ? nothing : String(Number(value.toPrecision(3)))],
    ["Training a fold", "train_seconds", secondsText], ["Prediction a case", "predict_seconds_per_case", secondsText],
    ["Peak memory", "peak_memory_mib", memoryText]];
  const columns = [methodColumn()];
  for (const [title, key, text] of facts) {
    if (block.rows.some((row) => row.facts[key] !== null && row.facts[key] !== undefined))
      columns.push({title, value: (row) => row.facts[key], cell: (row) => text(row.facts[key])});
  }
  if (columns.length === 1) return null;  // nothing is known
  return element("section", {id: "cost"}, element("h2", {}, "Cost"),
    sortableTable(columns, block.rows, {id: "costs", caption: `Costs on ${block.dataset}`, filter: false}));
}

function rankingSection(block) {
  const {tau, ...rankings} = block.statistics.rankings;
  const rows = block.methods.map((method, i) => ({key: method, method, i}));
  const column = (title, ranks) => ({title, value: (row) => ranks[row.i], cell: (row) => ranks[row.i] ?? nothing});
  return element("section", {id: "rankings"}, element("h2", {}, "Three rankings"),
    element("p", {}, "By all metrics of the statistics together: means first, ranks per case first, or the number of " +
      "significant wins."),
    sortableTable([methodColumn(), column("Aggregate, then rank", rankings.aggregate_then_rank),
      column("Rank, then aggregate", rankings.rank_then_aggregate), column("Test-based", rankings.test_based)],
      rows, {id: "three-rankings", caption: "Three rankings", filter: false}),
    element("p", {class: "quiet"}, `Kendall's tau: ${fixed(tau.aggregate_per_case, 2)} (aggregate, per case), ` +
      `${fixed(tau.aggregate_test, 2)} (aggregate, test-based), ${fixed(tau.per_case_test, 2)} (per case, test-based).`),
    ...block.other_suitability.map(({text, low}) => suitabilityLine(text, low)));
}

// A line a value; objects become several.
function protocolList(values, prefix = "") {
  return Object.entries(values).flatMap(([key, value]) => {
    const nested = value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0;
    if (nested) return protocolList(value, prefix + key + ".");
    return [element("dt", {}, prefix + key), element("dd", {}, Array.isArray(value) ? value.join(", ") : String(value))];
  });
}

function protocolSection(block) {
  const deviating = block.rows.filter((row) => row.deviations.length > 0);
  return element("section", {id: "protocol"}, element("h2", {}, "Protocol and deviations"),
    element("p", {}, "Protocol ", element("code", {}, block.protocol),
      block.protocol_summary ? ": " + block.protocol_summary : ""),
    block.protocol_values ? element("details", {}, element("summary", {}, "All settings of the protocol"),
      element("dl", {}, ...protocolList(block.protocol_values))) : null,
    element("h3", {}, "What each method does differently"),
    deviating.length === 0 ? element("p", {}, "Nothing: every method follows the protocol in all settings.")
      : element("dl", {}, ...deviating.flatMap((row) => [element("dt", {}, row.method),
        ...row.deviations.map((text) => element("dd", {class: "second-column"}, text))])));
}
