// Assertions in the manner of Playwright, as scripts import them from k6-testing. An assertion that does not
// hold aborts the test, a soft one marks it as failed; those about elements of a page wait for what they ask.
import exec from "k6/execution";
import { alike, isArrayLike, reach, shown } from "../../plimsoll/1.0.0/values.js";

const COLOURS = { red: "31", green: "32", grey: "90", bold: "1" };
const DEFAULTS = { timeout: 5000, interval: 100, colorize: true, display: "pretty", soft: false, softMode: "fail" };

// What the environment says beside the defaults.
function settings() {
  const { K6_TESTING_TIMEOUT, K6_TESTING_INTERVAL, K6_TESTING_COLORIZE, K6_TESTING_DISPLAY, K6_TESTING_SOFT_MODE } = __ENV;
  const known = { ...DEFAULTS };
  if (K6_TESTING_TIMEOUT) known.timeout = Number(K6_TESTING_TIMEOUT);
  if (K6_TESTING_INTERVAL) known.interval = Number(K6_TESTING_INTERVAL);
  if (K6_TESTING_COLORIZE) known.colorize = K6_TESTING_COLORIZE === "true";
  if (K6_TESTING_DISPLAY) known.display = K6_TESTING_DISPLAY;
  if (K6_TESTING_SOFT_MODE) known.softMode = K6_TESTING_SOFT_MODE;
  return known;
}

// A value as messages have it: text bare, everything else as it is written.
const told = (value) => (typeof value === "string" ? value : shown(value));

// Where the script asserted something: the first place of the stack outside of this module.
function place() {
  const lines = (new Error().stack || "").split("\n");
  const line = lines.find((one) => /:\d+/.test(one) && !one.includes("/k6-testing/"));
  const found = line && /(?:file:\/\/)?([^\s()]*?):(\d+)(?::(\d+))?\)?\s*$/.exec(line);
  if (!found) return { at: "unknown", file: "unknown", line: "unknown" };
  const [, path, number, column] = found;
  return { at: `${path}:${number}${column ? `:${column}` : ""}`, file: path.split("/").pop(), line: number };
}

class AssertionFailedError extends Error {
  constructor(message) {
    super(message);
    this.name = "AssertionFailedError";
  }
}

// One assertion about one value.
class Expectation {
  constructor(value, message, config, negated = false) {
    Object.assign(this, { value, message, config, negated });
  }

  get not() {
    return new Expectation(this.value, this.message, this.config, !this.negated);
  }

  paint(text, colour) {
    return this.config.colorize ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }

  // What is said: `details` are the lines in the middle, such as what was expected and what came.
  report(matcher, args, details, { at, file, line } = place()) {
    const call = `expect(${this.subject || "received"})${this.negated ? ".not" : ""}.${matcher}(${args})`;
    const said = this.message || call;
    if (this.config.display === "inline") {
      const parts = details.map(([name, text]) => `${name.toLowerCase().replace(/ /g, "_")}=${text}`);
      return [`error=${said}`, `at=${at}`, ...parts, `filename=${file}`, `line=${line}`].join(" ");
    }
    const colours = ["green", "red"];
    const shownDetails = details.map(([name, text], index) => `${name}: ${this.paint(text, colours[index] || "grey")}`);
    const width = Math.max(0, ...details.map(([name]) => name.length));
    const aligned = shownDetails.map((detail, index) => detail.padStart(detail.length + width - details[index][0].length));
    return [
      "",
      "",
      `   ${this.paint("Error:", "bold")} ${said}`,
      `      ${this.paint("At:", "bold")} ${this.paint(at, "grey")}`,
      "",
      ...aligned,
      "",
      `Filename: ${this.paint(file, "grey")}`,
      `    Line: ${this.paint(line, "grey")}`,
      "",
    ].join("\n");
  }

  fail(matcher, args, details, where) {
    const report = this.report(matcher, args, details, where);
    if (!this.config.soft) exec.test.abort(report);
    else if (this.config.softMode === "throw") throw new AssertionFailedError(report);
    else exec.test.fail(report);
  }

  judge(holds, matcher, args, details) {
    if (Boolean(holds) === this.negated) this.fail(matcher, args, details);
  }

