// The kinds of values: an int is a number, a long a bigint, a text a string, a list an array, a closure a function.
// Everything else is an object of a class below JObject, whose methods are those that scripts call.
const $jvm = { at: 0, c: Object.create(null) };
const host = (name, ...args) => globalThis.$host(name, ...args);

class JObject {
  toString() { return classOf(this).$name + "@" + (hashOf(this) >>> 0).toString(16); }
}
Object.setPrototypeOf(JObject.prototype, null);

let identities = 0;
const identity = new WeakMap();
// Makes a class known under its full name. `test` says whether a value is of it, where that is no matter of prototypes.
function known(name, type, test) {
  Object.defineProperty(type, "$name", { value: name });
  if (test) Object.defineProperty(type, "$is", { value: test });
  $jvm.c[name] = type;
  return type;
}
const simpleName = (type) => type.$simple ?? type.$name.slice(Math.max(type.$name.lastIndexOf("."), type.$name.lastIndexOf("$")) + 1);
const isClass = (v) => typeof v === "function" && v.$name !== undefined;
const isClosure = (v) => typeof v === "function" && v.$name === undefined;
// An interface, or a class of which only the values count.
function kind(name, test, statics = {}) {
  const type = class extends JObject {};
  for (const key of Object.keys(statics)) Object.defineProperty(type, key, { value: statics[key], enumerable: true, configurable: true, writable: true });
  return known(name, type, test);
}

class Chr extends JObject {
  constructor(letter) { super(); this._c = letter; }
  toString() { return this._c; }
}
class Dbl extends JObject {
  constructor(v) { super(); this._v = v; }
  toString() { return doubleText(this._v); }
}
class Flt extends Dbl {
  constructor(v) { super(Math.fround(v)); }
  toString() { return floatText(this._v); }
}
class Big extends JObject {
  constructor(v) { super(); this._v = v; }
  toString() { return this._v.toString(); }
}
// A decimal: an integer and how many of its digits stand behind the point.
class Dec extends JObject {
  constructor(unscaled, scale) { super(); this._u = unscaled; this._s = scale; }
  toString() { return decimalText(this._u, this._s); }
}
// Short and Byte.
class Small extends JObject {
  constructor(v, type) { super(); this._v = v; this._t = type; }
  toString() { return String(this._v); }
}
// A text with expressions; they are evaluated before, except lazy ones.
class GStr extends JObject {
  constructor(parts) { super(); this._p = parts; }
  toString() { return this._p.map((p) => p instanceof Raw ? p._t : p instanceof Lazy ? str(p._f()) : str(p)).join(""); }
}
class Raw extends JObject { constructor(t) { super(); this._t = t; } }
class Lazy extends JObject { constructor(f) { super(); this._f = f; } }
// An array of Java, apart from a list.
class Arr extends Array {
  static get [Symbol.species]() { return Array; }
}
function array(type, values) {
  const a = new Arr();
  for (const v of values) a.push(v);
  Object.defineProperty(a, "$type", { value: type });
  return a;
}
const isArr = (v) => v instanceof Arr;
const isList = (v) => Array.isArray(v) && !(v instanceof Arr);

const isText = (v) => typeof v === "string" || v instanceof GStr;
const plain = (v) => v instanceof GStr ? v.toString() : v;
const isNumber = (v) => typeof v === "number" || typeof v === "bigint" || v instanceof Dbl || v instanceof Dec || v instanceof Big || v instanceof Small;

// JavaScript's number of a number or a character.
function N(v) {
  if (typeof v === "number") return v;
  if (typeof v === "bigint") return Number(v);
  if (v instanceof Dec) return Number(v.toString());
  if (v instanceof Chr) return v._c.charCodeAt(0);
  if (v instanceof JObject && v._v !== undefined) return Number(v._v);
  if (v === null || v === undefined) throw npe("a number is null");
  if (typeof v === "string" && v.length === 1) return v.charCodeAt(0);
  throw new ClassCastException(`Cannot cast object '${str(v)}' with class '${classOf(v).$name}' to class 'java.lang.Number'`);
}
// The whole number of a number, as a bigint.
function B(v) {
  if (typeof v === "bigint") return v;
  if (v instanceof Big) return v._v;
  if (v instanceof Dec) return v._s <= 0 ? v._u * 10n ** BigInt(-v._s) : v._u / 10n ** BigInt(v._s);
  const n = Math.trunc(N(v));
  return Number.isFinite(n) ? BigInt(n) : 0n;
}
const L = (v) => BigInt.asIntN(64, BigInt(Math.trunc(v)));
const S = (v) => v === null || v === undefined ? v : typeof v === "string" ? v : str(v);
