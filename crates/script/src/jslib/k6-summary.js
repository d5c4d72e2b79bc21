// The end-of-test summary as text and as a JUnit report, as scripts import them from k6-summary.
const COLOURS = { bold: "1", faint: "2", red: "31", green: "32", cyan: "36" };
const MARKS = { pass: "✓", fail: "✗" };
const TIME_UNITS = { s: ["s", 0.001], ms: ["ms", 1], us: ["µs", 1000] };

const trimmed = (number, digits) => String(Number(number.toFixed(digits)));

function duration(ms, unit) {
  const fixed = TIME_UNITS[unit];
  if (fixed) return (ms * fixed[1]).toFixed(2) + fixed[0];
  if (ms === 0) return "0s";
  if (ms < 0.001) return `${trimmed(ms * 1e6, 0)}ns`;
  if (ms < 1) return `${trimmed(ms * 1000, 2)}µs`;
  if (ms < 1000) return `${trimmed(ms, 2)}ms`;
  if (ms < 60000) return `${trimmed(ms / 1000, 2)}s`;
  const seconds = Math.round(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ""}${minutes}m${seconds % 60}s`;
}

function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  if (count < 10) return `${trimmed(count, 2)} B`;
  const power = Math.min(Math.floor(Math.log(count) / Math.log(1000)), units.length - 1);
  const shown = Math.floor((count / 1000 ** power) * 10 + 0.5) / 10;
  return `${shown.toFixed(shown < 10 && power > 0 ? 1 : 0)} ${units[power]}`;
}

export function humanizeValue(value, metric, timeUnit) {
  if (metric.type === "rate") return `${(Math.trunc(value * 10000) / 100).toFixed(2)}%`;
  if (metric.contains === "data") return bytes(value);
  if (metric.contains === "time") return duration(value, timeUnit);
  return trimmed(value, 6);
}

// The numbers of one metric: the ones in columns, and those that follow them.
function numbers(metric, stats, unit) {
  const { values } = metric;
  const human = (value) => humanizeValue(value, metric, unit);
  switch (metric.type) {
    case "counter":
      return { columns: [human(values.count), metric.contains === "data" ? `${bytes(values.rate)}/s` : `${trimmed(values.rate, 6)}/s`], extra: [] };
    case "gauge":
      return { columns: [human(values.value)], extra: [`min=${human(values.min)}`, `max=${human(values.max)}`] };
    case "rate":
      return { columns: [human(values.rate)], extra: [`${MARKS.pass} ${values.passes}`, `${MARKS.fail} ${values.fails}`] };
    default:
      return { trend: stats.map((name) => [name, name === "count" ? String(values[name]) : human(values[name])]) };
  }
}

const failed = (metric) => Object.values(metric.thresholds || {}).some((threshold) => !threshold.ok);

function groupLines(group, indent, paint, lines) {
  let inner = indent;
  if (group.name) {
    lines.push(`${indent}█ ${group.name}`, "");
    inner = `${indent}  `;
  }
  for (const check of group.checks || []) {
    if (check.fails === 0) {
      lines.push(paint(`${inner}${MARKS.pass} ${check.name}`, "green"));
      continue;
    }
    const percent = Math.floor((100 * check.passes) / (check.passes + check.fails));
    lines.push(paint(`${inner}${MARKS.fail} ${check.name}`, "red"));
    lines.push(paint(`${inner} ↳  ${percent}% — ${MARKS.pass} ${check.passes} / ${MARKS.fail} ${check.fails}`, "red"));
  }
  if ((group.checks || []).length > 0) lines.push("");
  for (const child of group.groups || []) groupLines(child, inner, paint, lines);
}

function metricLines(data, indent, paint, unit, lines) {
  const stats = (data.options && data.options.summaryTrendStats) || ["avg", "min", "med", "max", "p(90)", "p(95)"];
  const rows = Object.keys(data.metrics).sort().map((name) => {
    const sub = name.includes("{");
    const shown = sub ? `  { ${name.slice(name.indexOf("{") + 1, -1)} }` : name;
    return { shown, metric: data.metrics[name], ...numbers(data.metrics[name], stats, unit) };
  });
  const nameWidth = Math.max(0, ...rows.map((row) => row.shown.length));
  const width = (at) => Math.max(0, ...rows.map((row) => ((row.columns || [])[at] || "").length));
  const columnWidths = [width(0), width(1)];
  const trendWidths = stats.map((_, at) => Math.max(0, ...rows.map((row) => (row.trend ? row.trend[at][1].length : 0))));
  for (const row of rows) {
    const thresholds = Object.keys(row.metric.thresholds || {}).length > 0;
    const bad = failed(row.metric);
    const mark = thresholds ? paint(bad ? MARKS.fail : MARKS.pass, bad ? "red" : "green") : " ";
    const dots = paint(`${".".repeat(nameWidth - row.shown.length + 3)}:`, "faint");
    let text;
    if (row.trend) {
      text = row.trend.map(([name, value], at) => `${name}=${paint(value.padEnd(trendWidths[at]), "cyan")}`).join(" ");
    } else {
      const columns = row.columns.map((value, at) => paint(value.padEnd(columnWidths[at]), "cyan"));
      text = [...columns, ...row.extra.map((value) => paint(value, "faint"))].join(" ");
    }
    lines.push(`${indent}${mark} ${row.shown}${dots} ${text}`.trimEnd());
  }
}

export function textSummary(data, options = {}) {
  const indent = options.indent === undefined ? " " : options.indent;
  const paint = options.enableColors
    ? (text, colour) => `\u001b[${COLOURS[colour]}m${text}\u001b[0m`
    : (text) => text;
  const lines = [];
  if (data.root_group) groupLines(data.root_group, `${indent}    `, paint, lines);
  metricLines(data, `${indent}  `, paint, options.summaryTimeUnit || (data.options || {}).summaryTimeUnit, lines);
  return lines.join("\n");
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&quot;" };
const escaped = (text) => String(text).replace(/[&<>'"]/g, (letter) => ENTITIES[letter]);

export function jUnit(data, options = {}) {
  const name = options.name || "k6 thresholds";
  const classname = options.classname ? ` classname="${escaped(options.classname)}"` : "";
  const cases = [];
  let failures = 0;
  for (const [metric, { thresholds }] of Object.entries(data.metrics)) {
    for (const [threshold, { ok }] of Object.entries(thresholds || {})) {
      const title = `${escaped(metric)} - ${escaped(threshold)}`;
      if (!ok) failures += 1;
      const inner = ok ? " />" : `><failure message="${ok ? "" : "failed"}" /></testcase>`;
      cases.push(`<testcase name="${title}"${classname}${inner}`);
    }
  }
  return `<?xml version="1.0"?>\n<testsuites tests="${cases.length}" failures="${failures}">\n`
    + `<testsuite name="${escaped(name)}" tests="${cases.length}" failures="${failures}">\n`
    + `${cases.join("\n")}\n</testsuite>\n</testsuites>`;
}
