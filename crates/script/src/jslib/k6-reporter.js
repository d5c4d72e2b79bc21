// A page about a finished test, as scripts import it from k6-reporter: one HTML file without outside parts.
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&quot;" };
const escaped = (text) => String(text).replace(/[&<>'"]/g, (letter) => ENTITIES[letter]);
const shown = (value) => (typeof value === "number" ? String(Number(value.toFixed(2))) : "–");

function checksOf(group, path, rows) {
  const here = group.name ? [...path, group.name] : path;
  for (const check of group.checks || []) rows.push({ ...check, path: here.join(" / ") });
  for (const child of group.groups || []) checksOf(child, here, rows);
  return rows;
}

function table(head, rows) {
  const cells = (list, tag) => list.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr class="${row.bad ? "bad" : ""}">${cells(row.cells, "td")}</tr>`).join("\n");
  return `<table><thead><tr>${cells(head, "th")}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

export function htmlReport(data, options = {}) {
  const title = options.title || `K6 Load Test: ${new Date().toISOString().slice(0, 16).replace("T", " ")}`;
  const metrics = Object.entries(data.metrics || {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const thresholds = metrics.flatMap(([name, metric]) =>
    Object.entries(metric.thresholds || {}).map(([rule, { ok }]) => ({ bad: !ok, cells: [name, rule, ok ? "passed" : "failed"] })));
  const checks = checksOf(data.root_group || {}, [], []);
  const trends = metrics.filter(([, metric]) => metric.type === "trend");
  const stats = trends.length > 0 ? Object.keys(trends[0][1].values) : [];
  const others = metrics.filter(([, metric]) => metric.type !== "trend");
  const failedChecks = checks.reduce((sum, check) => sum + check.fails, 0);
  const sections = [
    `<p>Thresholds failed: ${thresholds.filter((row) => row.bad).length} of ${thresholds.length}. Checks failed: ${failedChecks}.</p>`,
    "<h2>Timings</h2>",
    table(["metric", ...stats], trends.map(([name, metric]) => ({ cells: [name, ...stats.map((stat) => shown(metric.values[stat]))] }))),
    "<h2>Counts and rates</h2>",
    table(["metric", "values"], others.map(([name, metric]) => ({
      cells: [name, Object.entries(metric.values).map(([key, value]) => `${key} ${shown(value)}`).join(", ")],
    }))),
    "<h2>Thresholds</h2>",
    table(["metric", "rule", "result"], thresholds),
    "<h2>Checks</h2>",
    table(["group", "check", "passed", "failed"], checks.map((check) => ({
      bad: check.fails > 0, cells: [check.path, check.name, check.passes, check.fails],
    }))),
  ];
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>`
    + "body{font:15px sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:.3em .8em;border:1px solid #bbb;text-align:left}.bad{background:#fdd}"
    + `</style></head><body><h1>${escaped(title)}</h1>\n${sections.join("\n")}\n</body></html>`;
}