  compared(holds, matcher, expected) {
    this.judge(holds, matcher, "expected", [["Expected", told(expected)], ["Received", told(this.value)]]);
  }

  plainly(holds, matcher, words) {
    this.judge(holds, matcher, "", [["Expected", words], ["Received", told(this.value)]]);
  }

  // Asks again until it holds or the time is over. `ask` answers whether it does and what there is.
  async retried(matcher, args, expected, ask, options = {}) {
    const { timeout = this.config.timeout, interval = this.config.interval } = options || {};
    const end = Date.now() + timeout;
    // After a wait the stack says nothing of the script any more.
    const where = place();
    let answer = { holds: this.negated, received: "nothing" };
    for (;;) {
      try {
        answer = await ask(this.value);
      } catch (error) {
        answer = { holds: this.negated, received: `an error: ${error.message ?? error}` };
      }
      if (Boolean(answer.holds) !== this.negated) return;
      const left = end - Date.now();
      if (left <= 0) break;
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(interval, left));
      });
    }
    this.subject = "locator";
    this.fail(matcher, args, [["Expected", told(expected)], ["Received", told(answer.received)], ["Call log", `waited for ${timeout}ms`]], where);
  }

  toBe(expected) {
    this.compared(Object.is(this.value, expected), "toBe", expected);
  }

  toEqual(expected) {
    this.compared(alike(this.value, expected, true), "toEqual", expected);
  }

  toBeCloseTo(expected, precision = 2) {
    const difference = Math.abs(this.value - expected);
    const bound = 10 ** -precision / 2;
    const holds = this.value === expected || difference < bound;
    this.judge(holds, "toBeCloseTo", "expected, precision", [
      ["Expected", told(expected)],
      ["Received", told(this.value)],
      ["Expected precision", String(precision)],
      ["Expected difference", `< ${bound}`],
      ["Received difference", String(difference)],
    ]);
  }

  toBeDefined() {
    this.plainly(this.value !== undefined, "toBeDefined", "defined");
  }

  toBeUndefined() {
    this.plainly(this.value === undefined, "toBeUndefined", "undefined");
  }

  toBeNull() {
    this.plainly(this.value === null, "toBeNull", "null");
  }

  toBeNaN() {
    this.plainly(Number.isNaN(this.value), "toBeNaN", "NaN");
  }

  toBeTruthy() {
    this.plainly(Boolean(this.value), "toBeTruthy", "truthy");
  }

  toBeFalsy() {
    this.plainly(!this.value, "toBeFalsy", "falsy");
  }

  toBeGreaterThan(expected) {
    this.compared(this.value > expected, "toBeGreaterThan", expected);
  }

  toBeGreaterThanOrEqual(expected) {
    this.compared(this.value >= expected, "toBeGreaterThanOrEqual", expected);
  }

  toBeLessThan(expected) {
    this.compared(this.value < expected, "toBeLessThan", expected);
  }

  toBeLessThanOrEqual(expected) {
    this.compared(this.value <= expected, "toBeLessThanOrEqual", expected);
  }

  toBeInstanceOf(expected) {
    const received = this.value?.constructor?.name ?? told(this.value);
    const details = [["Expected constructor", expected.name], ["Received constructor", received]];
    this.judge(this.value instanceof expected, "toBeInstanceOf", "expected", details);
  }

  items() {
    if (this.value instanceof Set || isArrayLike(this.value)) return [...this.value];
    throw new Error(`expect(received): ${told(this.value)} is neither a string, an array nor a set`);
  }

  toContain(expected) {
    const holds = typeof this.value === "string" ? this.value.includes(expected) : this.items().includes(expected);
    this.compared(holds, "toContain", expected);
  }

  toContainEqual(expected) {
    this.compared(this.items().some((item) => alike(item, expected, true)), "toContainEqual", expected);
  }

  toHaveLength(expected) {
    const received = this.value?.length;
    if (typeof received !== "number") throw new Error(`expect(received): ${told(this.value)} has no length`);
    this.judge(received === expected, "toHaveLength", "expected", [
      ["Expected length", String(expected)],
      ["Received length", String(received)],
      ["Received", told(this.value)],
    ]);
  }

  toHaveProperty(path, ...wanted) {
    const { there, value } = reach(this.value, path);
    const holds = there && (wanted.length === 0 || alike(value, wanted[0], true));
    const details = [["Expected path", told(path)], ["Received", told(this.value)]];
    if (wanted.length > 0) details.push(["Expected value", told(wanted[0])], ["Received value", told(value)]);
    this.judge(holds, "toHaveProperty", wanted.length > 0 ? "path, expected" : "path", details);
  }

  // The text of an element against a string, or a pattern. Blanks are one space unless the text is exact.
  text(matcher, expected, options, read, whole) {
    const { ignoreCase = false, useInnerText = false } = options || {};
    const even = (text) => {
      const plain = String(text).replace(/[\u200b\u00ad]/g, "").replace(/\s+/g, " ").trim();
      return ignoreCase ? plain.toLowerCase() : plain;
    };
    return this.retried(
      matcher,
      "expected",
      expected,
      async (locator) => {
        const received = await read(locator, useInnerText);
        if (expected instanceof RegExp) return { holds: expected.test(received), received };
        const holds = whole ? even(received) === even(expected) : even(received).includes(even(expected));
        return { holds, received };
      },
      options,
    );
  }

  toHaveText(expected, options) {
    return this.text("toHaveText", expected, options, content, true);
  }

  toContainText(expected, options) {
    return this.text("toContainText", expected, options, content, false);
  }

  toHaveTitle(expected, options) {
    return this.text("toHaveTitle", expected, options, (page) => page.title(), true);
  }

  toHaveURL(expected, options) {
    return this.text("toHaveURL", expected, options, (page) => page.url(), true);
  }

  toHaveValue(expected, options) {
    const ask = async (locator) => {
      const received = await locator.inputValue();
      return { holds: expected instanceof RegExp ? expected.test(received) : received === expected, received };
    };
    return this.retried("toHaveValue", "expected", expected, ask, options);
  }

  toHaveAttribute(name, ...wanted) {
    const [expected] = wanted;
    const ask = async (locator) => {
      const received = await locator.getAttribute(name);
      const there = received !== null && received !== undefined;
      if (wanted.length === 0) return { holds: there, received };
      return { holds: expected instanceof RegExp ? there && expected.test(received) : received === expected, received };
    };
    return this.retried("toHaveAttribute", wanted.length > 0 ? "name, expected" : "name", wanted.length > 0 ? expected : name, ask);
  }

  toBeEmpty(options) {
    const ask = async (locator) => {
      const received = await content(locator);
      const value = received === "" ? await locator.inputValue().catch(() => "") : received;
      return { holds: value === "", received: value };
    };
    return this.retried("toBeEmpty", "", "empty", ask, options);
  }
}

