// What a worker does in JavaScript: calling functions, reading values as JSON, contexts' events, globals.
(function (native) {
  "use strict";
  const DONE = 0;
  const NEXT = 1;
  const { Function: PlainFunction, JSON, Map, Object, Promise, String, WeakMap, WeakRef } = globalThis;
  const then = Promise.prototype.then;
  const stringify = JSON.stringify;
  const waits = (value) =>
    value !== null && (typeof value === "object" || typeof value === "function") && typeof value.then === "function";

  // What only those hold that can still end a call: when it is gone, the call never ends.
  const tokens = new Map();
  const end = (id, fine, value, returned, token) => {
    tokens.delete(id);
    native.settle(id, fine, value, returned, token);
  };
  // What a stream in the body of an argument holds, as streams cannot be copied: nothing when there is none.
  const isStream = (value) => typeof value === "object" && value !== null && typeof value.pipe === "function";
  const read = (args) => {
    const holder = args?.[0];
    if (typeof holder !== "object" || holder === null) return undefined;
    const { body, formData } = holder;
    if (typeof formData === "object" && formData !== null) {
      for (const name of Object.keys(formData)) {
        const field = formData[name];
        if (isStream(field) && typeof field.path === "string") formData[name] = { fromFile: field.path };
      }
    }
    if (!isStream(body)) return undefined;
    const named = Object.keys(holder.headers ?? {}).some((name) => name.toLowerCase() === "content-type");
    if (typeof body.getHeaders === "function" && !named) holder.headers = { ...holder.headers, ...body.getHeaders() };
    const parts = [];
    return new Promise((resolve, reject) => {
      body.on("data", (part) => void parts.push(Buffer.from(part)));
      body.on("end", () => {
        holder.body = Buffer.concat(parts);
        resolve();
      });
      body.on("error", reject);
      body.resume?.();
    });
  };

  const ends = (id, args) => {
    const token = {};
    tokens.set(id, new WeakRef(token));
    const fail = (error) => end(id, false, error, false, token);
    const fine = (value, returned) => {
      const reading = read(args);
      if (reading === undefined) end(id, true, value, returned, token);
      else then.call(reading, () => end(id, true, value, returned, token), fail);
    };
    return { well: (value) => fine(value, false), fail, returned: (value) => fine(value, true) };
  };

  const follow = (id, value, args) => {
    if (!waits(value)) return void native.settle(id, true, value, false);
    const { well, fail } = ends(id, args);
    then.call(Promise.resolve(value), well, fail);
  };

  // Whether a function without parameters cannot hand on what it gets either.
  const isBare = (callee) => {
    const text = String(callee);
    return /^[^(]*\(\s*\)/.test(text) && !/\barguments\b/.test(text);
  };

  const invoke = (id, callee, args, ending) => {
    const { constructor } = callee;
    const plain = constructor === undefined || constructor === PlainFunction || constructor.name === "Function";
    if (ending !== NEXT && (ending !== DONE || !plain)) return void follow(id, callee(...args), args);
    const { well, fail, returned } = ends(id, args);
    const callback = ending === NEXT ? well : (error, value) => (error ? fail(error) : well(value));
    const result = callee(...args, callback);
    const deaf = callee.length <= args.length && (callee.length > 0 || isBare(callee));
    if (waits(result)) then.call(Promise.resolve(result), deaf ? returned : undefined, fail);
    else if (deaf) returned(result);
  };

  // JSON of what JSON.stringify refuses: cycles are left out, big integers are text.
  const tolerant = (value) => {
    const open = [];
    return stringify(value, function (key, member) {
      if (typeof member === "bigint") return String(member);
      if (typeof member !== "object" || member === null) return member;
      while (open.length > 0 && open[open.length - 1] !== this) open.pop();
      if (open.includes(member)) return undefined;
      open.push(member);
      return member;
    });
  };
  const json = (value) => {
    try {
      return stringify(value);
    } catch {
      return tolerant(value);
    }
  };

  const emitters = new WeakMap();
  const emitterOf = (context) => {
    let known = emitters.get(context);
    if (known === undefined) {
      const EventEmitter = native.builtin("events");
      const queue = [];
      class Events extends EventEmitter {
        emit(kind, ...args) {
          // An error is known by its text: it has no members.
          queue.push([kind, ...args.map((arg) => (arg instanceof Error ? String(arg) : arg))]);
          // Nobody listens to `error` but the report.
          return this.listenerCount(kind) > 0 && super.emit(kind, ...args);
        }
      }
      known = { queue, emitter: new Events() };
      emitters.set(context, known);
    }
    return known;
  };

  const functions = (exports) => {
    const all = [];
    const add = (object) => {
      if (object === null || (typeof object !== "object" && typeof object !== "function")) return;
      for (const name of Object.keys(object)) {
        if (typeof object[name] === "function" && !all.includes(name)) all.push(name);
      }
    };
    add(exports);
    if (exports !== null && exports !== undefined) add(exports.default);
    return all;
  };

  // What JSON.parse says of texts that are no JSON, in the words of Node.js: a page of HTML is the usual case.
  const { parse } = JSON;
  const wording = (given, error) => {
    const text = String(given);
    if (/end of JSON/.test(error.message)) return undefined;
    if (text === "undefined" || text === "[object Object]") return `"${text}" is not valid JSON`;
    const first = text.trimStart();
    const [letter] = first;
    if (letter === undefined || !/^[^\s"[\]{}\-0-9tfn]/.test(first)) return undefined;
    const at = text.length - first.length;
    const begin = Math.max(at - 10, 0);
    const shown = text.slice(begin, at + 10);
    const end = at + 10 < text.length ? "..." : "";
    return `Unexpected token '${letter}', ${begin > 0 ? "..." : ""}"${shown}"${end} is not valid JSON`;
  };
  const parsed = {
    parse(text, reviver) {
      try {
        return parse(text, reviver);
      } catch (error) {
        const words = error instanceof SyntaxError ? wording(text, error) : undefined;
        if (words !== undefined) error.message = words;
        throw error;
      }
    },
  };
  Object.defineProperty(JSON, "parse", { value: parsed.parse, writable: true, configurable: true, enumerable: false });

  // Globals of Node.js, made when code first touches them.
  const lazily = (name, module, member) => {
    const settle = (value) => {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
      return value;
    };
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        const made = native.builtin(module);
        return settle(member === undefined ? made : made[member]);
      },
      set: settle,
    });
  };
  lazily("Buffer", "buffer", "Buffer");
  lazily("console", "console");
  lazily("performance", "perf_hooks", "performance");
  lazily("process", "process");
  for (const name of ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate"]) {
    lazily(name, "timers", name);
  }
  lazily("fetch", "internal/fetch", "fetch");
  globalThis.$host = (name, ...args) => native.host(String(name), ...args);

  let ticks = [];
  return {
    events: (context) => emitterOf(context).emitter,
    follow,
    functions,
    invoke,
    json,
    takeEvents(context) {
      const known = emitters.get(context);
      return known === undefined ? [] : known.queue.splice(0);
    },
    forget: (id) => void tokens.delete(id),
    // The calls that nobody can end any more.
    lost() {
      const ids = [];
      for (const [id, token] of tokens) if (token.deref() === undefined) ids.push(id);
      return ids;
    },
    addTick: (tick) => void ticks.push(tick),
    // Those that are added meanwhile come after these.
    ticks() {
      while (ticks.length > 0) ticks.shift()();
    },
  };
});
