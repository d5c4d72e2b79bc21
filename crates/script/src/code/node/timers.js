"use strict";
const { wantsFunction } = require("internal/errors");
const custom = Symbol.for("nodejs.util.promisify.custom");
const LONGEST = 2 ** 31 - 1;

class Timeout {
  #id;
  #begin;
  #referenced = true;
  constructor(begin) {
    this.#begin = begin;
    this.#id = begin();
  }
  ref() {
    this.#referenced = true;
    return this;
  }
  unref() {
    this.#referenced = false;
    return this;
  }
  hasRef() {
    return this.#referenced;
  }
  refresh() {
    native.stop(this.#id);
    this.#id = this.#begin();
    return this;
  }
  close() {
    native.stop(this.#id);
    return this;
  }
  [Symbol.toPrimitive]() {
    return this.#id;
  }
  [Symbol.dispose ?? Symbol("dispose")]() {
    this.close();
  }
}

class Immediate {
  #id;
  constructor(callback) {
    this.#id = native.start(-1, false, callback);
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  hasRef() {
    return true;
  }
  [Symbol.toPrimitive]() {
    return this.#id;
  }
}

const delayOf = (delay) => {
  const number = Number(delay);
  return number >= 1 && number <= LONGEST ? Math.trunc(number) : 1;
};

const timer = (repeat) => (callback, delay, ...args) => {
  wantsFunction(callback, "callback");
  const run = args.length === 0 ? () => callback() : () => callback(...args);
  const made = new Timeout(() => native.start(delayOf(delay), repeat, run));
  return made;
};

const setTimeout = timer(false);
const setInterval = timer(true);
const setImmediate = (callback, ...args) => {
  wantsFunction(callback, "callback");
  return new Immediate(() => callback(...args));
};

const clear = (timer) => {
  if (timer === undefined || timer === null) return;
  const id = Number(timer);
  if (Number.isInteger(id)) native.stop(id);
};

const aborted = (signal) => {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  error.name = "AbortError";
  error.code = "ABORT_ERR";
  return error;
};

const later = (begin, end) => (value, options) =>
  new Promise((resolve, reject) => {
    const signal = options?.signal;
    if (signal?.aborted) return reject(aborted(signal));
    const timer = begin(() => resolve(value));
    signal?.addEventListener("abort", () => {
      end(timer);
      reject(aborted(signal));
    });
  });

const promises = {
  setTimeout: (delay, value, options) => later((run) => setTimeout(run, delay), clear)(value, options),
  setImmediate: later(setImmediate, clear),
  async *setInterval(delay, value, options) {
    for (;;) yield await promises.setTimeout(delay, value, options);
  },
  scheduler: { wait: (delay, options) => promises.setTimeout(delay, undefined, options), yield: () => promises.setImmediate() },
};
setTimeout[custom] = promises.setTimeout;
setImmediate[custom] = promises.setImmediate;

module.exports = {
  clearImmediate: clear,
  clearInterval: clear,
  clearTimeout: clear,
  promises,
  setImmediate,
  setInterval,
  setTimeout,
};
