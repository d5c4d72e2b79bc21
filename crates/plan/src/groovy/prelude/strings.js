// Methods of texts: Java's String and what Groovy adds.
function range_(n, i, what = "String index out of range: ") {
  if (i < 0 || i >= n) throw new StringIndexOutOfBoundsException(what + i);
  return i;
}
function substring(s, from, to) {
  const a = N(from), b = to === undefined ? s.length : N(to);
  if (a < 0 || b > s.length || a > b) throw new StringIndexOutOfBoundsException(`begin ${a}, end ${b}, length ${s.length}`);
  return s.slice(a, b);
}
const need = (v, what) => { if (v === null || v === undefined) throw npe(what ?? "an argument is null"); return v; };
const literal = (v) => S(need(v)).replace(/[\\^$.*+?()[\]{}|\/]/g, "\\$&");
const letterOf = (v) => v instanceof Chr ? v._c : typeof v === "number" ? String.fromCodePoint(v) : S(need(v));
const title = (s) => s.charAt(0).toUpperCase() + s.slice(1);
function tokenized(s, delimiters) {
  const set = delimiters === undefined ? " \t\n\r\f" : letterOf(delimiters);
  const out = [];
  let word = "";
  for (const c of s) {
    if (set.includes(c)) { if (word) out.push(word); word = ""; } else word += c;
  }
  if (word) out.push(word);
  return out;
}
function lines(s) {
  const out = s.split(/\r\n|\n|\r/);
  if (out[out.length - 1] === "") out.pop();
  return out;
}
const patternOf = (p) => p instanceof Pattern ? p : Pattern.compile(S(need(p)));
function nextText(s, by) {
  if (s === "") return by > 0 ? "\0" : "";
  return s.slice(0, -1) + String.fromCharCode((s.charCodeAt(s.length - 1) + by) & 0xffff);
}
function numberText(test) { return (s) => test(s.trim()); }
function tryParse(f) { return (s) => { try { f(s.trim()); return true; } catch (e) { return false; } }; }
function stripIndent(s) {
  const all = s.split("\n");
  const least = Math.min(...all.filter((l) => l.trim()).map((l) => /^[ \t]*/.exec(l)[0].length));
  return all.map((l) => l.slice(Number.isFinite(least) ? least : 0)).join("\n");
}
const sanitized = (v) => { const w = N(v); if (w < 0) throw new IllegalArgumentException("count is negative: " + w); return w; };
const STR = {
  length: (s) => s.length, size: (s) => s.length,
  charAt: (s, i) => new Chr(s[range_(s.length, N(i))]),
  codePointAt: (s, i) => s.codePointAt(range_(s.length, N(i))),
  substring, subSequence: substring,
  indexOf: (s, t, from) => s.indexOf(letterOf(t), from === undefined ? 0 : N(from)),
  lastIndexOf: (s, t, from) => s.lastIndexOf(letterOf(t), from === undefined ? Infinity : N(from)),
  contains: (s, t) => s.includes(S(need(t))),
  startsWith: (s, t, from) => s.startsWith(S(need(t)), from === undefined ? 0 : N(from)),
  endsWith: (s, t) => s.endsWith(S(need(t))),
  isEmpty: (s) => s.length === 0, isBlank: (s) => s.trim() === "",
  isAllWhitespace: (s) => s.trim() === "",
  trim: (s) => s.replace(/^[\0- ]+|[\0- ]+$/g, ""), strip: (s) => s.trim(),
  stripLeading: (s) => s.trimStart(), stripTrailing: (s) => s.trimEnd(),
  toLowerCase: (s) => s.toLowerCase(), toUpperCase: (s) => s.toUpperCase(),
  equals: (s, t) => t instanceof GStr ? false : s === t,
  equalsIgnoreCase: (s, t) => t !== null && t !== undefined && s.toLowerCase() === S(t).toLowerCase(),
  compareTo: (s, t) => textCmp(s, S(need(t))), compareToIgnoreCase: (s, t) => textCmp(s.toLowerCase(), S(need(t)).toLowerCase()),
  contentEquals: (s, t) => s === S(t),
  concat: (s, t) => s + S(need(t)), repeat: (s, n) => s.repeat(sanitized(n)),
  replace: (s, a, b) => s.split(letterOf(a)).join(letterOf(b)),
  replaceAll: (s, p, r) => r === undefined ? s : replaceWith(s, patternOf(p), isClosure(r) ? r : S(need(r)), false),
  replaceFirst: (s, p, r) => replaceWith(s, patternOf(p), isClosure(r) ? r : S(need(r)), true),
  matches: (s, p) => patternOf(p).$whole(s),
  split(s, p, limit) {
    if (p === undefined) return array("String[]", tokenized(s));
    if (isClosure(p)) return [STR.findAll(s, p), [...s].filter((c) => !truth(invoke(p, [c])))];
    return splitBy(s, patternOf(p)._re.g, limit === undefined ? 0 : N(limit));
  },
  tokenize: (s, d) => tokenized(s, d), splitEachLine(s, p, c) { let r = null; for (const l of lines(s)) r = invoke(c, [STR.split(l, p).slice()]); return r; },
  readLines: (s) => lines(s), lines: (s) => new Stream(lines(s)),
  eachLine(s, ...a) { let r = null, n = a.length > 1 ? N(a[0]) : 0; const c = a[a.length - 1]; const start = a.length > 1 ? 0 : 1; for (const l of lines(s)) r = count(c) > 1 ? invoke(c, [l, start + n++]) : invoke(c, [l]); return r; },
  toCharArray: (s) => array("char[]", Array.from({ length: s.length }, (_, i) => new Chr(s[i]))),
  getChars: (s) => STR.toCharArray(s), getBytes: (s, charset) => bytesOf(s, charset),
  chars: (s) => new Stream(Array.from({ length: s.length }, (_, i) => s.charCodeAt(i))), codePoints: (s) => new Stream([...s].map((c) => c.codePointAt(0))),
  intern: (s) => s, toString: (s) => s, hashCode: (s) => hashOf(s), formatted: (s, ...a) => format(s, a),
  format: (s, ...a) => format(s, a),
  reverse: (s) => [...s].reverse().join(""), capitalize: title, uncapitalize: (s) => s.charAt(0).toLowerCase() + s.slice(1),
  padLeft: (s, n, p = " ") => fill(s, N(n), letterOf(p)) + s, padRight: (s, n, p = " ") => s + fill(s, N(n), letterOf(p)),
  center(s, n, p = " ") { const total = N(n) - s.length; if (total <= 0) return s; const left = total >> 1; return letterOf(p).repeat(left) + s + letterOf(p).repeat(total - left); },
  multiply: (s, n) => s.repeat(sanitized(n)), plus: (s, t) => s + str(t),
  minus(s, t) { if (t instanceof Pattern) return replaceWith(s, t, "", true); const i = s.indexOf(str(t)); return i < 0 ? s : s.slice(0, i) + s.slice(i + str(t).length); },
  next: (s) => nextText(s, 1), previous: (s) => nextText(s, -1),
  toInteger: (s) => parseInteger(s.trim()), toLong: (s) => parseLong(s.trim()), toDouble: (s) => dbl(parseDouble(s)), toFloat: (s) => new Flt(parseDouble(s)),
  toShort: (s) => new Small(parseInteger(s.trim()), "Short"), toBigDecimal: (s) => decimal(s.trim()), toBigInteger: (s) => big(parseWhole(s.trim(), 10, -(10n ** 5000n), 10n ** 5000n)),
  toBoolean: (s) => ["true", "y", "1"].includes(s.trim().toLowerCase()),
  toCharacter: (s) => new Chr(s[0]),
  isNumber: tryParse(decimal), isBigDecimal: tryParse(decimal), isInteger: tryParse((t) => parseInteger(t)), isLong: tryParse((t) => parseLong(t)), isDouble: tryParse(parseDouble), isFloat: tryParse(parseDouble), isBigInteger: tryParse((t) => BigInt(/^[+-]?\d+$/.test(t) ? t : "x")),
  toList: (s) => [...s], toSet: (s) => new JSet("HashSet", [...s]), chunked: (s, n) => { const out = []; for (let i = 0; i < s.length; i += N(n)) out.push(s.slice(i, i + N(n))); return out; },
  getAt: (s, i) => at_(s, i), take: (s, n) => s.slice(0, N(n)), drop: (s, n) => s.slice(N(n)), takeRight: (s, n) => N(n) ? s.slice(-N(n)) : "", dropRight: (s, n) => N(n) >= s.length ? "" : s.slice(0, s.length - N(n)),
  takeWhile: (s, c) => { let i = 0; while (i < s.length && truth(invoke(c, [s[i]]))) i++; return s.slice(0, i); }, dropWhile: (s, c) => { let i = 0; while (i < s.length && truth(invoke(c, [s[i]]))) i++; return s.slice(i); },
  takeBefore: (s, t) => { const i = s.indexOf(S(t)); return i < 0 || t === "" ? "" : s.slice(0, i); }, takeAfter: (s, t) => { const i = s.indexOf(S(t)); return i < 0 || t === "" ? "" : s.slice(i + S(t).length); },
  takeBetween(s, a, b = a) { const i = s.indexOf(S(a)); if (i < 0) return ""; const j = s.indexOf(S(b), i + S(a).length); return j < 0 ? "" : s.slice(i + S(a).length, j); },
  find(s, p, c) { if (isClosure(p)) return [...s].find((l) => truth(invoke(p, [l]))) ?? null; const m = patternOf(p)._re.g; const found = new RegExp(m).exec(s); return found ? (c ? invoke(c, found.length > 1 ? groupsOf(found) : [found[0]]) : found[0]) : null; },
  findAll(s, p, c) { if (isClosure(p)) return [...s].filter((l) => truth(invoke(p, [l]))); return Array.from(patternOf(p).$all(s), (m) => c ? invoke(c, m.length > 1 ? groupsOf(m) : [m[0]]) : m[0]); },
  eachMatch(s, p, c) { for (const m of patternOf(p).$all(s)) invoke(c, m.length > 1 ? (count(c) > 1 ? groupsOf(m) : [groupsOf(m)]) : [m[0]]); return s; },
  count: (s, t) => t instanceof Pattern ? Array.from(t.$all(s)).length : s.split(S(t)).length - 1,
  stripMargin: (s, m = "|") => s.split("\n").map((l) => { const t = l.trimStart(); return t.startsWith(letterOf(m)) ? t.slice(1) : l; }).join("\n"),
  stripIndent: (s, n) => n === undefined ? stripIndent(s) : s.split("\n").map((l) => l.slice(N(n))).join("\n"), normalize: (s) => s.replace(/\r\n?/g, "\n"), denormalize: (s) => s,
  expand: (s) => s.replace(/\t/g, "        "), isCase: (s, v) => isText(v) && S(v) === s,
  tr(s, from, to) { const a = spelled(S(from)), b = spelled(S(to)); return [...s].map((c) => { const i = a.indexOf(c); return i < 0 ? c : b[Math.min(i, b.length - 1)] ?? ""; }).join(""); },
  toURL: (s) => new URL(s), toURI: (s) => new URI(s), asBoolean: (s) => s.length > 0,
  decodeBase64: (s) => array("byte[]", fromBase64(s)), decodeHex: (s) => array("byte[]", fromHex(s)), decodeBase64Url: (s) => array("byte[]", fromBase64(s)),
  md5: (s) => digestHex("MD5", utf8(s)), sha256: (s) => digestHex("SHA-256", utf8(s)), digest: (s, a) => digestHex(S(a), utf8(s)),
  bitwiseNegate: (s) => Pattern.compile(s), execute() { throw unsupported("running a process"); },
  eachWithIndex(s, c) { [...s].forEach((l, i) => invoke(c, [l, i])); return s; },
  containsIgnoreCase: (s, t) => s.toLowerCase().includes(S(t).toLowerCase()), startsWithIgnoreCase: (s, t) => s.toLowerCase().startsWith(S(t).toLowerCase()), endsWithIgnoreCase: (s, t) => s.toLowerCase().endsWith(S(t).toLowerCase()),
  leftShift: (s, t) => new StringBuilder(s + str(t)), regionMatches: (s, a, t, b, n) => s.substr(N(a), N(n)) === S(t).substr(N(b), N(n)),
};
const fill = (s, n, p) => n > s.length ? p.repeat(Math.ceil((n - s.length) / p.length)).slice(0, n - s.length) : "";
const spelled = (t) => t.replace(/(.)-(.)/g, (_, a, b) => { let out = ""; for (let c = a.charCodeAt(0); c <= b.charCodeAt(0); c++) out += String.fromCharCode(c); return out; });
// What works on the letters of a text as on a list of them.
const AS_LIST = ["collect", "any", "every", "each", "collectEntries", "inject", "join", "unique", "sort", "groupBy", "countBy", "first", "last", "withIndex", "indexed", "iterator", "head", "tail", "max", "min", "reverseEach", "collectMany", "findIndexOf", "sum"];

