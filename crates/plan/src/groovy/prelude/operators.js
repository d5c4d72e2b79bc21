// Operators as functions.
function add(a, b) {
  if (typeof a === "number" && typeof b === "number") return (a + b) | 0;
  if (typeof a === "string") return a + str(b);
  if (a instanceof GStr) return isText(b) ? new GStr([...a._p, ...(b instanceof GStr ? b._p : [new Raw(b)])]) : a.toString() + str(b);
  if (rank(a) >= 0 && rank(b) >= 0) return numeric("plus", a, b, ADD);
  if (isText(b) && !(a instanceof JMap) && !isColl(a)) return str(a) + plain(b);
  return call(a, "plus", [b]);
}
// Java's `+`: a text on either side joins as Java prints.
function jadd(a, b) {
  if (typeof a === "number" && typeof b === "number") return (a + b) | 0;
  if (isText(a) || isText(b)) return jstr(a) + jstr(b);
  if (rank(a) >= 0 && rank(b) >= 0) return numeric("plus", a, b, ADD);
  if (a === null || b === null || a === undefined || b === undefined) throw npe("an operand of + is null");
  return jstr(a) + jstr(b);
}
const folded = (f) => (first, ...more) => { let r = first; for (const m of more) r = f(r, m); return r; };
function sub(a, b) { return typeof a === "number" && typeof b === "number" ? (a - b) | 0 : rank(a) >= 0 && rank(b) >= 0 ? numeric("minus", a, b, SUB) : call(a, "minus", [b]); }
function mul(a, b) { return rank(a) >= 0 && rank(b) >= 0 ? numeric("multiply", a, b, MUL) : call(a, "multiply", [b]); }
function truth(v) {
  switch (typeof v) {
    case "boolean": return v;
    case "string": return v.length > 0;
    case "number": return v !== 0;
    case "bigint": return v !== 0n;
    case "undefined": return false;
    case "function": return true;
  }
  if (v === null) return false;
  if (Array.isArray(v)) return v.length > 0;
  if (v instanceof GStr) return v.toString().length > 0;
  if (v instanceof Dbl) return v._v !== 0 && !Number.isNaN(v._v);
  if (v instanceof Dec) return v._u !== 0n;
  if (v instanceof Big) return v._v !== 0n;
  if (v instanceof Small) return v._v !== 0;
  if (v instanceof Chr) return v._c !== "\0";
  if (v.asBoolean) return v.asBoolean();
  if (v.$truth) return v.$truth();
  return true;
}
function eq(a, b) {
  if (a === b) return true;
  if (a === undefined) a = null;
  if (b === undefined) b = null;
  if (a === null || b === null) return a === b;
  const x = typeof a, y = typeof b;
  if (x === "string" && y === "string") return false;
  if (x === "boolean" || y === "boolean") return false;
  if (isText(a) || a instanceof Chr) {
    if (isText(b)) return str(a) === str(b);
    if (b instanceof Chr) return str(a) === b._c;
    if (isText(a)) return false;
  }
  if (rank(a) >= 0 && rank(b) >= 0) return N(a) === N(b) && compareNumbers(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b)) return sameItems(a, b);
  if (isColl(a) && isColl(b)) {
    if (a instanceof JSet !== b instanceof JSet) return false;
    if (a instanceof JSet) return a.size() === b.size() && a.items().every((v) => b.contains(v));
    return sameItems(items(a), items(b));
  }
  if (a instanceof JMap) return b instanceof JMap && a.$equals(b);
  if (a instanceof JObject) {
    if (typeof a.equals === "function") return truth(a.equals(b));
    if (typeof a.compareTo === "function" && b instanceof JObject && classOf(a) === classOf(b)) return N(a.compareTo(b)) === 0;
    if (typeof a.$value === "function" && b instanceof JObject && classOf(a) === classOf(b)) return a.$value() === b.$value();
  }
  return false;
}
function sameItems(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!eq(a[i], b[i])) return false;
  return true;
}
function same(a, b) {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  return rank(a) >= 0 && rank(a) === rank(b) && typeof a === typeof b && eq(a, b);
}
const textCmp = (a, b) => {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) { const d = a.charCodeAt(i) - b.charCodeAt(i); if (d !== 0) return d; }
  return a.length - b.length;
};
function cmp(a, b) {
  a ??= null; b ??= null;
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (typeof a === "boolean" && typeof b === "boolean") return a ? 1 : -1;
  if (isText(a) && (isText(b) || b instanceof Chr)) return textCmp(str(a), str(b));
  if (rank(a) >= 0 && rank(b) >= 0) return compareNumbers(a, b);
  if (a instanceof Chr && isText(b)) return textCmp(a._c, str(b));
  if (a instanceof JObject && typeof a.compareTo === "function") return N(a.compareTo(b));
  if (eq(a, b)) return 0;
  throw new IllegalArgumentException(`Cannot compare ${classOf(a).$name} with value '${str(a)}' and ${classOf(b).$name} with value '${str(b)}'`);
}
function up(v) { return typeof v === "number" ? (v + 1) | 0 : v === null || v === undefined ? nullCall("next", []) : v instanceof Chr ? new Chr(String.fromCharCode(v._c.charCodeAt(0) + 1)) : rank(v) >= 0 ? numeric("next", v, 1, ADD) : call(v, "next", []); }
function down(v) { return typeof v === "number" ? (v - 1) | 0 : v === null || v === undefined ? nullCall("previous", []) : v instanceof Chr ? new Chr(String.fromCharCode(v._c.charCodeAt(0) - 1)) : rank(v) >= 0 ? numeric("previous", v, 1, SUB) : call(v, "previous", []); }
function shl(a, b) {
  if (a instanceof StringBuilder) return a.append(b);
  return rank(a) >= 0 ? shift("leftShift", a, b, (x, n) => x << n, (x, n) => x << n) : call(a, "leftShift", [b]);
}
// Whether a value falls under a case: of a class, a list, a range, a pattern, a closure, or equal.
function isCase(test, v) {
  if (test === null || test === undefined) return v === null || v === undefined;
  if (isClass(test)) return isa(v, [test]);
  if (isClosure(test)) return truth(invoke(test, [v]));
  if (test instanceof Pattern) return v !== null && v !== undefined && test.$whole(str(v));
  if (test instanceof Range) return test.contains(v);
  if (isColl(test) || Array.isArray(test)) return items(test).some((x) => eq(x, v));
  if (test instanceof JMap) return truth(test.get(v));
  return eq(test, v);
}
const elvis = (v, other) => truth(v) ? v : other();
const safe = (v, f) => v === null || v === undefined ? null : f(v);
function spread(v, f) {
  if (v === null || v === undefined) return null;
  return items(v).map((x) => x === null || x === undefined ? null : f(x));
}
function tilde(v) {
  if (isText(v)) return Pattern.compile(plain(v));
  if (typeof v === "bigint") return ~v;
  if (rank(v) === INT) return ~N(v);
  return call(v, "bitwiseNegate", []);
}
