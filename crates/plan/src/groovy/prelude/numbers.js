// Arithmetic on Java's kinds of numbers.
const INT = 0, LONG = 1, BIG = 2, DEC = 3, DBL = 4;
function rank(v) {
  switch (typeof v) {
    case "number": return INT;
    case "bigint": return LONG;
    case "object":
      if (v instanceof Dec) return DEC;
      if (v instanceof Dbl) return DBL;
      if (v instanceof Big) return BIG;
      if (v instanceof Chr || v instanceof Small) return INT;
  }
  return -1;
}
const int = (n) => n | 0;
const long = (n) => BigInt.asIntN(64, n);
const dbl = (n) => new Dbl(n);
const ten = (n) => 10n ** BigInt(n);

function decimal(text) {
  const m = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!m || (!m[2] && !m[3])) throw new NumberFormatException(text === "" ? "Index 0 out of bounds for length 0" : `Character ${[...text].find((c) => !/[\d.eE+-]/.test(c)) ?? "array"} is neither a decimal digit number, decimal point, nor "e" notation exponential mark.`);
  const fraction = m[3] ?? "";
  const exponent = Number(m[4] ?? 0);
  if (Math.abs(exponent) > 20000) throw new NumberFormatException("Too many nonzero exponent digits.");
  return new Dec(BigInt(m[1] + (m[2] + fraction || "0")), fraction.length - exponent);
}
function toDec(v) {
  if (v instanceof Dec) return v;
  if (v instanceof Dbl) return decimal(plainDouble(v._v));
  return new Dec(B(v), 0);
}
const plainDouble = (n) => doubleText(n).replace("E", "e");
function decimalText(u, s) {
  const negative = u < 0n;
  const digits = (negative ? -u : u).toString();
  const exponent = digits.length - 1 - s;
  let text;
  if (s >= 0 && exponent >= -6) {
    const padded = digits.padStart(s + 1, "0");
    text = s === 0 ? padded : padded.slice(0, -s) + "." + padded.slice(-s);
  } else {
    text = digits[0] + (digits.length > 1 ? "." + digits.slice(1) : "");
    if (exponent !== 0) text += "E" + (exponent > 0 ? "+" : "") + exponent;
  }
  return (negative ? "-" : "") + text;
}
function decimalPlain(d) {
  if (d._s >= 0) {
    const digits = (d._u < 0n ? -d._u : d._u).toString().padStart(d._s + 1, "0");
    return (d._u < 0n ? "-" : "") + (d._s === 0 ? digits : digits.slice(0, -d._s) + "." + digits.slice(-d._s));
  }
  return (d._u * ten(-d._s)).toString();
}
function doubleText(n) {
  if (Number.isNaN(n)) return "NaN";
  if (!Number.isFinite(n)) return n > 0 ? "Infinity" : "-Infinity";
  if (n === 0) return Object.is(n, -0) ? "-0.0" : "0.0";
  const m = Math.abs(n);
  if (m >= 1e-3 && m < 1e7) return Number.isInteger(n) ? n + ".0" : String(n);
  const [digits, exponent] = n.toExponential().split("e");
  return (digits.includes(".") ? digits : digits + ".0") + "E" + Number(exponent);
}
function floatText(n) {
  if (!Number.isFinite(n) || n === 0) return doubleText(n);
  for (let p = 1; p <= 9; p++) {
    const short = Number(n.toPrecision(p));
    if (Math.fround(short) === n) return doubleText(short);
  }
  return doubleText(n);
}
const digitsOf = (u) => (u < 0n ? -u : u).toString().length;
function rescaled(d, scale) {
  return scale >= d._s ? new Dec(d._u * ten(scale - d._s), scale) : roundedTo(d, scale, "HALF_UP");
}
// Division of integers, rounded by a mode of java.math.RoundingMode.
function divRound(n, d, mode) {
  let q = n / d;
  const r = n % d;
  if (r === 0n) return q;
  const negative = (n < 0n) !== (d < 0n);
  const twice = (r < 0n ? -r : r) * 2n;
  const size = d < 0n ? -d : d;
  let up;
  switch (mode) {
    case "UP": up = true; break;
    case "DOWN": up = false; break;
    case "CEILING": up = !negative; break;
    case "FLOOR": up = negative; break;
    case "HALF_UP": up = twice >= size; break;
    case "HALF_DOWN": up = twice > size; break;
    case "HALF_EVEN": up = twice > size || (twice === size && q % 2n !== 0n); break;
    default: throw new ArithmeticException("Rounding necessary");
  }
  return up ? q + (negative ? -1n : 1n) : q;
}
function roundedTo(d, scale, mode) {
  if (scale >= d._s) return new Dec(d._u * ten(scale - d._s), scale);
  return new Dec(divRound(d._u, ten(d._s - scale), mode), scale);
}
function decAdd(a, b) {
  const s = Math.max(a._s, b._s);
  return new Dec(a._u * ten(s - a._s) + b._u * ten(s - b._s), s);
}
const decNeg = (a) => new Dec(-a._u, a._s);
const decMul = (a, b) => new Dec(a._u * b._u, a._s + b._s);
function decCmp(a, b) {
  const s = Math.max(a._s, b._s);
  const x = a._u * ten(s - a._s), y = b._u * ten(s - b._s);
  return x < y ? -1 : x > y ? 1 : 0;
}
// The exact quotient, or null when its digits do not end.
function decExact(a, b) {
  if (b._u === 0n) throw new ArithmeticException("Division by zero");
  let n = a._u * (b._s > 0 ? ten(b._s) : 1n) * (a._s < 0 ? ten(-a._s) : 1n);
  let d = b._u * (a._s > 0 ? ten(a._s) : 1n) * (b._s < 0 ? ten(-b._s) : 1n);
  if (d < 0n) { n = -n; d = -d; }
  let x = n < 0n ? -n : n, y = d;
  while (y) [x, y] = [y, x % y];
  if (x) { n /= x; d /= x; }
  let twos = 0, fives = 0, rest = d;
  while (rest % 2n === 0n) { rest /= 2n; twos++; }
  while (rest % 5n === 0n) { rest /= 5n; fives++; }
  if (rest !== 1n) return null;
  const scale = Math.max(twos, fives);
  const exact = new Dec(n * ten(scale) / d, scale);
  const wanted = a._s - b._s;
  if (wanted >= scale) return new Dec(exact._u * ten(wanted - scale), wanted);
  return stripped(exact, wanted);
}
function stripped(d, least) {
  let u = d._u, s = d._s;
  if (u === 0n) return new Dec(0n, Math.max(least, 0));
  while (s > least && u % 10n === 0n) { u /= 10n; s--; }
  return new Dec(u, s);
}
function decPrecision(a, b, precision, mode) {
  const guess = precision + digitsOf(b._u) - digitsOf(a._u) + 3;
  const scale = Math.max(guess, 0) + a._s - b._s;
  const shift = scale - a._s + b._s;
  let q = a._u * ten(Math.max(shift, 0)) / b._u;
  const exactBelow = a._u * ten(Math.max(shift, 0)) % b._u !== 0n;
  let d = new Dec(exactBelow ? q * 10n + (q < 0n ? -1n : 1n) : q * 10n, scale + 1);
  const extra = digitsOf(d._u) - precision;
  return extra > 0 ? roundedTo(d, d._s - extra, mode) : d;
}
// Groovy's `/` of decimals.
function decDiv(a, b) {
  const exact = decExact(a, b);
  if (exact) return exact;
  const q = decPrecision(a, b, Math.max(digitsOf(a._u), digitsOf(b._u)) + 10, "HALF_UP");
  const scale = Math.max(a._s, b._s, 10);
  return q._s > scale ? roundedTo(q, scale, "HALF_UP") : q;
}
function numeric(name, a, b, ops) {
  const x = rank(a), y = rank(b);
  if (x < 0 || y < 0) return call(a, name, [b]);
  const r = Math.max(x, y);
  switch (r) {
    case INT: return ops[0](N(a), N(b));
    case LONG: return ops[1](B(a), B(b));
    case BIG: return ops[2](B(a), B(b));
    case DEC: return ops[3](toDec(a), toDec(b));
    default: return dbl(ops[4](N(a), N(b)));
  }
}
const zero = (message = "Division by zero") => { throw new ArithmeticException(message); };
const big = (v) => new Big(v);
const ADD = [(a, b) => int(a + b), (a, b) => long(a + b), (a, b) => big(a + b), decAdd, (a, b) => a + b];
const SUB = [(a, b) => int(a - b), (a, b) => long(a - b), (a, b) => big(a - b), (a, b) => decAdd(a, decNeg(b)), (a, b) => a - b];
const MUL = [Math.imul, (a, b) => long(a * b), (a, b) => big(a * b), decMul, (a, b) => a * b];
const byDec = (a, b) => decDiv(toDec(a), toDec(b));
const DIV = [byDec, byDec, (a, b) => byDec(big(a), big(b)), decDiv, (a, b) => a / b];
const decRem = (a, b) => {
  if (b._u === 0n) zero();
  const s = Math.max(a._s, b._s);
  return new Dec((a._u * ten(s - a._s)) % (b._u * ten(s - b._s)), s);
};
const MOD = [(a, b) => b === 0 ? zero() : int(a % b), (a, b) => b === 0n ? zero() : a % b, (a, b) => b === 0n ? zero() : big(a % b), decRem, (a, b) => a % b];
// Java's division: of integers it is whole.
const JDIV = [(a, b) => b === 0 ? zero("/ by zero") : int(a / b), (a, b) => b === 0n ? zero("/ by zero") : long(a / b), (a, b) => b === 0n ? zero("BigInteger divide by zero") : big(a / b), decDiv, (a, b) => a / b];
function power(a, b) {
  const x = rank(a), y = rank(b);
  if (x < 0 || y < 0) return call(a, "power", [b]);
  if (x === DBL || y === DBL || y === DEC) return shortest(Math.pow(N(a), N(b)), x, y);
  const n = Number(B(b));
  if (n < 0) return shortest(Math.pow(N(a), n), DBL, DBL);
  if (n > 20000) zero("Overflow");
  if (x === DEC) return new Dec(a._u ** BigInt(n), a._s * n);
  const p = B(a) ** BigInt(n);
  if (x === INT && p >= -2147483648n && p <= 2147483647n) return Number(p);
  if (x <= LONG && p === long(p)) return p;
  return big(p);
}
// Groovy gives an int or a long where a power of whole numbers is one.
const shortest = (n, x, y) => x < DEC && y < DEC && Number.isInteger(n) && Math.abs(n) < 2 ** 31 ? n : dbl(n);
function bits(name, a, b, f) {
  if (typeof a === "boolean" && typeof b === "boolean") return !!f(a ? 1 : 0, b ? 1 : 0);
  const r = Math.max(rank(a), rank(b));
  if (rank(a) < 0 || rank(b) < 0) return call(a, name, [b]);
  if (r === INT) return f(N(a), N(b)) | 0;
  return r === LONG ? long(f(B(a), B(b))) : big(f(B(a), B(b)));
}
function shift(name, a, b, ofInt, ofLong) {
  const r = rank(a);
  if (r < 0) return call(a, name, [b]);
  if (r === INT) return ofInt(N(a), N(b) & 31) | 0;
  const places = BigInt(N(b) & 63);
  return r === LONG ? long(ofLong(a, places)) : big(ofLong(B(a), BigInt(N(b))));
}
function sign(v) {
  switch (rank(v)) {
    case INT: return int(-N(v));
    case LONG: return long(-v);
    case BIG: return big(-v._v);
    case DEC: return decNeg(v);
    case DBL: return v instanceof Flt ? new Flt(-v._v) : dbl(-v._v);
    default: return call(v, "negative", []);
  }
}
function compareNumbers(a, b) {
  const r = Math.max(rank(a), rank(b));
  if (r === DEC) return decCmp(toDec(a), toDec(b));
  const x = r === DBL ? N(a) : r === INT ? N(a) : B(a);
  const y = r === DBL ? N(b) : r === INT ? N(b) : B(b);
  return x < y ? -1 : x > y ? 1 : 0;
}
const MIN_INT = -2147483648, MAX_INT = 2147483647;
const MIN_LONG = -(1n << 63n), MAX_LONG = (1n << 63n) - 1n;
function parseWhole(text, radix, min, max, shown) {
  const s = S(text);
  if (s === null || s === undefined) throw new NumberFormatException(shown === "int" ? 'Cannot parse null string: null' : "Cannot parse null string: null");
  const r = N(radix ?? 10);
  const body = /^[+-]?[0-9a-zA-Z]+$/.test(s) ? s : null;
  let value = 0n;
  let ok = body !== null;
  if (ok) {
    for (const c of body.replace(/^[+-]/, "").toLowerCase()) {
      const d = c <= "9" ? c.charCodeAt(0) - 48 : c.charCodeAt(0) - 87;
      if (d >= r) { ok = false; break; }
      value = value * BigInt(r) + BigInt(d);
    }
    if (body[0] === "-") value = -value;
  }
  if (!ok || value < min || value > max) throw new NumberFormatException(`For input string: "${s}"` + (r !== 10 && body ? ` under radix ${r}` : ""));
  return value;
}
const parseInteger = (text, radix) => Number(parseWhole(text, radix, BigInt(MIN_INT), BigInt(MAX_INT), "int"));
const parseLong = (text, radix) => parseWhole(text, radix, MIN_LONG, MAX_LONG, "long");
function parseDouble(text) {
  if (text === null || text === undefined) throw npe("Cannot parse a null text");
  const s = S(text).trim();
  if (/^[+-]?(NaN|Infinity)$/.test(s)) return Number(s);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(s)) throw new NumberFormatException(s === "" ? "empty String" : `For input string: "${s}"`);
  return Number(s.replace(/[dDfF]$/, ""));
}
