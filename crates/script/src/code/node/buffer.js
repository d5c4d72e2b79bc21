"use strict";
const { make, outOfRange, received, wantsNumber, wrongType } = require("internal/errors");
const inspectSymbol = Symbol.for("nodejs.util.inspect.custom");
const LONGEST = 2 ** 32;
const ENCODINGS = {
  __proto__: null, ascii: "ascii", base64: "base64", base64url: "base64url", binary: "latin1", hex: "hex", latin1: "latin1",
  "ucs-2": "utf16le", ucs2: "utf16le", "utf-16le": "utf16le", "utf-8": "utf8", utf16le: "utf16le", utf8: "utf8",
};

const known = (encoding) => ENCODINGS[`${encoding}`.toLowerCase()];
const encodingOf = (encoding) => {
  if (encoding === undefined || encoding === null || encoding === "") return "utf8";
  const found = known(encoding);
  if (found === undefined) throw make(TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  return found;
};

const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
const viewOf = (value) =>
  ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);

// A whole number within a range, as reads and writes want their offsets.
const offsetOf = (value, name, limit, fallback) => {
  if (value === undefined) return fallback;
  wantsNumber(value, name);
  if (!Number.isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < 0 || value > limit) throw outOfRange(name, `>= 0 && <= ${limit}`, value);
  return value;
};
const sizeOf = (size) => {
  wantsNumber(size, "size");
  if (!(size >= 0 && size <= LONGEST)) throw outOfRange("size", `>= 0 && <= ${LONGEST}`, size);
  return size;
};
// Where a range begins or ends, as `toString` and `slice` take it.
const bound = (value, length, fallback) => {
  if (value === undefined) return fallback;
  const whole = Math.trunc(Number(value)) || 0;
  return Math.min(Math.max(whole, 0), length);
};

const own = (buffer, offset, length) => {
  const made = new Uint8Array(buffer, offset, length);
  return Object.setPrototypeOf(made, Buffer.prototype);
};
const ofText = (text, encoding) => own(native.encode(text.toWellFormed(), encodingOf(encoding)));

function Buffer(first, ...rest) {
  return typeof first === "number" ? Buffer.alloc(first) : Buffer.from(first, ...rest);
}
Object.setPrototypeOf(Buffer, Uint8Array);
Object.defineProperty(Buffer, "prototype", { value: Object.create(Uint8Array.prototype), writable: false });
Object.defineProperty(Buffer.prototype, "constructor", { value: Buffer, writable: true, configurable: true });
// What the methods of typed arrays make of a buffer is a buffer.
Object.defineProperty(Buffer, Symbol.species, {
  get: () =>
    class extends Uint8Array {
      constructor(...args) {
        super(...args);
        Object.setPrototypeOf(this, Buffer.prototype);
      }
    },
});

