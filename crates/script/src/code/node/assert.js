"use strict";
const { make, wantsFunction, wrongType } = require("internal/errors");
const { equal: same } = require("internal/comparing");
const { inspect } = require("util");
const show = (value) => inspect(value, { depth: 1000, sorted: true, maxArrayLength: Infinity, compact: false, breakLength: Infinity });

class AssertionError extends Error {
  constructor(options) {
    const { message, actual, expected, operator } = options;
    super(message === undefined ? told(actual, expected, operator) : String(message));
    this.generatedMessage = message === undefined;
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }
  get name() {
    return "AssertionError";
  }
  set name(value) {
    Object.defineProperty(this, "name", { value, writable: true, configurable: true });
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

const HEADS = {
  strictEqual: "Expected values to be strictly equal:",
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  equal: "Expected values to be loosely equal:",
  deepEqual: "Expected values to be loosely deep-equal:",
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
};
const told = (actual, expected, operator) => {
  if (operator === "==" || operator === "!=") return `${show(actual)} ${operator} ${show(expected)}`;
  if (operator === "fail") return "Failed";
  const head = HEADS[operator];
  if (head === undefined) return `${show(actual)} ${operator} ${show(expected)}`;
  if (operator.startsWith("not")) return `${head} ${show(expected)}`;
  const [left, right] = [show(actual), show(expected)];
  if (operator === "deepEqual") return `${head}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`;
  if (left === right && left.includes("\n")) return `Values have same structure but are not reference-equal:\n\n${left}\n`;
  if (!left.includes("\n") && !right.includes("\n") && left.length + right.length < 72) return `${head}\n\n${left} !== ${right}\n`;
  return `${head}\n+ actual - expected\n\n${difference(left.split("\n"), right.split("\n"))}`;
};

// The lines of both, those that only one has marked: a plain longest common subsequence.
const difference = (left, right) => {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = left[i] === right[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push(`  ${left[i]}`);
      i += 1;
      j += 1;
    } else if (i < left.length && (j >= right.length || lengths[i + 1][j] >= lengths[i][j + 1])) {
      lines.push(`+ ${left[i]}`);
      i += 1;
    } else {
      lines.push(`- ${right[j]}`);
      j += 1;
    }
  }
  return lines.join("\n");
};

const fail = (actual, expected, message, operator) => {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, actual, expected, operator });
};

const ok = (...args) => {
  if (args.length === 0) fail(undefined, true, "No value argument passed to `assert.ok()`", "==");
  const [value, message] = args;
  if (value) return;
  const given = message ?? "The expression evaluated to a falsy value";
  if (given instanceof Error) throw given;
  const error = new AssertionError({ message: given, actual: value, expected: true, operator: "==" });
  error.generatedMessage = message === undefined;
  throw error;
};
const assert = (...args) => ok(...args);

const loosely = (left, right) => left == right || (Number.isNaN(left) && Number.isNaN(right)); // eslint-disable-line eqeqeq
const both = (holds, operator) => (actual, expected, message) => {
  if (!holds(actual, expected)) fail(actual, expected, message, operator);
};

// Whether what was thrown is what was expected; throws when it is not.
const expected = (error, wanted, message, operator) => {
  if (typeof wanted === "function") {
    if (wanted.prototype !== undefined && error instanceof wanted) return;
    if (Error.isPrototypeOf(wanted) || wanted === Error) throw error;
    if (wanted.call({}, error) !== true) {
      fail(error, wanted, message ?? `The ${wanted.name ? `"${wanted.name}" ` : ""}validation function is expected to return "true". Received ${show(false)}`, operator);
    }
    return;
  }
  if (wanted instanceof RegExp) {
    if (!wanted.test(String(error))) {
      fail(error, wanted, message ?? `The input did not match the regular expression ${show(wanted)}. Input:\n\n${show(String(error))}\n`, operator);
    }
    return;
  }
  if (typeof wanted === "object" && wanted !== null) {
    const keys = Object.keys(wanted);
    if (wanted instanceof Error) keys.push("name", "message");
    for (const key of keys) {
      const matches = wanted[key] instanceof RegExp && typeof error[key] === "string" ? wanted[key].test(error[key]) : same(error[key], wanted[key], true);
      if (!matches) fail(error, wanted, message ?? told(error[key], wanted[key], "deepStrictEqual"), operator);
    }
  }
};

