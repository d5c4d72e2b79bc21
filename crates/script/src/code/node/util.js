"use strict";
const { make, wantsFunction, wrongType } = require("internal/errors");
const { formatWithOptions, inspect } = require("internal/inspect");
const custom = Symbol.for("nodejs.util.promisify.custom");

const promisify = (original) => {
  wantsFunction(original, "original");
  if (original[custom] !== undefined) {
    wantsFunction(original[custom], "util.promisify.custom");
    return Object.defineProperty(original[custom], custom, { value: original[custom], configurable: true });
  }
  const promised = function (...args) {
    return new Promise((resolve, reject) => {
      original.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value)));
    });
  };
  Object.setPrototypeOf(promised, Object.getPrototypeOf(original));
  Object.defineProperty(promised, custom, { value: promised, configurable: true });
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(original));
};
promisify.custom = custom;

const callbackify = (original) => {
  wantsFunction(original, "original");
  return function (...args) {
    const callback = args.pop();
    wantsFunction(callback, "last argument");
    original.apply(this, args).then(
      (value) => process.nextTick(callback, null, value),
      (reason) => {
        const error = reason || make(Error, "ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value", { reason });
        process.nextTick(callback, error);
      },
    );
  };
};

const inherits = (constructor, above) => {
  wantsFunction(constructor, "ctor");
  wantsFunction(above, "superCtor");
  Object.defineProperty(constructor, "super_", { value: above, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, above.prototype);
};

const warned = new Set();
const deprecate = (original, message, code) => {
  let told = false;
  return function (...args) {
    if (!told && !(code !== undefined && warned.has(code))) console.warn(`DeprecationWarning: ${message}`);
    told = true;
    if (code !== undefined) warned.add(code);
    return new.target === undefined ? original.apply(this, args) : Reflect.construct(original, args, new.target);
  };
};

const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const kind = (value) => native.kindOf(value);
const typedArray = Object.getPrototypeOf(Uint8Array);
const arrayTag = Object.getOwnPropertyDescriptor(typedArray.prototype, Symbol.toStringTag).get;
const typed = (name) => (value) => arrayTag.call(value) === name;
const boxed = (prototype) => (value) => {
  if (typeof value !== "object" || value === null) return false;
  try {
    prototype.valueOf.call(value);
    return true;
  } catch {
    return false;
  }
};
const types = {
  isAnyArrayBuffer: (value) => value instanceof ArrayBuffer || value instanceof SharedArrayBuffer,
  isArgumentsObject: (value) => tag(value) === "Arguments",
  isArrayBuffer: (value) => kind(value) === "arraybuffer",
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isAsyncFunction: (value) => typeof value === "function" && ["AsyncFunction", "AsyncGeneratorFunction"].includes(tag(value)),
  isBigInt64Array: typed("BigInt64Array"),
  isBigUint64Array: typed("BigUint64Array"),
  isBooleanObject: boxed(Boolean.prototype),
  isBoxedPrimitive: (value) => ["Number", "String", "Boolean", "BigInt", "Symbol"].some((name) => boxed(globalThis[name].prototype)(value)),
  isDataView: (value) => value instanceof DataView,
  isDate: (value) => kind(value) === "date",
  isFloat32Array: typed("Float32Array"),
  isFloat64Array: typed("Float64Array"),
  isGeneratorFunction: (value) => typeof value === "function" && ["GeneratorFunction", "AsyncGeneratorFunction"].includes(tag(value)),
  isGeneratorObject: (value) => tag(value) === "Generator",
  isInt16Array: typed("Int16Array"),
  isInt32Array: typed("Int32Array"),
  isInt8Array: typed("Int8Array"),
  isMap: (value) => kind(value) === "map",
  isModuleNamespaceObject: (value) => tag(value) === "Module",
  isNativeError: (value) => kind(value) === "error",
  isNumberObject: boxed(Number.prototype),
  isPromise: (value) => value instanceof Promise,
  isProxy: () => false,
  isRegExp: (value) => kind(value) === "regexp",
  isSet: (value) => kind(value) === "set",
  isSharedArrayBuffer: (value) => value instanceof SharedArrayBuffer,
  isStringObject: boxed(String.prototype),
  isSymbolObject: boxed(Symbol.prototype),
  isTypedArray: (value) => arrayTag.call(value) !== undefined,
  isUint16Array: typed("Uint16Array"),
  isUint32Array: typed("Uint32Array"),
  isUint8Array: typed("Uint8Array"),
  isUint8ClampedArray: typed("Uint8ClampedArray"),
  isWeakMap: (value) => value instanceof WeakMap,
  isWeakSet: (value) => value instanceof WeakSet,
};

const debuglog = (section) => {
  const wanted = (process.env.NODE_DEBUG ?? "").toLowerCase().split(",").includes(section.toLowerCase());
  const log = (...args) => {
    if (wanted) console.error(`${section.toUpperCase()} ${process.pid}: ${formatWithOptions({}, ...args)}`);
  };
  return Object.assign(log, { enabled: wanted });
};

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u001b\u009b][[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[-a-zA-Z\d/#&.:=?%@~_]*)*)?\u0007)|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~]))/g;

module.exports = {
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format: (...args) => (args.length === 0 ? "" : formatWithOptions({}, ...args)),
  formatWithOptions,
  inherits,
  inspect,
  isArray: Array.isArray,
  isDeepStrictEqual: (left, right) => require("internal/comparing").equal(left, right, true),
  promisify,
  stripVTControlCharacters: (text) => text.replace(CONTROLS, ""),
  styleText: (format, text) => text,
  get TextDecoder() {
    return TextDecoder;
  },
  get TextEncoder() {
    return TextEncoder;
  },
  toUSVString: (text) => `${text}`.toWellFormed(),
  types,
};
for (const name of ["isBoolean", "isNumber", "isString", "isSymbol", "isUndefined", "isFunction"]) {
  const type = name.slice(2).toLowerCase();
  module.exports[name] = (value) => typeof value === type;
}
Object.assign(module.exports, {
  _extend: (target, source) => Object.assign(target, source),
  getSystemErrorName(errno) {
    if (typeof errno !== "number") throw wrongType("err", "of type number", errno);
    const names = { [-1]: "EPERM", [-2]: "ENOENT", [-13]: "EACCES", [-17]: "EEXIST", [-20]: "ENOTDIR", [-21]: "EISDIR" };
    return names[errno];
  },
  isBuffer: (value) => Buffer.isBuffer(value),
  isDate: types.isDate,
  isError: (value) => value instanceof Error,
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isObject: (value) => value !== null && typeof value === "object",
  isPrimitive: (value) => value === null || (typeof value !== "object" && typeof value !== "function"),
  isRegExp: types.isRegExp,
});