Object.assign(Buffer, {
  poolSize: 8192,
  alloc(size, fill, encoding) {
    const made = own(new ArrayBuffer(sizeOf(size)));
    return fill === undefined || fill === 0 || size === 0 ? made : made.fill(fill, encoding);
  },
  allocUnsafe: (size) => own(new ArrayBuffer(sizeOf(size))),
  allocUnsafeSlow: (size) => own(new ArrayBuffer(sizeOf(size))),
  from(value, second, third) {
    if (typeof value === "string") return ofText(value, second);
    if (typeof value === "object" && value !== null) {
      if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
        const offset = second === undefined ? 0 : Math.trunc(Number(second)) || 0;
        if (offset > value.byteLength) {
          throw make(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", '"offset" is outside of buffer bounds');
        }
        if (third !== undefined && third > value.byteLength - offset) {
          throw make(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", '"length" is outside of buffer bounds');
        }
        return own(value, offset, third === undefined ? undefined : Math.max(0, third));
      }
      const inner = value.valueOf?.();
      if (inner !== undefined && inner !== null && inner !== value && (typeof inner === "string" || typeof inner === "object")) {
        return Buffer.from(inner, second, third);
      }
      if (value.type === "Buffer" && Array.isArray(value.data)) return Buffer.from(value.data);
      if (value.length !== undefined) {
        const made = Buffer.alloc(typeof value.length === "number" ? Math.max(0, value.length) : 0);
        for (let at = 0; at < made.length; at += 1) made[at] = value[at];
        return made;
      }
      const primitive = value[Symbol.toPrimitive]?.("string");
      if (typeof primitive === "string") return ofText(primitive, second);
    }
    throw make(
      TypeError,
      "ERR_INVALID_ARG_TYPE",
      "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like " +
        `Object. ${received(value)}`,
    );
  },
  of: (...bytes) => Buffer.from(bytes),
  copyBytesFrom(view, offset = 0, length = undefined) {
    const end = length === undefined ? undefined : offset + length;
    return Buffer.from(viewOf(view.slice(offset, end)));
  },
  isBuffer: (value) => value instanceof Buffer,
  isEncoding: (encoding) => typeof encoding === "string" && encoding.length > 0 && known(encoding) !== undefined,
  byteLength(value, encoding) {
    if (typeof value === "string") {
      if (value === "") return 0;
      return native.length(value.toWellFormed(), known(encoding) ?? "utf8");
    }
    if (isBytes(value)) return value.byteLength;
    throw make(
      TypeError,
      "ERR_INVALID_ARG_TYPE",
      `The "string" argument must be of type string or an instance of Buffer or ArrayBuffer. ${received(value)}`,
    );
  },
  compare(left, right) {
    if (!(left instanceof Uint8Array)) throw wrongType("buf1", "an instance of Buffer or Uint8Array", left);
    if (!(right instanceof Uint8Array)) throw wrongType("buf2", "an instance of Buffer or Uint8Array", right);
    const shared = Math.min(left.length, right.length);
    for (let at = 0; at < shared; at += 1) {
      if (left[at] !== right[at]) return left[at] < right[at] ? -1 : 1;
    }
    return Math.sign(left.length - right.length);
  },
  concat(list, length) {
    if (!Array.isArray(list)) throw wrongType("list", "an instance of Array", list);
    const whole = length ?? list.reduce((sum, part) => sum + part.length, 0);
    const made = Buffer.alloc(whole);
    let at = 0;
    list.forEach((part, index) => {
      if (!(part instanceof Uint8Array)) throw wrongType(`list[${index}]`, "an instance of Buffer or Uint8Array", part);
      if (at >= whole) return;
      made.set(part.length > whole - at ? part.subarray(0, whole - at) : part, at);
      at += part.length;
    });
    return made;
  },
});

const search = (buffer, value, offset, encoding, last) => {
  if (typeof offset === "string") {
    encoding = offset;
    offset = undefined;
  }
  let needle;
  if (typeof value === "number") needle = Uint8Array.of(value & 255);
  else if (typeof value === "string") needle = ofText(value, encoding);
  else if (value instanceof Uint8Array) needle = value;
  else throw wrongType("value", "one of type number or string or an instance of Buffer or Uint8Array", value);
  let from = Number(offset);
  if (Number.isNaN(from) || offset === undefined) from = last ? buffer.length : 0;
  if (from < 0) from = Math.max(from + buffer.length, last ? -1 : 0);
  if (!last) return from > buffer.length ? -1 : native.find(buffer, needle, Math.trunc(from));
  for (let at = Math.min(Math.trunc(from), buffer.length - needle.length); at >= 0; at -= 1) {
    if (needle.every((byte, place) => buffer[at + place] === byte)) return at;
  }
  return -1;
};

const methods = {
  toString(encoding, start, end) {
    const from = bound(start, this.length, 0);
    const to = bound(end, this.length, this.length);
    if (to <= from) return "";
    return native.decode(from === 0 && to === this.length ? this : Uint8Array.prototype.subarray.call(this, from, to), encodingOf(encoding));
  },
  toLocaleString(encoding, start, end) {
    return this.toString(encoding, start, end);
  },
  toJSON() {
    return { type: "Buffer", data: Array.from(this) };
  },
  equals(other) {
    if (!(other instanceof Uint8Array)) throw wrongType("otherBuffer", "an instance of Buffer or Uint8Array", other);
    return this === other || Buffer.compare(this, other) === 0;
  },
  compare(target, targetStart = 0, targetEnd = target.length, start = 0, end = this.length) {
    if (!(target instanceof Uint8Array)) throw wrongType("target", "an instance of Buffer or Uint8Array", target);
    return Buffer.compare(this.subarray(start, end), own(target.buffer, target.byteOffset, target.length).subarray(targetStart, targetEnd));
  },
  copy(target, targetStart = 0, start = 0, end = this.length) {
    const part = this.subarray(start, Math.min(end, start + Math.max(0, target.length - targetStart)));
    target.set(part, targetStart);
    return part.length;
  },
  subarray(start, end) {
    const made = Uint8Array.prototype.subarray.call(new Uint8Array(this.buffer, this.byteOffset, this.length), start, end);
    return Object.setPrototypeOf(made, Buffer.prototype);
  },
  slice(start, end) {
    return this.subarray(start, end);
  },
  write(text, offset, length, encoding) {
    if (typeof text !== "string") throw wrongType("argument", "of type string", text);
    if (typeof offset === "string") [offset, length, encoding] = [undefined, undefined, offset];
    else if (typeof length === "string") [length, encoding] = [undefined, length];
    const at = offsetOf(offset, "offset", this.length, 0);
    const room = Math.min(length ?? Infinity, this.length - at);
    let bytes = ofText(text, encoding);
    if (bytes.length > room) {
      let cut = room;
      // Letters are written whole or not at all.
      if (encodingOf(encoding) === "utf8") while (cut > 0 && (bytes[cut] & 0xc0) === 0x80) cut -= 1;
      else if (encodingOf(encoding) === "utf16le") cut -= cut % 2;
      bytes = bytes.subarray(0, cut);
    }
    this.set(bytes, at);
    return bytes.length;
  },
  fill(value, offset, end, encoding) {
    if (typeof offset === "string") [offset, end, encoding] = [undefined, undefined, offset];
    else if (typeof end === "string") [end, encoding] = [undefined, end];
    const from = offsetOf(offset, "offset", this.length, 0);
    const to = offsetOf(end, "end", this.length, this.length);
    if (typeof value === "string" || value instanceof Uint8Array) {
      const bytes = typeof value === "string" ? ofText(value, encoding) : value;
      if (bytes.length === 0) {
        if (value === "") return Uint8Array.prototype.fill.call(this, 0, from, to);
        throw make(TypeError, "ERR_INVALID_ARG_VALUE", `The argument 'value' is invalid. Received ${require("util").inspect(value)}`);
      }
      for (let at = from; at < to; at += 1) this[at] = bytes[(at - from) % bytes.length];
      return this;
    }
    return Uint8Array.prototype.fill.call(this, Number(value) & 255, from, to);
  },
  indexOf(value, offset, encoding) {
    return search(this, value, offset, encoding, false);
  },
  lastIndexOf(value, offset, encoding) {
    return search(this, value, offset, encoding, true);
  },
  includes(value, offset, encoding) {
    return this.indexOf(value, offset, encoding) >= 0;
  },
  [inspectSymbol](depth, options) {
    const most = 50;
    let text = Array.from(this.subarray(0, most), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const left = this.length - most;
    if (left > 0) text += ` ... ${left} more byte${left > 1 ? "s" : ""}`;
    return `<${this.constructor.name}${text === "" ? "" : ` ${text}`}>`;
  },
};

const swap = (size) =>
  function () {
    if (this.length % size !== 0) {
      throw make(RangeError, "ERR_INVALID_BUFFER_SIZE", `Buffer size must be a multiple of ${size * 8}-bits`);
    }
    for (let at = 0; at < this.length; at += size) this.subarray(at, at + size).reverse();
    return this;
  };
Object.assign(methods, { swap16: swap(2), swap32: swap(4), swap64: swap(8) });

// Reads and writes of numbers: name, bytes, how a view calls it, and the range of what is written.
const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
const place = (buffer, offset, size) => {
  if (offset === undefined) offset = 0;
  wantsNumber(offset, "offset");
  if (!Number.isInteger(offset)) throw outOfRange("offset", "an integer", offset);
  const limit = buffer.length - size;
  if (limit < 0) throw make(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", "Attempt to access memory outside buffer bounds");
  if (offset < 0 || offset > limit) throw outOfRange("offset", `>= 0 and <= ${limit}`, offset);
  return offset;
};
const rangeOf = (size, signed) => (signed ? [-(2 ** (size * 8 - 1)), 2 ** (size * 8 - 1) - 1] : [0, 2 ** (size * 8) - 1]);
const bigRange = (signed) => (signed ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n]);
const fits = (value, [least, most], size) => {
  if (value >= least && value <= most) return;
  const bits = size * 8;
  const shown = size > 3 ? (least < 0 ? `>= -(2 ** ${bits - 1}) and < 2 ** ${bits - 1}` : `>= 0 and < 2 ** ${bits}`) : `>= ${least} and <= ${most}`;
  throw outOfRange("value", typeof value === "bigint" ? shown.replace(/(\d+)(?! \*|\d|\))/g, "$1n").replace(/(\d+) \*\*/g, "$1n **") : shown, value);
};
const define = (name, read, write) => {
  methods[`read${name}`] = read;
  methods[`write${name}`] = write;
  const alias = name.replace("UInt", "Uint");
  if (alias !== name) {
    methods[`read${alias}`] = read;
    methods[`write${alias}`] = write;
  }
};
for (const [name, size, kind, range] of [
  ["UInt8", 1, "Uint8", rangeOf(1, false)], ["Int8", 1, "Int8", rangeOf(1, true)], ["UInt16", 2, "Uint16", rangeOf(2, false)],
  ["Int16", 2, "Int16", rangeOf(2, true)], ["UInt32", 4, "Uint32", rangeOf(4, false)], ["Int32", 4, "Int32", rangeOf(4, true)],
  ["BigUInt64", 8, "BigUint64", bigRange(false)], ["BigInt64", 8, "BigInt64", bigRange(true)], ["Float", 4, "Float32"], ["Double", 8, "Float64"],
]) {
  for (const order of size === 1 ? [""] : ["LE", "BE"]) {
    define(
      name + order,
      function (offset) {
        return view(this)[`get${kind}`](place(this, offset, size), order === "LE");
      },
      function (value, offset) {
        const number = typeof value === "bigint" ? value : Number(value);
        if (range !== undefined) fits(number, range, size);
        const at = place(this, offset, size);
        view(this)[`set${kind}`](at, number, order === "LE");
        return at + size;
      },
    );
  }
}
const width = (size) => {
  wantsNumber(size, "byteLength");
  if (!Number.isInteger(size)) throw outOfRange("byteLength", "an integer", size);
  if (size < 1 || size > 6) throw outOfRange("byteLength", ">= 1 and <= 6", size);
};
for (const signed of [false, true]) {
  for (const order of ["LE", "BE"]) {
    define(
      `${signed ? "Int" : "UInt"}${order}`,
      function (offset, size) {
        width(size);
        const at = place(this, offset, size);
        let value = 0;
        for (let step = 0; step < size; step += 1) value = value * 256 + this[order === "BE" ? at + step : at + size - 1 - step];
        return signed && value >= 2 ** (size * 8 - 1) ? value - 2 ** (size * 8) : value;
      },
      function (value, offset, size) {
        width(size);
        const number = Number(value);
        fits(number, rangeOf(size, signed), size);
        const at = place(this, offset, size);
        let rest = number < 0 ? number + 2 ** (size * 8) : number;
        for (let step = 0; step < size; step += 1) {
          this[order === "LE" ? at + step : at + size - 1 - step] = rest % 256;
          rest = Math.floor(rest / 256);
        }
        return at + size;
      },
    );
  }
}
for (const [name, encoding] of [["ascii", "ascii"], ["base64", "base64"], ["base64url", "base64url"], ["hex", "hex"], ["latin1", "latin1"], ["ucs2", "utf16le"], ["utf8", "utf8"]]) {
  methods[`${name}Slice`] = function (start, end) {
    return this.toString(encoding, start, end);
  };
  methods[`${name}Write`] = function (text, offset, length) {
    return this.write(text, offset, length, encoding);
  };
}
for (const key of Reflect.ownKeys(methods)) {
  Object.defineProperty(Buffer.prototype, key, { value: methods[key], writable: true, configurable: true, enumerable: false });
}
Object.defineProperty(Buffer.prototype, "parent", { get: () => undefined, configurable: true });

module.exports = {
  Buffer,
  INSPECT_MAX_BYTES: 50,
  SlowBuffer: Buffer,
  get Blob() {
    return Blob;
  },
  get File() {
    return File;
  },
  get atob() {
    return atob;
  },
  get btoa() {
    return btoa;
  },
  constants: { MAX_LENGTH: LONGEST, MAX_STRING_LENGTH: 2 ** 30 - 1 },
  isAscii: (value) => viewOf(value).every((byte) => byte < 128),
  isUtf8: (value) => native.isUtf8(value),
  kMaxLength: LONGEST,
  kStringMaxLength: 2 ** 30 - 1,
  transcode: (source, from, to) => Buffer.from(Buffer.from(source).toString(from), to),
};
