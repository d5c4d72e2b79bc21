// java.lang: kinds of numbers, characters, Math, System, Thread, and turning values to types.
const C = $jvm.c;
const numberBase = (v) => rank(v) >= 0 && !(v instanceof Chr);
kind("java.lang.Object", () => true);
kind("java.lang.Number", numberBase);
kind("java.lang.Integer", (v) => typeof v === "number", {
  MAX_VALUE: MAX_INT, MIN_VALUE: MIN_INT, SIZE: 32, BYTES: 4,
  parseInt: (t, r) => parseInteger(t, r), valueOf: (v, r) => isText(v) ? parseInteger(v, r) : int(N(v)), decode: (t) => Number(S(t).replace("#", "0x")) | 0, toString: (v, r) => v === undefined ? "class java.lang.Integer" : N(v).toString(N(r ?? 10)), toHexString: (v) => (N(v) >>> 0).toString(16), toBinaryString: (v) => (N(v) >>> 0).toString(2), toOctalString: (v) => (N(v) >>> 0).toString(8),
  max: (a, b) => Math.max(N(a), N(b)), min: (a, b) => Math.min(N(a), N(b)), sum: (a, b) => add(a, b), compare: (a, b) => Math.sign(N(a) - N(b)), signum: (a) => Math.sign(N(a)), bitCount: (a) => (N(a) >>> 0).toString(2).replace(/0/g, "").length, reverse: (a) => a, parseUnsignedInt: (t) => Number(S(t)) | 0, hashCode: (v) => N(v), numberOfLeadingZeros: (v) => Math.clz32(N(v)), $new: (v) => isText(v) ? parseInteger(v) : int(N(v)),
});
kind("java.lang.Long", (v) => typeof v === "bigint", {
  MAX_VALUE: MAX_LONG, MIN_VALUE: MIN_LONG, SIZE: 64, parseLong: (t, r) => parseLong(t, r), valueOf: (v, r) => isText(v) ? parseLong(v, r) : long(B(v)), toString: (v, r) => v === undefined ? "class java.lang.Long" : B(v).toString(N(r ?? 10)), toHexString: (v) => BigInt.asUintN(64, B(v)).toString(16), toBinaryString: (v) => BigInt.asUintN(64, B(v)).toString(2), max: (a, b) => B(a) > B(b) ? B(a) : B(b), min: (a, b) => B(a) < B(b) ? B(a) : B(b), sum: (a, b) => long(B(a) + B(b)), compare: (a, b) => B(a) < B(b) ? -1 : B(a) > B(b) ? 1 : 0, signum: (a) => B(a) > 0n ? 1 : B(a) < 0n ? -1 : 0, hashCode: (v) => hashOf(B(v)), $new: (v) => isText(v) ? parseLong(v) : long(B(v)),
});
const ofDouble = (make) => ({ MAX_VALUE: make(Number.MAX_VALUE), MIN_VALUE: make(Number.MIN_VALUE), NaN: make(NaN), POSITIVE_INFINITY: make(Infinity), NEGATIVE_INFINITY: make(-Infinity), valueOf: (v) => make(isText(v) ? parseDouble(v) : N(v)), toString: (v) => v === undefined ? "class java.lang.Double" : make(N(v)).toString(), compare: (a, b) => Math.sign(N(a) - N(b)), isNaN: (v) => Number.isNaN(N(v)), isInfinite: (v) => Math.abs(N(v)) === Infinity, isFinite: (v) => Number.isFinite(N(v)), max: (a, b) => make(Math.max(N(a), N(b))), min: (a, b) => make(Math.min(N(a), N(b))), sum: (a, b) => make(N(a) + N(b)), $new: (v) => make(isText(v) ? parseDouble(v) : N(v)) });
kind("java.lang.Double", (v) => v instanceof Dbl && !(v instanceof Flt), { ...ofDouble(dbl), parseDouble: (t) => dbl(parseDouble(t)) });
kind("java.lang.Float", (v) => v instanceof Flt, { ...ofDouble((v) => new Flt(v)), parseFloat: (t) => new Flt(parseDouble(t)) });
for (const [name, low, high] of [["Short", -32768, 32767], ["Byte", -128, 127]]) kind("java.lang." + name, (v) => v instanceof Small && v._t === name, { MAX_VALUE: new Small(high, name), MIN_VALUE: new Small(low, name), ["parse" + name]: (t, r) => new Small(Number(parseWhole(t, r, BigInt(low), BigInt(high))), name), valueOf: (v) => small(v, name), toString: (v) => str(v), $new: (v) => small(v, name) });
const small = (v, name) => { const n = isText(v) ? parseInteger(v) : N(v); return new Small(name === "Byte" ? (n << 24) >> 24 : (n << 16) >> 16, name); };
kind("java.lang.Boolean", (v) => typeof v === "boolean", { TRUE: true, FALSE: false, parseBoolean: (t) => t !== null && S(t).toLowerCase() === "true", valueOf: (v) => typeof v === "boolean" ? v : v !== null && S(v).toLowerCase() === "true", toString: (v) => str(v), compare: (a, b) => Number(a) - Number(b), logicalXor: (a, b) => a !== b, logicalAnd: (a, b) => a && b, logicalOr: (a, b) => a || b, getBoolean: () => false, $new: (v) => v === true || S(v) === "true" });
const letterTest = (re) => (c) => re.test(letterOf(c));
kind("java.lang.Character", (v) => v instanceof Chr, { MAX_VALUE: new Chr("\uffff"), MIN_VALUE: new Chr("\0"), isDigit: letterTest(/^\p{Nd}$/u), isLetter: letterTest(/^\p{L}$/u), isLetterOrDigit: letterTest(/^[\p{L}\p{Nd}]$/u), isAlphabetic: letterTest(/^\p{Alphabetic}$/u), isUpperCase: letterTest(/^\p{Lu}$/u), isLowerCase: letterTest(/^\p{Ll}$/u), isWhitespace: letterTest(/^\s$/), isSpaceChar: letterTest(/^\p{Z}$/u), toUpperCase: (c) => sameKind(c, letterOf(c).toUpperCase()), toLowerCase: (c) => sameKind(c, letterOf(c).toLowerCase()), toString: (c) => letterOf(c), valueOf: (c) => new Chr(letterOf(c)), getNumericValue: (c) => { const d = parseInt(letterOf(c), 36); return Number.isNaN(d) ? -1 : d; }, digit: (c, r) => { const d = parseInt(letterOf(c), N(r)); return Number.isNaN(d) ? -1 : d; }, forDigit: (d, r) => new Chr(N(d).toString(N(r))), compare: (a, b) => letterOf(a).charCodeAt(0) - letterOf(b).charCodeAt(0), toChars: (c) => array("char[]", [...String.fromCodePoint(N(c))].map((l) => new Chr(l))), $new: (c) => new Chr(letterOf(c)) });
const sameKind = (c, t) => typeof c === "number" ? t.codePointAt(0) : new Chr(t);
kind("java.lang.String", (v) => typeof v === "string", {
  valueOf: (v) => Array.isArray(v) && v.$type === "char[]" ? str(v) : jstr(v), copyValueOf: (v) => str(v), format: (f, ...a) => f instanceof Locale ? format(a[0], spreadArgs(a.slice(1))) : format(f, spreadArgs(a)), join: (by, ...v) => (v.length === 1 && (isColl(v[0])) ? items(v[0]) : v).map((x) => x === null ? "null" : str(x)).join(S(by)), CASE_INSENSITIVE_ORDER: fnOf((a, b) => textCmp(S(a).toLowerCase(), S(b).toLowerCase()), 2),
  $new: (v, a, b) => { if (v === undefined) return ""; if (Array.isArray(v)) { if (v.$type === "char[]" || v.some((x) => x instanceof Chr)) return typeof a === "number" ? str(v).slice(a, a + N(b)) : str(v); return decodeText(typeof a === "number" ? v.slice(a, a + N(b)) : v, typeof a === "number" ? undefined : a); } return S(need(v)); },
});
const spreadArgs = (a) => a.length === 1 && isArr(a[0]) && a[0].$type !== "byte[]" ? [...a[0]] : a;
kind("java.lang.CharSequence", (v) => isText(v) || v instanceof StringBuilder);
kind("java.lang.Comparable", (v) => isText(v) || rank(v) >= 0 || typeof v?.compareTo === "function");
for (const name of ["java.lang.Runnable", "java.util.concurrent.Callable", "java.io.FileFilter", "java.io.FilenameFilter", "java.util.Comparator", "java.util.function.Function", "java.util.function.Predicate", "java.util.function.Supplier", "java.util.function.Consumer", "java.util.function.BiFunction", "java.util.function.UnaryOperator", "java.util.function.BinaryOperator"]) kind(name, (v) => isClosure(v) || v?.$self === true, name.endsWith("Comparator") ? { comparing: (f, g) => fnOf((a, b) => (g ? compareBy(g) : cmp)(invoke(f, [a]), invoke(f, [b])), 2), comparingInt: (f) => fnOf((a, b) => cmp(invoke(f, [a]), invoke(f, [b])), 2), comparingLong: (f) => fnOf((a, b) => cmp(invoke(f, [a]), invoke(f, [b])), 2), naturalOrder: () => fnOf(cmp, 2), reverseOrder: () => fnOf((a, b) => cmp(b, a), 2) } : name.endsWith("Function") || name.endsWith("UnaryOperator") ? { identity: () => fnOf((v) => v, 1) } : {});
for (const name of ["java.io.Serializable", "java.lang.Cloneable", "java.io.Closeable", "java.lang.AutoCloseable", "groovy.lang.GroovyObject", "groovy.lang.GString", "groovy.lang.Writable"]) kind(name, name === "groovy.lang.GString" ? (v) => v instanceof GStr : () => true);
known("org.codehaus.groovy.runtime.GStringImpl", GStr);
kind("org.codehaus.groovy.runtime.NullObject", (v) => v === null);
kind("groovy.lang.Closure", isClosure, { IDENTITY: fnOf((v) => v, 1), OWNER_FIRST: 0, DELEGATE_FIRST: 1, OWNER_ONLY: 2, DELEGATE_ONLY: 3, TO_SELF: 4 });
kind("java.lang.Class", isClass, { forName: (n) => C[S(n)] ?? (() => { throw new E.ClassNotFoundException(S(n)); })() });
kind("java.lang.Void", (v) => v === null);
kind("groovy.lang.Script", (v) => v instanceof ScopeObject);
kind("groovy.lang.Binding", (v) => v instanceof ScopeObject);
kind("java.math.BigDecimal", (v) => v instanceof Dec, { ZERO: new Dec(0n, 0), ONE: new Dec(1n, 0), TEN: new Dec(10n, 0), ROUND_UP: 0, ROUND_DOWN: 1, ROUND_CEILING: 2, ROUND_FLOOR: 3, ROUND_HALF_UP: 4, ROUND_HALF_DOWN: 5, ROUND_HALF_EVEN: 6, valueOf: (v, s) => v instanceof Dbl ? decimal(plainDouble(v._v)) : s === undefined ? toDec(v) : new Dec(B(v), N(s)), $new: (v) => v instanceof Dbl ? exactDouble(v._v) : isText(v) ? decimal(S(v)) : toDec(v) });
function exactDouble(n) {
  let scale = 0, m = n;
  while (!Number.isInteger(m) && scale < 1100) { m *= 2; scale++; }
  return stripped(new Dec(BigInt(m) * 5n ** BigInt(scale), scale), 0);
}
kind("java.math.BigInteger", (v) => v instanceof Big, { ZERO: big(0n), ONE: big(1n), TWO: big(2n), TEN: big(10n), valueOf: (v) => big(B(v)), $new: (v, r) => r === undefined ? big(parseWhole(v, 10, -(10n ** 9999n), 10n ** 9999n)) : Array.isArray(r) ? big(B(v) < 0n ? -fromBytes(r) : fromBytes(r)) : big(parseWhole(v, r, -(10n ** 9999n), 10n ** 9999n)) });
const fromBytes = (l) => l.reduce((n, b) => (n << 8n) | BigInt(N(b) & 255), 0n);
class Named extends JObject {
  constructor(name, ordinal, type) { super(); this._name = name; this._ordinal = ordinal; }
  name() { return this._name; }
  ordinal() { return this._ordinal; }
  getValue() { return this._ordinal + 1; }
  compareTo(o) { return this._ordinal - o._ordinal; }
  toString() { return this._name; }
}
// An enum of Java.
function enumOf(fullName, names, statics = {}) {
  const type = known(fullName, class extends Named {});
  type.$values = names.map((n, i) => { const v = new type(n, i); Object.defineProperty(type, n, { value: v, enumerable: true }); return v; });
  return Object.assign(type, statics);
}
const RoundingMode = enumOf("java.math.RoundingMode", ["UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UNNECESSARY"]);
const mode = (v) => v === undefined ? "UNNECESSARY" : v instanceof Named ? v._name : RoundingMode.$values[N(v)]._name;
class MathContext extends JObject { constructor(p, m) { super(); this._p = N(p); this._m = m === undefined ? "HALF_UP" : mode(m); } getPrecision() { return this._p; } }
known("java.math.MathContext", MathContext);
const inContext = (d, c) => { const extra = digitsOf(d._u) - c._p; return c._p > 0 && extra > 0 ? roundedTo(d, d._s - extra, c._m) : d; };
const NUM = below({
  toString: (v, r) => r === undefined ? str(v) : B(v).toString(N(r)), toInteger: (v) => int(N(v)), intValue: (v) => rank(v) === DBL ? toInt(N(v)) : Number(BigInt.asIntN(32, B(v))), longValue: (v) => long(B(v)), toLong: (v) => long(B(v)), doubleValue: (v) => dbl(N(v)), toDouble: (v) => dbl(N(v)), floatValue: (v) => new Flt(N(v)), toFloat: (v) => new Flt(N(v)), shortValue: (v) => small(v, "Short"), byteValue: (v) => small(v, "Byte"), toBigDecimal: (v) => toDec(v), toBigInteger: (v) => big(B(v)), intValueExact: (v) => Number(B(v)), longValueExact: (v) => B(v), charValue: (v) => new Chr(String.fromCharCode(N(v))),
  plus: (a, b) => isText(b) ? str(a) + str(b) : need(b) && add(a, b), minus: (a, b) => sub(a, need(b)), multiply: (a, b, c) => c ? inContext(mul(a, b), c) : mul(a, need(b)), div: (a, b) => div(a, need(b)), divide: (a, b, x, y) => dividedBy(a, b, x, y), mod: (a, b) => mod(a, b), remainder: (a, b) => mod(a, b), power: (a, b) => power(a, b), pow: (a, b) => power(a, b), intdiv(a, b) { const r = Math.max(rank(a), rank(b)); if (r > BIG) throw new UnsupportedOperationException("Cannot use intdiv() on this number type: " + classOf(a).$name); const q = JDIV[r === INT ? 0 : r](r === INT ? N(a) : B(a), r === INT ? N(b) : B(b)); return q; }, negate: (v) => sign(v), unaryMinus: (v) => sign(v), negative: (v) => sign(v), add: (a, b) => add(a, need(b)), subtract: (a, b) => sub(a, need(b)),
  abs: (v) => cmp(v, 0) < 0 ? sign(v) : v, signum: (v) => Math.sign(N(v)), compareTo: (a, b) => compareNumbers(a, need(b)), equals: (a, b) => rank(b) >= 0 && classOf(a) === classOf(b) && (a instanceof Dec ? a._u === b._u && a._s === b._s : eq(a, b)), hashCode: (v) => hashOf(v), next: (v) => up(v), previous: (v) => down(v), max: (a, b) => compareNumbers(a, b) >= 0 ? a : b, min: (a, b) => compareNumbers(a, b) <= 0 ? a : b,
  times(n, c) { const k = N(n); for (let i = 0; i < k; i++) invoke(c, [i]); return null; }, upto(a, b, c) { for (let v = a; cmp(v, b) <= 0; v = up(v)) invoke(c, [v]); return null; }, downto(a, b, c) { for (let v = a; cmp(v, b) >= 0; v = down(v)) invoke(c, [v]); return null; }, step(a, b, s, c) { for (let v = a; cmp(s, 0) > 0 ? cmp(v, b) < 0 : cmp(v, b) > 0; v = add(v, s)) invoke(c, [v]); return null; },
  round: (v, p) => roundNumber(v, p), trunc: (v, p) => p === undefined ? dbl(Math.trunc(N(v))) : dbl(Math.trunc(N(v) * 10 ** N(p)) / 10 ** N(p)), setScale: (v, s, m) => roundedTo(toDec(v), N(s), mode(m)), scale: (v) => v._s, precision: (v) => digitsOf(v._u), unscaledValue: (v) => big(v._u), stripTrailingZeros: (v) => stripped(v, -1000), toPlainString: (v) => decimalPlain(v), toEngineeringString: (v) => str(v), movePointLeft: (v, n) => new Dec(v._u, v._s + N(n)), movePointRight: (v, n) => new Dec(v._u, v._s - N(n)), isNaN: (v) => Number.isNaN(N(v)), isInfinite: (v) => Math.abs(N(v)) === Infinity, sqrt: (v) => dbl(Math.sqrt(N(v))), gcd: (a, b) => { let [x, y] = [B(a), B(b)]; while (y) [x, y] = [y, x % y]; return big(x < 0n ? -x : x); }, bitLength: (v) => B(v).toString(2).length, testBit: (v, n) => ((B(v) >> BigInt(N(n))) & 1n) === 1n, modPow: (a, e, m) => { let r = 1n, b = B(a) % B(m), x = B(e); while (x > 0n) { if (x & 1n) r = r * b % B(m); b = b * b % B(m); x >>= 1n; } return big(r); }, and: (a, b) => bits("and", a, b, (x, y) => x & y), or: (a, b) => bits("or", a, b, (x, y) => x | y), xor: (a, b) => bits("xor", a, b, (x, y) => x ^ y), shiftLeft: (a, n) => shl(a, n), shiftRight: (a, n) => big(B(a) >> BigInt(N(n))), leftShift: (a, n) => shl(a, n), asBoolean: (v) => truth(v), isCase: (a, b) => eq(a, b), toCharacter: (v) => new Chr(String.fromCharCode(N(v))), getMilliseconds: (v) => ofMillis(N(v)), getSeconds: (v) => ofMillis(N(v) * 1e3), getSecond: (v) => ofMillis(N(v) * 1e3), getMinutes: (v) => ofMillis(N(v) * 6e4), getMinute: (v) => ofMillis(N(v) * 6e4), getHours: (v) => ofMillis(N(v) * 36e5), getHour: (v) => ofMillis(N(v) * 36e5), getDays: (v) => ofMillis(N(v) * 864e5), getDay: (v) => ofMillis(N(v) * 864e5), getWeeks: (v) => ofMillis(N(v) * 6048e5),
}, DGM);
Object.setPrototypeOf(NUM, DGM);
const toInt = (n) => Number.isNaN(n) ? 0 : n >= MAX_INT ? MAX_INT : n <= MIN_INT ? MIN_INT : Math.trunc(n);
function dividedBy(a, b, x, y) {
  if (a instanceof Big && b instanceof Big) return JDIV[BIG](a._v, b._v);
  const [p, q] = [toDec(a), toDec(b)];
  if (q._u === 0n) zero(p._u === 0n ? "Division undefined" : "Division by zero");
  if (x instanceof MathContext) return decPrecision(p, q, x._p || 34, x._m);
  if (x !== undefined) {
    const scale = y === undefined ? p._s : N(x), m = mode(y === undefined ? x : y);
    const shift_ = scale + q._s - p._s;
    return new Dec(divRound(p._u * ten(Math.max(shift_, 0)), q._u * ten(Math.max(-shift_, 0)), m), scale);
  }
  const exact = decExact(p, q);
  if (!exact) throw new ArithmeticException("Non-terminating decimal expansion; no exact representable decimal result.");
  return exact;
}
function roundNumber(v, p) {
  if (v instanceof Dec) return p === undefined ? big(roundedTo(v, 0, "HALF_UP")._u) : p instanceof MathContext ? inContext(v, p) : roundedTo(v, N(p), "HALF_UP");
  if (p === undefined) return v instanceof Flt ? int(Math.floor(N(v) + 0.5)) : rank(v) === DBL ? L(Math.floor(N(v) + 0.5)) : v;
  const f = 10 ** N(p);
  return v instanceof Flt ? new Flt(Math.floor(N(v) * f + 0.5) / f) : dbl(Math.floor(N(v) * f + 0.5) / f);
}
const BOOL = Object.setPrototypeOf({ toString: (v) => str(v), booleanValue: (v) => v, and: (a, b) => a && truth(b), or: (a, b) => a || truth(b), xor: (a, b) => a !== truth(b), implies: (a, b) => !a || truth(b), equals: (a, b) => a === b, compareTo: (a, b) => Number(a) - Number(b), not: (v) => !v, hashCode: (v) => hashOf(v), plus: (a, b) => str(a) + str(b) }, DGM);
const CHR = Object.setPrototypeOf({ toString: (v) => v._c, charValue: (v) => v, equals: (a, b) => b instanceof Chr && a._c === b._c, compareTo: (a, b) => a._c.charCodeAt(0) - letterOf(b).charCodeAt(0), hashCode: (v) => hashOf(v), isDigit: (v) => C["java.lang.Character"].isDigit(v), isLetter: (v) => C["java.lang.Character"].isLetter(v), isLetterOrDigit: (v) => C["java.lang.Character"].isLetterOrDigit(v), isUpperCase: (v) => C["java.lang.Character"].isUpperCase(v), isLowerCase: (v) => C["java.lang.Character"].isLowerCase(v), isWhitespace: (v) => /\s/.test(v._c), toUpperCase: (v) => new Chr(v._c.toUpperCase()), toLowerCase: (v) => new Chr(v._c.toLowerCase()), plus: (a, b) => isText(b) ? a._c + str(b) : add(a._c.charCodeAt(0), b), multiply: (a, n) => a._c.repeat(N(n)), next: (v) => up(v), previous: (v) => down(v) }, DGM);
const div = (a, b) => rank(a) >= 0 && rank(b) >= 0 ? numeric("div", a, b, DIV) : call(a, "div", [b]);
const jdiv = (a, b) => rank(a) >= 0 && rank(b) >= 0 ? numeric("div", a, b, JDIV) : call(a, "div", [b]);
const mod = (a, b) => rank(a) >= 0 && rank(b) >= 0 ? numeric("mod", a, b, MOD) : call(a, "mod", [b]);

