// A page about a finished test, the part of k6-reporter that works: one HTML file without outside parts.
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&quot;" };
const escaped = (text) => String(text).replace(/[&<>'"]/g, (letter) => ENTITIES[letter]);

const STYLE = `
:root{--ink:#1b2733;--soft:#5b6b7b;--line:#dde4ea;--ground:#f4f6f8;--card:#fff;--good:#12805c;--bad:#c2283b;--accent:#2a6fdb}
@media (prefers-color-scheme:dark){:root{--ink:#e6ecf2;--soft:#9aa9b8;--line:#2d3946;--ground:#131a21;--card:#1b242d;--good:#3fc495;--bad:#ff6b7d;--accent:#6ea8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2.2rem 0 .7rem}
.when{color:var(--soft);margin:0 0 1.5rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:.9rem}
.tile{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--accent);border-radius:8px;padding:.8rem 1rem}
.tile.good{border-left-color:var(--good)}.tile.bad{border-left-color:var(--bad)}
.tile b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}.tile span{color:var(--soft);font-size:.85rem}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%}
th,td{padding:.45rem .8rem;text-align:right;border-top:1px solid var(--line);font-variant-numeric:tabular-nums;white-space:nowrap}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.85rem}
th:first-child,td:first-child{text-align:left}
td:first-child{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.88rem;white-space:normal;overflow-wrap:anywhere}
tbody tr:hover{background:var(--ground)}
.good{color:var(--good)}.bad{color:var(--bad)}.tile .good,.tile .bad{color:inherit}
.bar{display:inline-block;width:90px;height:.55rem;border-radius:3px;background:var(--bad);overflow:hidden;vertical-align:middle}
.bar i{display:block;height:100%;background:var(--good)}
.group{margin:1rem 0 .4rem;font-weight:600}
footer{margin-top:3rem;color:var(--soft);font-size:.85rem}
@media print{body{background:#fff}.scroll{overflow:visible}}
`;

const number = (value) => (typeof value === "number" && Number.isFinite(value) ? String(Number(value.toFixed(2))) : "–");
// With a comma at every thousand.
const count = (value) => {
  const [whole, ...rest] = number(Number(value || 0)).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
};

function bytes(value) {
  if (typeof value !== "number") return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let scaled = value;
  let unit = 0;
  for (; scaled >= 1000 && unit + 1 < units.length; unit += 1) scaled /= 1000;
  return `${number(scaled)} ${units[unit]}`;
}

const quantity = (metric, value) => (metric.contains === "data" ? bytes(value) : number(value));
const unitOf = (metric) => (metric.contains === "time" ? " ms" : "");

function duration(ms) {
  const seconds = Math.round((ms || 0) / 1000);
  const parts = [[Math.floor(seconds / 3600), "h"], [Math.floor((seconds % 3600) / 60), "m"], [seconds % 60, "s"]];
  return parts.filter(([value, unit]) => value > 0 || unit === "s").map(([value, unit]) => value + unit).join(" ");
}

// A table. A cell is text, or `{ html }` for what is safe already; `mark` is good or bad.
function table(head, rows) {
  const cell = (value) => (value !== null && typeof value === "object" ? value.html : escaped(value));
  const line = (row) => `<tr${row.mark ? ` class="${row.mark}"` : ""}>${row.cells.map((value) => `<td>${cell(value)}</td>`).join("")}</tr>`;
  const heads = head.map((name) => `<th>${escaped(name)}</th>`).join("");
  return `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>\n${rows.map(line).join("\n")}\n</tbody></table></div>`;
}

const section = (title, rows, head) => (rows.length > 0 ? `<h2>${escaped(title)}</h2>\n${table(head, rows)}` : "");
const tile = (value, what, mark = "") => `<div class="tile ${mark}"><b>${escaped(value)}</b><span>${escaped(what)}</span></div>`;

// All checks with the groups that they are in.
function checksOf(group, path = []) {
  const here = group.name ? [...path, group.name] : path;
  const own = (group.checks || []).map((check) => ({ ...check, group: here.join(" / ") }));
  return own.concat(...(group.groups || []).map((child) => checksOf(child, here)));
}

function thresholdsOf(metrics) {
  return metrics.flatMap(([name, metric]) =>
    Object.entries(metric.thresholds || {}).map(([rule, { ok }]) => ({ name, rule, ok })));
}

function tiles(data, checks, thresholds) {
  const values = (name) => (data.metrics[name] || { values: {} }).values;
  const failedChecks = checks.reduce((sum, check) => sum + check.fails, 0);
  const broken = thresholds.filter((threshold) => !threshold.ok).length;
  const { http_reqs: requests, http_req_failed: failures, http_req_duration: times } = data.metrics;
  const shown = [tile(duration((data.state || {}).testRunDurationMs), "test duration")];
  if (requests) shown.push(tile(count(requests.values.count), `requests, ${number(requests.values.rate)} a second`));
  if (failures) {
    // The passes of this rate are the requests that failed.
    const { passes = 0, rate = 0 } = failures.values;
    shown.push(tile(`${number(rate * 100)} %`, `${count(passes)} failed requests`, passes > 0 ? "bad" : "good"));
  }
  const p95 = times && times.values["p(95)"];
  if (typeof p95 === "number") shown.push(tile(`${number(p95)} ms`, "95 % of requests took less"));
  shown.push(tile(`${broken} of ${thresholds.length}`, "broken thresholds", broken > 0 ? "bad" : "good"));
  shown.push(tile(count(failedChecks), "failed checks", failedChecks > 0 ? "bad" : "good"));
  const iterations = values("iterations").count;
  if (iterations !== undefined) shown.push(tile(count(iterations), "iterations"));
  const users = values("vus_max");
  if (users.max !== undefined) shown.push(tile(count(users.max), "virtual users at most"));
  return `<div class="tiles">${shown.join("\n")}</div>`;
}

const judged = (metric) => {
  const outcomes = Object.values(metric.thresholds || {});
  if (outcomes.length === 0) return "";
  return outcomes.every((outcome) => outcome.ok) ? "good" : "bad";
};

function checkSections(checks) {
  const groups = [...new Set(checks.map((check) => check.group))];
  const rows = (name) => checks.filter((check) => check.group === name).map((check) => {
    const total = check.passes + check.fails;
    const share = total > 0 ? (check.passes / total) * 100 : 0;
    const bar = { html: `<span class="bar"><i style="width:${share.toFixed(1)}%"></i></span>` };
    return { mark: check.fails > 0 ? "bad" : "", cells: [check.name, check.passes, check.fails, `${share.toFixed(2)} %`, bar] };
  });
  const one = (name) =>
    `${name ? `<p class="group">${escaped(name)}</p>` : ""}${table(["check", "passed", "failed", "share", ""], rows(name))}`;
  return groups.length > 0 ? `<h2>Checks</h2>\n${groups.map(one).join("\n")}` : "";
}

export function htmlReport(data, options = {}) {
  const now = new Date().toISOString().slice(0, 16).replace("T", " ");
  const title = options.title || `K6 Load Test: ${now}`;
  const metrics = Object.entries(data.metrics || {}).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const of = (type) => metrics.filter(([, metric]) => metric.type === type);
  const checks = checksOf(data.root_group || {});
  const thresholds = thresholdsOf(metrics);
  const stats = [...new Set(of("trend").flatMap(([, metric]) => Object.keys(metric.values)))];
  const row = ([name, metric], cells) => ({ mark: judged(metric), cells: [name + unitOf(metric), ...cells] });
  const sections = [
    section("Thresholds", thresholds.map(({ name, rule, ok }) => ({
      mark: ok ? "good" : "bad", cells: [name, rule, ok ? "held" : "broken"],
    })), ["metric", "rule", "result"]),
    section("Timings and trends", of("trend").map((entry) =>
      row(entry, stats.map((stat) => quantity(entry[1], entry[1].values[stat])))), ["metric", ...stats]),
    section("Rates", of("rate").map((entry) => {
      const { rate, passes, fails } = entry[1].values;
      return row(entry, [`${number((rate || 0) * 100)} %`, count(passes), count(fails)]);
    }), ["metric", "rate", "yes", "no"]),
    section("Counters", of("counter").map((entry) =>
      row(entry, [quantity(entry[1], entry[1].values.count), `${quantity(entry[1], entry[1].values.rate)}/s`])), ["metric", "count", "rate"]),
    section("Gauges", of("gauge").map((entry) =>
      row(entry, ["value", "min", "max"].map((name) => quantity(entry[1], entry[1].values[name])))), ["metric", "last", "min", "max"]),
    checkSections(checks),
  ];
  const description = options.description ? `<p>${escaped(options.description)}</p>` : "";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="when">${escaped(now)} UTC</p>
${description}
${tiles({ ...data, metrics: data.metrics || {} }, checks, thresholds)}
${sections.filter((part) => part !== "").join("\n")}
<footer>Made by Plimsoll</footer>
</main>
</body>
</html>
`;
}