const content = (locator, inner) => (inner ? locator.innerText() : locator.textContent());

// Those that only ask the element one question, which has an answer.
const QUESTIONS = {
  toBeChecked: ["isChecked", "checked", "not checked"],
  toBeDisabled: ["isDisabled", "disabled", "enabled"],
  toBeEditable: ["isEditable", "editable", "not editable"],
  toBeEnabled: ["isEnabled", "enabled", "disabled"],
  toBeHidden: ["isHidden", "hidden", "visible"],
  toBeVisible: ["isVisible", "visible", "hidden"],
};
for (const [matcher, [question, yes, no]] of Object.entries(QUESTIONS)) {
  Expectation.prototype[matcher] = function asked(options) {
    const ask = async (locator) => {
      const holds = await locator[question]();
      return { holds, received: holds ? yes : no };
    };
    return this.retried(matcher, "", this.negated ? no : yes, ask, options);
  };
}

function make(config) {
  const expect = (value, message) => new Expectation(value, message, config);
  expect.soft = (value, message) => new Expectation(value, message, { ...config, soft: true });
  expect.configure = (changed = {}) => make({ ...config, ...changed });
  Object.defineProperty(expect, "config", { get: () => ({ ...config }) });
  return expect;
}

export const expect = make(settings());

export default { expect };
