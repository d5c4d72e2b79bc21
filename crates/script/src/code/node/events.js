"use strict";
const { make, wantsFunction } = require("internal/errors");
const errorMonitor = Symbol("events.errorMonitor");
const captureRejection = Symbol.for("nodejs.rejection");

function EventEmitter() {
  EventEmitter.init.call(this);
}

EventEmitter.init = function () {
  // One that is inherited is not this emitter's own.
  if (!Object.hasOwn(this, "_events") || this._events === undefined) this._events = { __proto__: null };
  this._maxListeners ??= undefined;
};

const listOf = (emitter, name) => {
  const events = emitter._events;
  return events === undefined ? undefined : events[name];
};

const add = (emitter, name, listener, entry, first) => {
  wantsFunction(listener, "listener");
  if (!Object.hasOwn(emitter, "_events") || emitter._events === undefined) emitter._events = { __proto__: null };
  // Listeners of `newListener` hear of it before it is there.
  if (emitter._events.newListener !== undefined) emitter.emit("newListener", name, listener);
  const list = emitter._events[name] ?? [];
  // An emit that is under way goes through the list as it was.
  emitter._events[name] = first ? [entry, ...list] : [...list, entry];
  return emitter;
};

const once = (emitter, name, listener) => {
  wantsFunction(listener, "listener");
  const entry = function (...args) {
    if (entry.fired) return undefined;
    entry.fired = true;
    emitter.removeListener(name, entry);
    return listener.apply(emitter, args);
  };
  entry.fired = false;
  entry.listener = listener;
  return entry;
};

Object.assign(EventEmitter.prototype, {
  _events: undefined,
  _maxListeners: undefined,
  addListener(name, listener) {
    return add(this, name, listener, listener, false);
  },
  on(name, listener) {
    return add(this, name, listener, listener, false);
  },
  prependListener(name, listener) {
    return add(this, name, listener, listener, true);
  },
  once(name, listener) {
    return add(this, name, listener, once(this, name, listener), false);
  },
  prependOnceListener(name, listener) {
    return add(this, name, listener, once(this, name, listener), true);
  },
  removeListener(name, listener) {
    wantsFunction(listener, "listener");
    const list = listOf(this, name);
    const at = list === undefined ? -1 : list.findLastIndex((known) => known === listener || known.listener === listener);
    if (at < 0) return this;
    const found = list[at];
    if (list.length === 1) delete this._events[name];
    else this._events[name] = list.filter((_, index) => index !== at);
    if (this._events.removeListener !== undefined) this.emit("removeListener", name, found.listener ?? found);
    return this;
  },
  off(name, listener) {
    return this.removeListener(name, listener);
  },
  removeAllListeners(name) {
    if (this._events === undefined) return this;
    const names = name === undefined ? Reflect.ownKeys(this._events).filter((each) => each !== "removeListener") : [name];
    for (const each of names) {
      for (const listener of [...(listOf(this, each) ?? [])].reverse()) this.removeListener(each, listener);
    }
    if (name === undefined) this._events = { __proto__: null };
    return this;
  },
  emit(name, ...args) {
    if (name === "error") {
      for (const listener of listOf(this, errorMonitor) ?? []) listener.apply(this, args);
    }
    const list = listOf(this, name);
    if (list === undefined) {
      if (name !== "error") return false;
      if (args[0] instanceof Error) throw args[0];
      const shown = require("util").inspect(args[0]);
      throw make(Error, "ERR_UNHANDLED_ERROR", `Unhandled error. (${shown})`, { context: args[0] });
    }
    for (const listener of list) listener.apply(this, args);
    return true;
  },
  listeners(name) {
    return (listOf(this, name) ?? []).map((entry) => entry.listener ?? entry);
  },
  rawListeners(name) {
    return [...(listOf(this, name) ?? [])];
  },
  listenerCount(name, listener) {
    const list = listOf(this, name) ?? [];
    return listener === undefined
      ? list.length
      : list.filter((entry) => entry === listener || entry.listener === listener).length;
  },
  eventNames() {
    return this._events === undefined ? [] : Reflect.ownKeys(this._events);
  },
  setMaxListeners(count) {
    this._maxListeners = count;
    return this;
  },
  getMaxListeners() {
    return this._maxListeners ?? EventEmitter.defaultMaxListeners;
  },
});
for (const name of Object.keys(EventEmitter.prototype)) {
  if (name !== "constructor" && typeof EventEmitter.prototype[name] === "function") {
    Object.defineProperty(EventEmitter.prototype[name], "name", { value: name });
  }
}

EventEmitter.defaultMaxListeners = 10;
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.errorMonitor = errorMonitor;
EventEmitter.captureRejectionSymbol = captureRejection;
EventEmitter.listenerCount = (emitter, name) => emitter.listenerCount(name);
EventEmitter.setMaxListeners = (count, ...emitters) => emitters.forEach((emitter) => emitter.setMaxListeners?.(count));
EventEmitter.getEventListeners = (emitter, name) => emitter.listeners(name);
EventEmitter.once = (emitter, name, options = {}) =>
  new Promise((resolve, reject) => {
    const { signal } = options;
    const stop = () => {
      emitter.removeListener(name, heard);
      if (name !== "error") emitter.removeListener("error", failed);
    };
    const heard = (...args) => {
      stop();
      resolve(args);
    };
    const failed = (error) => {
      stop();
      reject(error);
    };
    emitter.once(name, heard);
    if (name !== "error") emitter.once("error", failed);
    signal?.addEventListener("abort", () => {
      stop();
      const error = new Error("The operation was aborted", { cause: signal.reason });
      reject(Object.assign(error, { name: "AbortError", code: "ABORT_ERR" }));
    });
  });
EventEmitter.on = (emitter, name) => {
  const heard = [];
  const waiting = [];
  let failure;
  let ended = false;
  const listener = (...args) => {
    if (waiting.length > 0) waiting.shift().resolve({ value: args, done: false });
    else heard.push(args);
  };
  const failed = (error) => {
    if (waiting.length > 0) waiting.shift().reject(error);
    else failure = error;
  };
  emitter.on(name, listener);
  if (name !== "error") emitter.on("error", failed);
  return {
    next() {
      if (heard.length > 0) return Promise.resolve({ value: heard.shift(), done: false });
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      if (ended) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => void waiting.push({ resolve, reject }));
    },
    return() {
      ended = true;
      emitter.removeListener(name, listener);
      emitter.removeListener("error", failed);
      for (const each of waiting.splice(0)) each.resolve({ value: undefined, done: true });
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

module.exports = EventEmitter;