function classOf(v) {
  switch (typeof v) {
    case "string": return C["java.lang.String"];
    case "number": return C["java.lang.Integer"];
    case "bigint": return C["java.lang.Long"];
    case "boolean": return C["java.lang.Boolean"];
    case "function": return isClass(v) ? C["java.lang.Class"] : C["groovy.lang.Closure"];
    case "undefined": return C["org.codehaus.groovy.runtime.NullObject"];
  }
  if (v === null) return C["org.codehaus.groovy.runtime.NullObject"];
  if (Array.isArray(v)) return isArr(v) ? arrayClass(v.$type) : C[`java.util.${v.$kind ?? "ArrayList"}`] ?? C[`java.util.concurrent.${v.$kind}`];
  if (v instanceof Chr) return C["java.lang.Character"];
  if (v instanceof Flt) return C["java.lang.Float"];
  if (v instanceof Dbl) return C["java.lang.Double"];
  if (v instanceof Dec) return C["java.math.BigDecimal"];
  if (v instanceof Big) return C["java.math.BigInteger"];
  if (v instanceof Small) return C["java.lang." + v._t];
  if (v instanceof JMap && v.constructor === JMap) return C["java.util." + v._type] ?? C["java.util.LinkedHashMap"];
  if (v instanceof JSet && v.constructor === JSet) return C["java.util." + v._type];
  if (v instanceof ScopeObject) return SCRIPT;
  return v.$class ?? (v.constructor.$name ? v.constructor : C["java.lang.Object"]);
}
const arrays = new Map();
function arrayClass(type) {
  let c = arrays.get(type);
  if (!c) arrays.set(type, c = Object.defineProperties(class extends JObject {}, { $name: { value: type }, $is: { value: (v) => isArr(v) && (v.$type === type || type === "Object[]") } }));
  return c;
}
const of_ = (name) => name.endsWith("[]") ? arrayClass(name) : ({ int: C["java.lang.Integer"], long: C["java.lang.Long"], double: C["java.lang.Double"], float: C["java.lang.Float"], boolean: C["java.lang.Boolean"], char: C["java.lang.Character"], byte: C["java.lang.Byte"], short: C["java.lang.Short"], void: C["java.lang.Void"] })[name];
function isa(v, types) {
  if (v === null || v === undefined) return false;
  for (const t of types) {
    if (!t) continue;
    if (t === C["java.lang.Object"]) return true;
    if (t.$is && t.$is(v)) return true;
    if (v instanceof t) return true;
    if (v.$self) for (let c = classOf(v); c; c = c.$parent) if (c.$implements === t) return true;
  }
  return false;
}
const isException = (v) => v instanceof E.Exception;
// A value turned to the type of the variable to which it is assigned.
function to(type, v) {
  v ??= null;
  switch (type) {
    case "String": return v === null || typeof v === "string" ? v : str(v);
    case "int": case "Integer": if (typeof v === "number") return v; break;
    case "boolean": return truth(v);
    case "Boolean": return v === null ? null : truth(v);
  }
  if (v === null) {
    if (NAMES_OF[type]) throw castError(v, type);
    return null;
  }
  if (type.endsWith("[]")) return toArray(type, v);
  switch (type) {
    case "int": case "Integer": return toWhole(v, type, (x) => typeof x === "bigint" || x instanceof Big ? Number(BigInt.asIntN(32, B(x))) : toInt(N(x)));
    case "long": case "Long": return toWhole(v, type, (x) => long(B(x)));
    case "double": case "Double": return rank(v) === DBL && !(v instanceof Flt) ? v : toWhole(v, type, (x) => dbl(N(x)));
    case "float": case "Float": return toWhole(v, type, (x) => new Flt(N(x)));
    case "short": case "Short": return toWhole(v, type, (x) => small(x, "Short"));
    case "byte": case "Byte": return toWhole(v, type, (x) => small(x, "Byte"));
    case "BigDecimal": return toWhole(v, type, toDec);
    case "BigInteger": return toWhole(v, type, (x) => big(B(x)));
    case "char": case "Character":
      if (v instanceof Chr) return v;
      if (isText(v) && str(v).length === 1) return new Chr(str(v));
      if (rank(v) >= 0) return new Chr(String.fromCharCode(N(v)));
      throw castError(v, type);
    case "Set": case "LinkedHashSet": return v instanceof JSet ? v : isColl(v) ? new JSet("LinkedHashSet", items(v)) : v;
    case "HashSet": case "TreeSet": case "SortedSet": return v instanceof JSet ? v : isColl(v) ? new JSet(type === "HashSet" ? "HashSet" : "TreeSet", items(v)) : v;
    case "HashMap": case "TreeMap": if (v instanceof JMap && v._type === "LinkedHashMap" && type === "TreeMap") { const m = new JMap("TreeMap"); m.putAll(v); return m; } return v;
    case "LinkedList": case "Queue": case "Deque": case "ArrayDeque": return isList(v) && v.$kind === undefined ? C[type === "ArrayDeque" ? "java.util.ArrayDeque" : "java.util.LinkedList"].$new(v) : v;
  }
  return v;
}
const castError = (v, type) => new GroovyCastException(`Cannot cast object '${str(v)}' with class '${v === null ? "null" : classOf(v).$name}' to class '${NAMES_OF[type] ? "java.lang." + NAMES_OF[type] : type}'` + (v === null && NAMES_OF[type] ? `. Try 'java.lang.${NAMES_OF[type]}' instead` : ""));
function toWhole(v, type, f) {
  if (rank(v) >= 0) return f(v);
  if (isText(v) && str(v).length === 1 && type.toLowerCase() !== "double") return f(str(v).charCodeAt(0));
  throw castError(v, type);
}
function toArray(type, v) {
  if (isArr(v) && v.$type === type) return v;
  const element = type.slice(0, -2);
  if (v === null) return null;
  if (type === "char[]" && isText(v)) return STR.toCharArray(str(v));
  if (type === "byte[]" && isText(v)) return bytesOf(str(v));
  if (!isColl(v) && !(v instanceof Tuple) && !(v instanceof Stream)) throw castError(v, type);
  return array(type, items(v).map((x) => to(element, x)));
}
// A cast in brackets.
function cast(type, v) {
  if (v === null && !NAMES_OF[type]) return null;
  if (!NAMES_OF[type] && !type.endsWith("[]") && type !== "String" && rank(v) < 0 && !isColl(v)) {
    if (type === "Boolean" || isText(v) && str(v).length === 1 || v instanceof JMap) return to(type, v);
    throw castError(v, "java.lang." + type);
  }
  return to(type, v);
}
function castTo(type, v) {
  if (v === null || v === undefined || isa(v, [type])) return v ?? null;
  if (type === C["java.util.List"] && isColl(v)) return [...items(v)];
  if (type === C["java.lang.Object"] || isClosure(v) || type.$loose) return v;
  if (type.$own && Array.isArray(v)) return create(type, v);
  if (type.$own && v instanceof JMap) return create(type, [v]);
  throw castError(v, type.$name);
}
// `as`
function as(name, type, v) {
  if (v === null || v === undefined) return name === "boolean" ? false : null;
  if (isText(v)) {
    const s = str(v);
    switch (name) {
      case "int": case "Integer": return s.length === 0 ? (() => { throw new NumberFormatException('For input string: ""'); })() : parseInteger(s.trim());
      case "long": case "Long": return parseLong(s.trim());
      case "double": case "Double": return dbl(parseDouble(s));
      case "float": case "Float": return new Flt(parseDouble(s));
      case "BigDecimal": return decimal(s.trim());
      case "BigInteger": return STR.toBigInteger(s);
      case "short": case "Short": return small(s, "Short");
      case "byte": case "Byte": return small(s, "Byte");
      case "List": return [...s];
      case "boolean": case "Boolean": return truth(v);
      case "URL": return new URL(s);
      case "URI": return new URI(s);
      case "File": return new File(s);
      case "Class": return C[s] ?? null;
    }
  }
  switch (name) {
    case "List": case "ArrayList": case "Collection": case "Iterable": return isList(v) ? v : [...items(v)];
    case "Object": return v;
    case "Map": return v instanceof JMap ? v : castTo(type, v);
    case "CharSequence": case "GString": return str(v);
    case "Number": return v;
  }
  if (v instanceof JSet && name.endsWith("Set")) return name === "Set" || v._type === name ? v : new JSet(name === "SortedSet" ? "TreeSet" : name, v.items());
  if (type === null || name.endsWith("[]") || NAMES_OF[name]) return to(name, v);
  if (isClosure(v) || isa(v, [type])) return v;
  // A map of one closure, turned to what has one method, is that closure.
  const sole = v instanceof JMap && v.size() === 1 && /^(Comparator|FileFilter|FilenameFilter|Runnable|Callable|Function|BiFunction|Consumer|Predicate|Supplier|UnaryOperator|BinaryOperator)$/.test(name) ? v.list()[0]._v : null;
  if (isClosure(sole)) return sole;
  return castTo(type, v);
}
function newArray(type, sizes) {
  const n = N(sizes[0]);
  if (n < 0) throw new E.NegativeArraySizeException(String(n));
  const element = type.slice(0, -2);
  const empty = { int: 0, long: 0n, short: new Small(0, "Short"), byte: 0, boolean: false, double: dbl(0), float: new Flt(0), char: new Chr("\0") }[element] ?? null;
  return array(type, Array.from({ length: n }, () => sizes.length > 1 ? newArray(element, sizes.slice(1)) : empty));
}
const number = (f) => (...a) => dbl(f(...a.map(N)));
known("java.lang.Math", Object.assign(class Math_ extends JObject {}, {
  PI: dbl(Math.PI), E: dbl(Math.E),
  max: (a, b) => widest(a, b, compareNumbers(a, b) >= 0 ? a : b), min: (a, b) => widest(a, b, compareNumbers(a, b) <= 0 ? a : b), abs: (v) => rank(v) === DEC ? dbl(Math.abs(N(v))) : NUM.abs(v), round: (v) => v instanceof Flt ? int(toInt(Math.floor(N(v) + 0.5))) : rank(v) < DEC ? (rank(v) === INT ? int(N(v)) : v) : L(Math.floor(N(v) + 0.5)), floor: number(Math.floor), ceil: number(Math.ceil), rint: number((x) => { const r = Math.round(x); return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r; }), pow: number(Math.pow), sqrt: number(Math.sqrt), cbrt: number(Math.cbrt), exp: number(Math.exp), log: number(Math.log), log10: number(Math.log10), sin: number(Math.sin), cos: number(Math.cos), tan: number(Math.tan), asin: number(Math.asin), acos: number(Math.acos), atan: number(Math.atan), atan2: number(Math.atan2), hypot: number(Math.hypot), toRadians: number((d) => d / 180 * Math.PI), toDegrees: number((r) => r * 180 / Math.PI), signum: number(Math.sign), random: () => dbl(host("random")), floorDiv: (a, b) => { const x = B(a), y = B(b); if (y === 0n) zero("/ by zero"); let q = x / y; if (x % y !== 0n && (x < 0n) !== (y < 0n)) q -= 1n; return rank(a) === INT && rank(b) === INT ? Number(q) : q; }, floorMod: (a, b) => { const y = B(b); if (y === 0n) zero("/ by zero"); const m = ((B(a) % y) + y) % y; return rank(b) === INT ? Number(m) : m; }, addExact: (a, b) => exact(a, b, B(a) + B(b)), subtractExact: (a, b) => exact(a, b, B(a) - B(b)), multiplyExact: (a, b) => exact(a, b, B(a) * B(b)), toIntExact: (v) => exact(0, 0, B(v)), negateExact: (v) => exact(v, v, -B(v)),
}));
function exact(a, b, n) {
  const isInt = rank(a) === INT && rank(b) === INT;
  if (isInt ? n < BigInt(MIN_INT) || n > BigInt(MAX_INT) : n < MIN_LONG || n > MAX_LONG) throw new ArithmeticException(isInt ? "integer overflow" : "long overflow");
  return isInt ? Number(n) : n;
}
const widest = (a, b, v) => { const r = Math.max(rank(a), rank(b)); return r === LONG ? B(v) : r >= DEC ? dbl(N(v)) : v; };
known("java.lang.StrictMath", class extends C["java.lang.Math"] {});
// What was slept in this run, which the clock of the script has to show.
let slept = 0;
const now = () => host("now") + slept;
function pause(ms) {
  const rest = host("sleep", N(ms));
  if (typeof rest === "number") slept += rest;
  return null;
}
class PrintStream extends JObject {
  constructor(level) { super(); this._level = level; }
  println(v) { return printed([v], "\n"); }
  print(v) { return printed([v], ""); }
  printf(f, ...a) { return DGM.printf(null, f, ...a); }
  format(f, ...a) { return DGM.printf(null, f, ...a); }
  write(v) { return printed([v], ""); }
  append(v) { printed([v], ""); return this; }
  leftShift(v) { return this.append(v); }
  flush() { return null; }
  close() { return null; }
}
known("java.io.PrintStream", PrintStream);
known("java.lang.System", Object.assign(class System extends JObject {}, {
  out: new PrintStream("out"), err: new PrintStream("err"),
  currentTimeMillis: () => L(now()), nanoTime: () => L(host("nanos")) + BigInt(slept) * 1000000n, getProperty: (n, other) => host("system.property", S(n)) ?? other ?? (S(n) === "line.separator" ? "\n" : null), setProperty: () => { throw unsupported("System.setProperty"); }, getenv: (n) => n === undefined ? new JMap() : host("system.env", S(n)), lineSeparator: () => "\n", identityHashCode: (v) => hashOf(v), arraycopy: (a, i, b, j, n) => { for (let k = 0; k < N(n); k++) b[N(j) + k] = a[N(i) + k]; return null; }, exit: () => { throw unsupported("System.exit"); }, gc: () => null,
}));
class Thread extends JObject {
  constructor(f) { super(); this._f = f; }
  static sleep(ms) { return pause(ms); }
  static currentThread() { return new Thread(); }
  static yield() { return null; }
  static onSpinWait() { return null; }
  static start() { throw unsupported("starting a thread"); }
  getName() { return host("ctx.get", "threadName"); }
  getId() { return 1n; }
  threadId() { return 1n; }
  setName() { return null; }
  interrupt() { return null; }
  isInterrupted() { return false; }
  isAlive() { return true; }
  start() { throw unsupported("starting a thread"); }
  getStackTrace() { return array("StackTraceElement[]", []); }
  getContextClassLoader() { return null; }
}
known("java.lang.Thread", Thread);
kind("java.util.Objects", () => false, { equals: (a, b) => eq(a, b), hash: (...a) => hashOf(a), hashCode: (v) => hashOf(v), isNull: (v) => v === null, nonNull: (v) => v !== null, requireNonNull: (v, m) => { if (v === null) throw npe(m === undefined ? null : isClosure(m) ? invoke(m, []) : S(m)); return v; }, requireNonNullElse: (v, o) => v ?? o, toString: (v, o) => v === null && o !== undefined ? o : jstr(v), deepEquals: (a, b) => eq(a, b), compare: (a, b, c) => N(invoke(c, [a, b])) });
