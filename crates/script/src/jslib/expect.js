// Chained expectations that are checks of the test, as scripts import them from expect (before k6chaijs).
import { check, group } from "k6";

// Ends a test case: what it says has been counted.
class Failed extends Error {}

class Expectation {
  constructor(value, test) {
    this.value = value;
    this.test = test;
  }

  // What the value is called in the names of checks.
  as(name) {
    this.name = name;
    return this;
  }

  and(value) {
    return new Expectation(value, this.test);
  }

  count(words, holds, subject = this.name || String(this.value)) {
    const name = `${subject} ${words}`;
    if (check(null, { [name]: () => holds })) return this;
    this.test.success = false;
    throw new Failed(name);
  }

  toEqual(expected) {
    return this.count(`is ${expected}.`, this.value === expected);
  }

  toBeGreaterThan(expected) {
    return this.count(`is greater than ${expected}`, this.value > expected);
  }

  toBeGreaterThanOrEqual(expected) {
    return this.count(`is greater than or equal ${expected}`, this.value >= expected);
  }

  toBeLessThan(expected) {
    return this.count(`is less than ${expected}`, this.value < expected);
  }

  toBeLessThanOrEqual(expected) {
    return this.count(`is less than or equal ${expected}`, this.value <= expected);
  }

  toBeBetween(from, to) {
    return this.count(`is between ${from} - ${to}`, this.value >= from && this.value <= to);
  }

  toBeTruthy() {
    return this.count("is truthy.", Boolean(this.value));
  }

  toInclude(expected) {
    return this.count(`includes ${expected}`, this.value.includes(expected));
  }

  toHaveValidJson() {
    let valid = false;
    try {
      valid = this.value.json() !== undefined;
    } catch {
      // The check says so.
    }
    return this.count("has valid json response", valid, this.name || this.value.url);
  }
}

// A group whose errors end it alone. Whether all went well is the result.
export function describe(name, body) {
  const test = {
    success: true,
    expect: (value) => new Expectation(value, test),
  };
  group(name, () => {
    try {
      body(test);
    } catch (error) {
      if (error instanceof Failed) return;
      test.success = false;
      const said = error instanceof Error ? error.message : String(error);
      check(null, { [`Exception raised "${said}"`]: () => false });
    }
  });
  return test.success;
}

export default { describe };
