"use strict";
const { formatWithOptions, inspect } = require("util");
let indent = "";
const counts = new Map();
const began = new Map();

const print = (level, args) => {
  const text = formatWithOptions({}, ...args);
  native.print(level, indent === "" ? text : indent + text.replaceAll("\n", `\n${indent}`));
};

const plural = (value) => value.toFixed(3).replace(/\.?0+$/, "");
const spent = (ms) => {
  if (ms >= 60000) return `${Math.floor(ms / 60000)}:${(((ms % 60000) / 1000) | 0).toString().padStart(2, "0")} (m:ss)`;
  return ms >= 1000 ? `${plural(ms / 1000)}s` : `${plural(ms)}ms`;
};

const table = (rows, only) => {
  if (rows === null || typeof rows !== "object") return print("info", [rows]);
  const columns = [];
  let values = false;
  const lines = Object.entries(rows).map(([index, row]) => {
    const cells = new Map();
    if (row !== null && typeof row === "object") {
      for (const [key, value] of Object.entries(row)) {
        if (only !== undefined && !only.includes(key)) continue;
        if (!columns.includes(key)) columns.push(key);
        cells.set(key, inspect(value, { depth: 0 }));
      }
      return { index, cells };
    }
    values = true;
    return { index, cells, value: inspect(row) };
  });
  const head = ["(index)", ...columns, ...(values ? ["Values"] : [])];
  const body = lines.map(({ index, cells, value }) => [
    index,
    ...columns.map((column) => cells.get(column) ?? ""),
    ...(values ? [value ?? ""] : []),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...body.map((row) => row[at].length)) + 2);
  const rule = (left, middle, right) => left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const row = (cells) =>
    `│${cells
      .map((cell, at) => {
        const room = widths[at] - cell.length;
        const left = Math.floor(room / 2);
        return " ".repeat(left) + cell + " ".repeat(room - left);
      })
      .join("│")}│`;
  const text = [rule("┌", "┬", "┐"), row(head), rule("├", "┼", "┤"), ...body.map(row), rule("└", "┴", "┘")];
  print("info", [text.join("\n")]);
};

const console = {
  log: (...args) => print("info", args),
  info: (...args) => print("info", args),
  debug: (...args) => print("debug", args),
  warn: (...args) => print("warning", args),
  error: (...args) => print("error", args),
  trace(...args) {
    const error = new Error(formatWithOptions({}, ...args));
    error.name = "Trace";
    print("error", [`${error.name}${error.message === "" ? "" : `: ${error.message}`}\n${error.stack}`.trimEnd()]);
  },
  assert(holds, ...args) {
    if (holds) return;
    if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift(args.length > 0 ? "Assertion failed:" : "Assertion failed");
    print("warning", args);
  },
  dir: (value, options) => print("info", [inspect(value, { customInspect: false, ...options })]),
  dirxml: (...args) => print("info", args),
  group(...args) {
    if (args.length > 0) print("info", args);
    indent += "  ";
  },
  groupCollapsed: (...args) => console.group(...args),
  groupEnd() {
    indent = indent.slice(2);
  },
  count(label = "default") {
    const count = (counts.get(`${label}`) ?? 0) + 1;
    counts.set(`${label}`, count);
    print("info", [`${label}: ${count}`]);
  },
  countReset: (label = "default") => void counts.delete(`${label}`),
  time: (label = "default") => void began.set(`${label}`, performance.now()),
  timeLog(label = "default", ...args) {
    if (!began.has(`${label}`)) return;
    print("info", [`${label}: ${spent(performance.now() - began.get(`${label}`))}`, ...args]);
  },
  timeEnd(label = "default") {
    console.timeLog(label);
    began.delete(`${label}`);
  },
  table,
};
console.Console = class Console {
  constructor() {
    return console;
  }
};
module.exports = console;
