"use strict";
const now = () => Number(process.hrtime.bigint()) / 1e6;
const origin = Date.now() - now();
let entries = [];

class PerformanceEntry {
  constructor(name, entryType, startTime, duration, detail) {
    Object.assign(this, { name, entryType, startTime, duration, detail });
  }
  toJSON() {
    return { ...this };
  }
}
const at = (mark) => {
  if (typeof mark === "number") return mark;
  const found = entries.findLast((entry) => entry.name === mark && entry.entryType === "mark");
  if (found === undefined) throw new SyntaxError(`The "${mark}" performance mark has not been set`);
  return found.startTime;
};
const add = (entry) => {
  entries.push(entry);
  return entry;
};
const performance = {
  now,
  timeOrigin: origin,
  clearMarks(name) {
    entries = entries.filter((entry) => entry.entryType !== "mark" || (name !== undefined && entry.name !== name));
  },
  clearMeasures(name) {
    entries = entries.filter((entry) => entry.entryType !== "measure" || (name !== undefined && entry.name !== name));
  },
  eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
  getEntries: () => [...entries],
  getEntriesByName: (name, type) => entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type)),
  getEntriesByType: (type) => entries.filter((entry) => entry.entryType === type),
  mark: (name, options = {}) => add(new PerformanceEntry(`${name}`, "mark", options.startTime ?? now(), 0, options.detail ?? null)),
  measure(name, start, end) {
    const options = typeof start === "object" && start !== null ? start : { start, end };
    const from = options.start === undefined ? 0 : at(options.start);
    const to = options.end === undefined ? now() : at(options.end);
    return add(new PerformanceEntry(`${name}`, "measure", from, to - from, options.detail ?? null));
  },
  timerify: (work) => work,
  toJSON: () => ({ timeOrigin: origin }),
};
module.exports = { PerformanceEntry, performance };