class StringBuilder extends JObject {
  constructor(t) { super(); this._t = t === undefined || typeof t === "number" ? "" : S(t) ?? ""; }
  append(v, from, to) { this._t += from === undefined ? (Array.isArray(v) && v.$type === "char[]" ? str(v) : jstr(v)) : S(v).slice(N(from), N(to)); return this; }
  leftShift(v) { this._t += str(v); return this; }
  plus(v) { return this._t + str(v); }
  insert(i, v) { this._t = this._t.slice(0, N(i)) + jstr(v) + this._t.slice(N(i)); return this; }
  reverse() { this._t = [...this._t].reverse().join(""); return this; }
  deleteCharAt(i) { const n = range_(this._t.length, N(i), "index "); this._t = this._t.slice(0, n) + this._t.slice(n + 1); return this; }
  delete(a, b) { this._t = this._t.slice(0, N(a)) + this._t.slice(N(b)); return this; }
  replace(a, b, t) { this._t = this._t.slice(0, N(a)) + S(t) + this._t.slice(N(b)); return this; }
  setLength(n) { this._t = this._t.slice(0, N(n)).padEnd(N(n), "\0"); return null; }
  setCharAt(i, c) { this._t = this._t.slice(0, N(i)) + letterOf(c) + this._t.slice(N(i) + 1); return null; }
  length() { return this._t.length; }
  size() { return this._t.length; }
  capacity() { return this._t.length + 16; }
  appendCodePoint(c) { this._t += String.fromCodePoint(N(c)); return this; }
  getAt(i) { return at_(this._t, i); }
  compareTo(o) { return textCmp(this._t, str(o)); }
  equals(o) { return this === o; }
  $truth() { return this._t.length > 0; }
  toString() { return this._t; }
}
known("java.lang.StringBuilder", StringBuilder);
known("java.lang.StringBuffer", class StringBuffer extends StringBuilder {});
class StringWriter extends JObject {
  constructor() { super(); this._t = ""; }
  write(v) { this._t += typeof v === "number" ? String.fromCharCode(v) : S(v); return null; }
  append(v) { this._t += str(v); return this; }
  leftShift(v) { return this.append(v); }
  print(v) { this._t += str(v); return null; }
  println(v) { this._t += (v === undefined ? "" : str(v)) + "\n"; return null; }
  flush() { return null; }
  close() { return null; }
  getBuffer() { return new StringBuilder(this._t); }
  toString() { return this._t; }
}
known("java.io.StringWriter", StringWriter);
class StringJoiner extends JObject {
  constructor(by, head = "", tail = "") { super(); this._by = S(by); this._head = S(head); this._tail = S(tail); this._parts = []; }
  add(v) { this._parts.push(str(v)); return this; }
  toString() { return this._head + this._parts.join(this._by) + this._tail; }
}
known("java.util.StringJoiner", StringJoiner);
class StringTokenizer extends JObject {
  constructor(t, d) { super(); this._parts = tokenized(S(t), d); }
  hasMoreTokens() { return this._parts.length > 0; }
  hasMoreElements() { return this._parts.length > 0; }
  nextToken() { if (!this._parts.length) throw new NoSuchElementException(); return this._parts.shift(); }
  countTokens() { return this._parts.length; }
}
known("java.util.StringTokenizer", StringTokenizer);
