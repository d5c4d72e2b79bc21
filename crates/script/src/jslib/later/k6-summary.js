// The end-of-test summary as text and as a JUnit report, the part of k6-summary that works.
const COLOURS = { faint: "2", red: "31", green: "32", cyan: "36", cyanFaint: "36;2" };
const PASS = "✓";
const FAIL = "✗";
const FIXED_UNITS = { s: ["s", 0.001], ms: ["ms", 1], us: ["µs", 1000] };
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

const withoutZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

// `number` cut off after some digits. Cutting the text keeps 0.29 from becoming 0.28.
function cut(number, digits) {
  const [whole, rest = ""] = number.toFixed(9).split(".");
  return digits > 0 ? `${whole}.${rest.slice(0, digits)}` : whole;
}

const plain = (number) => withoutZeros(Number(number).toFixed(6)).replace(/^-0$/, "0");

function duration(ms, unit) {
  const fixed = FIXED_UNITS[unit];
  if (fixed) return (ms * fixed[1]).toFixed(2) + fixed[0];
  if (ms < 0) return `-${duration(-ms, unit)}`;
  if (ms === 0) return "0s";
  if (ms < 0.001) return `${cut(ms * 1e6, 0)}ns`;
  if (ms < 1) return `${withoutZeros(cut(ms * 1000, 2))}µs`;
  if (ms < 1000) return `${withoutZeros(cut(ms, 2))}ms`;
  if (ms < 60000) return `${withoutZeros(cut(ms / 1000, 2))}s`;
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}h` : ""}${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`;
}

function bytes(count) {
  if (count < 0) return `-${bytes(-count)}`;
  if (count < 10) return `${withoutZeros(count.toFixed(1))} B`;
  let power = 0;
  let scaled = count;
  for (; scaled >= 1000 && power + 1 < BYTE_UNITS.length; power += 1) scaled /= 1000;
  const rounded = Math.round(scaled * 10) / 10;
  return `${rounded.toFixed(rounded < 10 ? 1 : 0)} ${BYTE_UNITS[power]}`;
}

export function humanizeValue(value, metric, timeUnit) {
  if (value === undefined || value === null) return "";
  if (metric.type === "rate") return `${cut(value * 100, 2)}%`;
  if (metric.contains === "data") return bytes(value);
  if (metric.contains === "time") return duration(value, timeUnit);
  return plain(value);
}

// The first value of a metric and those behind it. A trend has a row of its own kind.
function cells(metric, stats, unit) {
  const { values } = metric;
  const human = (value) => humanizeValue(value, metric, unit);
  switch (metric.type) {
    case "counter":
      return { first: human(values.count), extra: [`${human(values.rate)}/s`] };
    case "gauge":
      return { first: human(values.value), extra: [`min=${human(values.min)}`, `max=${human(values.max)}`] };
    case "rate":
      return { first: human(values.rate), extra: [`${PASS} ${values.passes}`, `${FAIL} ${values.fails}`] };
    default:
      return { trend: stats.map((name) => (name === "count" ? String(values[name]) : human(values[name]))) };
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
      lines.push(paint(`${inner}${PASS} ${check.name}`, "green"));
      continue;
    }
    const percent = Math.floor((100 * check.passes) / (check.passes + check.fails));
    lines.push(paint(`${inner}${FAIL} ${check.name}`, "red"));
    lines.push(paint(`${inner} ↳  ${percent}% — ${PASS} ${check.passes} / ${FAIL} ${check.fails}`, "red"));
  }
  if ((group.checks || []).length > 0) lines.push("");
  for (const child of group.groups || []) groupLines(child, inner, paint, lines);
}

// A sub-metric stands behind its metric: `name` sorts before `name_x`, and `name{…}` in between.
function byName(a, b) {
  const [left, right] = [a.split("{")[0], b.split("{")[0]];
  if (left !== right) return left < right ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

const widest = (texts) => texts.reduce((width, text) => Math.max(width, (text || "").length), 0);

function metricLines(metrics, stats, indent, paint, unit, lines) {
  const rows = Object.keys(metrics).sort(byName).map((name) => {
    const brace = name.indexOf("{");
    const shown = brace < 0 ? name : `  { ${name.slice(brace + 1, -1)} }`;
    return { shown, metric: metrics[name], ...cells(metrics[name], stats, unit) };
  });
  const others = rows.filter((row) => row.extra);
  const nameWidth = widest(rows.map((row) => row.shown));
  const firstWidth = widest(others.map((row) => row.first));
  const extraWidths = [0, 1].map((at) => widest(others.map((row) => row.extra[at])));
  const trendWidths = stats.map((_, at) => widest(rows.map((row) => row.trend && row.trend[at])));
  for (const row of rows) {
    let mark = " ";
    if (Object.keys(row.metric.thresholds || {}).length > 0) {
      mark = failed(row.metric) ? paint(FAIL, "red") : paint(PASS, "green");
    }
    const dots = paint(`${".".repeat(nameWidth - row.shown.length + 3)}:`, "faint");
    let text;
    if (row.trend) {
      text = row.trend.map((value, at) => `${stats[at]}=${paint(value.padEnd(trendWidths[at]), "cyan")}`).join(" ");
    } else {
      const [only, ...more] = row.extra;
      const extra = more.length > 0 ? row.extra.map((value, at) => value.padEnd(extraWidths[at])) : [only];
      const painted = extra.map((value) => paint(value, "cyanFaint"));
      text = [paint(row.first.padEnd(firstWidth), "cyan"), ...painted].join(" ");
    }
    lines.push(`${indent}${mark} ${row.shown}${dots} ${text}`);
  }
}

export function textSummary(data, options = {}) {
  const own = data.options || {};
  const indent = options.indent ?? " ";
  const colours = options.enableColors ?? !own.noColor;
  const paint = colours ? (text, colour) => `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : (text) => text;
  const stats = options.summaryTrendStats || own.summaryTrendStats || ["avg", "min", "med", "max", "p(90)", "p(95)"];
  const lines = [];
  if (data.root_group) groupLines(data.root_group, `${indent}    `, paint, lines);
  metricLines(data.metrics, stats, `${indent}  `, paint, options.summaryTimeUnit || own.summaryTimeUnit, lines);
  return lines.join("\n");
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&quot;" };
const escaped = (text) => String(text).replace(/[&<>'"]/g, (letter) => ENTITIES[letter]);

export function jUnit(data, options = {}) {
  const name = escaped(options.name || "k6 thresholds");
  const classname = options.classname ? ` classname="${escaped(options.classname)}"` : "";
  const cases = [];
  let failures = 0;
  for (const [metric, { thresholds }] of Object.entries(data.metrics)) {
    for (const [threshold, { ok }] of Object.entries(thresholds || {})) {
      const head = `<testcase name="${escaped(metric)} - ${escaped(threshold)}"${classname}`;
      if (!ok) failures += 1;
      cases.push(ok ? `${head} />` : `${head}><failure message="failed" /></testcase>`);
    }
  }
  const counts = `tests="${cases.length}" failures="${failures}"`;
  return (
    `<?xml version="1.0"?>\n<testsuites ${counts}>\n`
    + `<testsuite name="${name}" ${counts}>${cases.join("\n")}\n</testsuite >\n</testsuites >`
  );
}