const sort = (wanted, message) => (typeof wanted === "string" ? [undefined, wanted] : [wanted, message]);
const missing = (kind, wanted, message, operator) => {
  const name = wanted?.name ? ` (${wanted.name})` : "";
  fail(undefined, wanted, message instanceof Error ? message : `Missing expected ${kind}${name}${message ? `: ${message}` : "."}`, operator);
};
const promised = async (work) => {
  if (typeof work !== "function") {
    if (typeof work?.then !== "function") throw wrongType("promiseFn", "of type function or an instance of Promise", work);
    return work;
  }
  const made = work();
  if (typeof made?.then !== "function") {
    throw make(TypeError, "ERR_INVALID_RETURN_VALUE", 'Expected instance of Promise to be returned from the "promiseFn" function but got ' + `${made === undefined ? "undefined" : typeof made}.`);
  }
  return made;
};

Object.assign(assert, {
  AssertionError,
  ok,
  fail(message = "Failed", ...rest) {
    if (message instanceof Error) throw message;
    const error = new AssertionError({ message, operator: "fail" });
    error.generatedMessage = rest.length === 0 && message === "Failed";
    throw error;
  },
  equal: both(loosely, "=="),
  notEqual: both((left, right) => !loosely(left, right), "!="),
  strictEqual: both(Object.is, "strictEqual"),
  notStrictEqual: both((left, right) => !Object.is(left, right), "notStrictEqual"),
  deepEqual: both((left, right) => same(left, right, false), "deepEqual"),
  notDeepEqual: both((left, right) => !same(left, right, false), "notDeepEqual"),
  deepStrictEqual: both((left, right) => same(left, right, true), "deepStrictEqual"),
  notDeepStrictEqual: both((left, right) => !same(left, right, true), "notDeepStrictEqual"),
  match(text, pattern, message) {
    if (typeof text === "string" && pattern.test(text)) return;
    fail(text, pattern, message ?? `The input did not match the regular expression ${show(pattern)}. Input:\n\n${show(text)}\n`, "match");
  },
  doesNotMatch(text, pattern, message) {
    if (typeof text !== "string" || !pattern.test(text)) return;
    fail(text, pattern, message ?? `The input was expected to not match the regular expression ${show(pattern)}. Input:\n\n${show(text)}\n`, "doesNotMatch");
  },
  throws(work, wanted, message) {
    wantsFunction(work, "fn");
    [wanted, message] = sort(wanted, message);
    let error;
    try {
      work();
    } catch (thrown) {
      error = [thrown];
    }
    if (error === undefined) return missing("exception", wanted, message, "throws");
    if (wanted !== undefined) expected(error[0], wanted, message, "throws");
  },
  doesNotThrow(work, wanted, message) {
    wantsFunction(work, "fn");
    [wanted, message] = sort(wanted, message);
    try {
      work();
    } catch (error) {
      fail(error, wanted, `Got unwanted exception${message ? `: ${message}` : "."}\nActual message: "${error?.message}"`, "doesNotThrow");
    }
  },
  async rejects(work, wanted, message) {
    [wanted, message] = sort(wanted, message);
    let error;
    try {
      await promised(work);
    } catch (thrown) {
      error = [thrown];
    }
    if (error === undefined) return missing("rejection", wanted, message, "rejects");
    if (wanted !== undefined) expected(error[0], wanted, message, "rejects");
  },
  async doesNotReject(work, wanted, message) {
    [wanted, message] = sort(wanted, message);
    try {
      await promised(work);
    } catch (error) {
      fail(error, wanted, `Got unwanted rejection${message ? `: ${message}` : "."}\nActual message: "${error?.message}"`, "doesNotReject");
    }
  },
  ifError(value) {
    if (value === null || value === undefined) return;
    const shown = value instanceof Error && value.message !== "" ? value.message : show(value);
    fail(value, null, `ifError got unwanted exception: ${shown}`, "ifError");
  },
});
assert.strict = Object.assign((...args) => ok(...args), assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;
module.exports = assert;
