// structuredClone, by the rules of the HTML standard.
export function make(native) {
  const { DOMException } = native.use("events");
  const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const refuse = (value) => {
    let shown;
    try {
      shown = typeof value === "function" ? value.name || "a function" : String(value);
    } catch {
      shown = "the value";
    }
    throw new DOMException(`${shown} could not be cloned.`, "DataCloneError");
  };

  // What a Number, String, Boolean or BigInt object holds.
  const unbox = (value) => {
    for (const constructor of [Number, String, Boolean, BigInt]) {
      try {
        return constructor.prototype.valueOf.call(value);
      } catch {
        // It is none of these.
      }
    }
    return undefined;
  };

  const view = (value, copy) => {
    const buffer = copy(value.buffer);
    const kind = native.kind(value);
    if (kind !== "typedarray") return new DataView(buffer, value.byteOffset, value.byteLength);
    const constructors = {
      Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
      Float32Array, Float64Array, BigInt64Array, BigUint64Array,
    };
    // The tag of typed arrays comes from a getter that tells the truth.
    const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
    const name = tag.get.call(value);
    const constructor = constructors[name] || globalThis[name];
    return new constructor(buffer, value.byteOffset, value.length);
  };

  const failure = (value, copy) => {
    const name = value.name === undefined ? "Error" : String(value.name);
    const clone = Object.create((Object.hasOwn(ERRORS, name) ? ERRORS[name] : Error).prototype);
    const made = Reflect.construct(Error, [], clone.constructor);
    const set = (key, content) =>
      Object.defineProperty(made, key, { value: content, writable: true, configurable: true });
    const message = Object.getOwnPropertyDescriptor(value, "message");
    if (message && "value" in message) set("message", String(message.value));
    if (typeof value.stack === "string") set("stack", value.stack);
    if (Object.hasOwn(value, "cause")) set("cause", copy(value.cause));
    return made;
  };

  const structuredClone = (value, options) => {
    const seen = new Map();
    const moved = [];
    if (options !== undefined && options !== null && options.transfer !== undefined) {
      for (const buffer of options.transfer) {
        if (native.kind(buffer) !== "arraybuffer" || moved.includes(buffer)) refuse(buffer);
        moved.push(buffer);
      }
    }
    const keep = (from, to) => {
      seen.set(from, to);
      return to;
    };
    const members = (from, to) => {
      for (const key of Object.keys(from)) {
        // A getter may have taken it away.
        if (!Object.hasOwn(from, key)) continue;
        const content = copy(from[key]);
        Object.defineProperty(to, key, { value: content, writable: true, enumerable: true, configurable: true });
      }
      return to;
    };
    const copy = (from) => {
      if (typeof from === "symbol" || typeof from === "function") refuse(from);
      if (typeof from !== "object" || from === null) return from;
      if (seen.has(from)) return seen.get(from);
      switch (native.kind(from)) {
        case "array": {
          const list = keep(from, []);
          list.length = from.length;
          return members(from, list);
        }
        case "object":
          return members(from, keep(from, {}));
        case "date":
          return keep(from, new Date(Date.prototype.getTime.call(from)));
        case "regexp":
          return keep(from, new RegExp(from.source, from.flags));
        case "map": {
          const map = keep(from, new Map());
          const pairs = [...Map.prototype.entries.call(from)];
          for (const [key, content] of pairs) map.set(copy(key), copy(content));
          return map;
        }
        case "set": {
          const set = keep(from, new Set());
          const items = [...Set.prototype.values.call(from)];
          for (const item of items) set.add(copy(item));
          return set;
        }
        case "arraybuffer":
          if (from.detached) refuse(from);
          return keep(from, from.slice(0));
        case "typedarray":
          if (from.buffer.detached) refuse(from);
          return keep(from, view(from, copy));
        case "error":
          if (from instanceof DOMException) return keep(from, new DOMException(from.message, from.name));
          return keep(from, failure(from, copy));
        case "blob":
          return from;
        default: {
          if (ArrayBuffer.isView(from)) return keep(from, view(from, copy));
          const boxed = unbox(from);
          return boxed === undefined ? refuse(from) : keep(from, Object(boxed));
        }
      }
    };
    const made = copy(value);
    // What was to be moved is gone for the caller, also where the value did not hold it.
    for (const buffer of moved) native.detach(buffer);
    return made;
  };
  Object.defineProperty(structuredClone, "name", { value: "structuredClone" });
  return { structuredClone };
}
