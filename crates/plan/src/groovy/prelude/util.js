// java.util and its neighbours: Random, UUID, Collections, Arrays, atomics, addresses, Apache's helpers.
const random = () => host("random");
const below_ = (n) => Math.floor(random() * n);
// java.util.Random: the same numbers for the same seed.
class Random extends JObject {
  constructor(seed) { super(); this._s = ((seed === undefined ? BigInt(below_(2 ** 48)) : B(seed)) ^ 0x5DEECE66Dn) & ((1n << 48n) - 1n); }
  setSeed(seed) { this._s = (B(seed) ^ 0x5DEECE66Dn) & ((1n << 48n) - 1n); return null; }
  $next(n) { this._s = (this._s * 0x5DEECE66Dn + 0xBn) & ((1n << 48n) - 1n); return Number(BigInt.asIntN(32, this._s >> (48n - BigInt(n)))); }
  nextInt(a, b) {
    if (a === undefined) return this.$next(32);
    if (b !== undefined) { if (N(a) >= N(b)) throw new IllegalArgumentException("bound must be greater than origin"); return N(a) + this.nextInt(N(b) - N(a)); }
    const n = N(a);
    if (n <= 0) throw new IllegalArgumentException("bound must be positive");
    if ((n & -n) === n) return Number((BigInt(n) * BigInt(this.$next(31))) >> 31n);
    let bits_, v;
    do { bits_ = this.$next(31); v = bits_ % n; } while (((bits_ - v + (n - 1)) | 0) < 0);
    return v;
  }
  nextLong(a, b) { const v = long((BigInt(this.$next(32)) << 32n) + BigInt(this.$next(32))); if (a === undefined) return v; const low = b === undefined ? 0n : B(a), n = (b === undefined ? B(a) : B(b)) - low; return low + (BigInt.asUintN(63, v) % n); }
  nextDouble(a, b) { const d = (this.$next(26) * 2 ** 27 + this.$next(27)) / 2 ** 53; return dbl(a === undefined ? d : b === undefined ? d * N(a) : N(a) + d * (N(b) - N(a))); }
  nextFloat() { return new Flt(this.$next(24) / 2 ** 24); }
  nextBoolean() { return this.$next(1) !== 0; }
  nextBytes(l) { for (let i = 0; i < l.length;) for (let r = this.$next(32), n = Math.min(4, l.length - i); n-- > 0; r >>= 8) l[i++] = (r << 24) >> 24; return null; }
  nextGaussian() {
    if (this._g !== undefined) { const g = this._g; this._g = undefined; return dbl(g); }
    let x, y, s;
    do { x = 2 * N(this.nextDouble()) - 1; y = 2 * N(this.nextDouble()) - 1; s = x * x + y * y; } while (s >= 1 || s === 0);
    const m = Math.sqrt(-2 * Math.log(s) / s);
    this._g = y * m;
    return dbl(x * m);
  }
  ints(n, a, b) { return new Stream(Array.from({ length: N(n) }, () => this.nextInt(a, b))); }
}
known("java.util.Random", Random);
known("java.security.SecureRandom", class SecureRandom extends Random { constructor() { super(); } });
known("java.util.concurrent.ThreadLocalRandom", class ThreadLocalRandom extends Random { static current() { return new ThreadLocalRandom(); } });
class UUID extends JObject {
  constructor(hex) { super(); this._h = hex; }
  static randomUUID() { let h = ""; for (let i = 0; i < 32; i++) h += below_(16).toString(16); return new UUID(h.slice(0, 12) + "4" + h.slice(13, 16) + "89ab"[parseInt(h[16], 16) & 3] + h.slice(17)); }
  static fromString(t) { const p = S(t).split("-"); if (p.length !== 5 || p.some((x) => !/^[0-9a-fA-F]+$/.test(x))) throw new IllegalArgumentException("Invalid UUID string: " + S(t)); return new UUID([8, 4, 4, 4, 12].map((n, i) => p[i].padStart(n, "0").slice(-n)).join("").toLowerCase()); }
  static nameUUIDFromBytes(b) { const h = digestHex("MD5", b); return new UUID(h.slice(0, 12) + "3" + h.slice(13, 16) + ((parseInt(h[16], 16) & 3) | 8).toString(16) + h.slice(17)); }
  $value() { return this._h; }
  version() { return parseInt(this._h[12], 16); }
  getMostSignificantBits() { return long(BigInt("0x" + this._h.slice(0, 16))); }
  getLeastSignificantBits() { return long(BigInt("0x" + this._h.slice(16))); }
  compareTo(o) { return textCmp(this._h, o._h); }
  toString() { const h = this._h; return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`; }
}
known("java.util.UUID", UUID);
kind("java.util.Collections", () => false, {
  max: (l, c) => best(items(l), c, 1), min: (l, c) => best(items(l), c, -1), sort: (l, c) => { replaceItems(l, sorted(l, c)); return null; }, shuffle: (l, r) => { shuffled(l, r); return null; }, reverse: (l) => { l.reverse(); return null; }, swap: (l, a, b) => { LIST.swap(l, a, b); return null; }, emptyList: () => [], emptyMap: () => new JMap(), emptySet: () => new JSet(), singletonList: (v) => [v], singleton: (v) => new JSet("LinkedHashSet", [v]), singletonMap: (k, v) => map([[k, v]]), unmodifiableList: (l) => LIST.asImmutable(l), unmodifiableMap: (m) => m, unmodifiableSet: (s) => s, synchronizedList: (l) => l, synchronizedMap: (m) => m, synchronizedSet: (s) => s, nCopies: (n, v) => Array.from({ length: N(n) }, () => v), frequency: (l, v) => items(l).filter((x) => eq(x, v)).length, addAll: (l, ...v) => LIST.addAll(l, v.length === 1 && isArr(v[0]) ? v[0] : v), reverseOrder: (c) => fnOf((a, b) => compareBy(c)(b, a), 2), disjoint: (a, b) => LIST.disjoint(items(a), b), indexOfSubList: (a, b) => -1, rotate: (l, n) => { const k = ((N(n) % l.length) + l.length) % l.length; replaceItems(l, [...l.slice(l.length - k), ...l.slice(0, l.length - k)]); return null; }, enumeration: (c) => new Iter(items(c)), list: (e) => items(e),
});
kind("java.util.Arrays", () => false, {
  asList: (...v) => v.length === 1 && isArr(v[0]) ? [...v[0]] : v, toString: (l) => l === null ? "null" : "[" + items(l).map(jstr).join(", ") + "]", deepToString: (l) => "[" + items(l).map((x) => Array.isArray(x) ? C["java.util.Arrays"].deepToString(x) : jstr(x)).join(", ") + "]", sort: (l, c) => { replaceItems(l, sorted(l, c)); return null; }, fill: (l, v) => { for (let i = 0; i < l.length; i++) l[i] = to(l.$type.slice(0, -2), v); return null; }, copyOf: (l, n) => { const out = newArray(l.$type, [n]); for (let i = 0; i < Math.min(N(n), l.length); i++) out[i] = l[i]; return out; }, copyOfRange: (l, a, b) => array(l.$type, l.slice(N(a), N(b))), equals: (a, b) => eq(a, b), deepEquals: (a, b) => eq(a, b), stream: (l) => new Stream([...l]), hashCode: (l) => hashOf([...l]), binarySearch: (l, v) => LIST.indexOf(l, v),
});
// Counters; one that was put into `props` counts for all threads of the run.
class Counter extends JObject {
  constructor(v, make) { super(); this._n = v; this._make = make; this._id = null; }
  $share() { if (this._id === null) this._id = host("shared.new", "counter", Number(this._n)); return this._id; }
  $add(n) { if (this._id !== null) this._n = BigInt(host("shared.add", this._id, Number(n))); else this._n += BigInt(n); return this._make(this._n); }
  get() { return this.$add(0); }
  set(v) { if (this._id !== null) host("shared.set", this._id, N(v)); this._n = B(v); return null; }
  getAndSet(v) { const old = this.get(); this.set(v); return old; }
  incrementAndGet() { return this.$add(1); }
  decrementAndGet() { return this.$add(-1); }
  getAndIncrement() { return sub(this.$add(1), this._make(1n)); }
  getAndDecrement() { return add(this.$add(-1), this._make(1n)); }
  addAndGet(n) { return this.$add(B(n)); }
  getAndAdd(n) { return sub(this.$add(B(n)), this._make(B(n))); }
  compareAndSet(a, b) { if (!eq(this.get(), a)) return false; this.set(b); return true; }
  updateAndGet(c) { this.set(invoke(c, [this.get()])); return this.get(); }
  getAndUpdate(c) { const old = this.get(); this.set(invoke(c, [old])); return old; }
  accumulateAndGet(v, c) { this.set(invoke(c, [this.get(), v])); return this.get(); }
  increment() { this.$add(1); return null; }
  decrement() { this.$add(-1); return null; }
  add(n) { this.$add(B(n)); return null; }
  sum() { return this.get(); }
  reset() { return this.set(0); }
  next() { return this.$add(1); }
  intValue() { return Number(B(this.get())); }
  longValue() { return B(this.get()); }
  lazySet(v) { return this.set(v); }
  toString() { return str(this.get()); }
}
known("java.util.concurrent.atomic.AtomicInteger", class AtomicInteger extends Counter { constructor(v = 0) { super(B(v), (n) => Number(BigInt.asIntN(32, n))); } });
known("java.util.concurrent.atomic.AtomicLong", class AtomicLong extends Counter { constructor(v = 0n) { super(B(v), long); } });
known("java.util.concurrent.atomic.LongAdder", class LongAdder extends Counter { constructor() { super(0n, long); } });
class Box extends JObject {
  constructor(v = null) { super(); this._x = v; }
  get() { return this._x; }
  set(v) { this._x = v; return null; }
  getAndSet(v) { const old = this._x; this._x = v; return old; }
  compareAndSet(a, b) { if (!same(this._x, a)) return false; this._x = b; return true; }
  updateAndGet(c) { return this._x = invoke(c, [this._x]); }
  remove() { this._x = null; return null; }
  toString() { return jstr(this._x); }
}
known("java.util.concurrent.atomic.AtomicReference", class AtomicReference extends Box {});
known("java.util.concurrent.atomic.AtomicBoolean", class AtomicBoolean extends Box { constructor(v = false) { super(v); } });
known("java.lang.ThreadLocal", class ThreadLocal extends Box { static withInitial(c) { return new ThreadLocal(invoke(c, [])); } });
class Lock extends JObject { lock() { return null; } unlock() { return null; } tryLock() { return true; } acquire() { return null; } release() { return null; } }
known("java.util.concurrent.locks.ReentrantLock", Lock);
enumOf("java.util.concurrent.TimeUnit", ["NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"]);
const UNIT_NANOS = [1n, 1000n, 1000000n, 1000000000n, 60000000000n, 3600000000000n, 86400000000000n];
Object.assign(C["java.util.concurrent.TimeUnit"].prototype, { $nanos(n) { return B(n) * UNIT_NANOS[this._ordinal]; }, toNanos(n) { return this.$nanos(n); }, toMicros(n) { return this.$nanos(n) / 1000n; }, toMillis(n) { return this.$nanos(n) / 1000000n; }, toSeconds(n) { return this.$nanos(n) / 1000000000n; }, toMinutes(n) { return this.$nanos(n) / 60000000000n; }, toHours(n) { return this.$nanos(n) / 3600000000000n; }, toDays(n) { return this.$nanos(n) / 86400000000000n; }, sleep(n) { return pause(Number(this.$nanos(n) / 1000000n)); }, convert(n, u) { return u.$nanos(n) / UNIT_NANOS[this._ordinal]; } });
class Properties extends JMap {
  constructor() { super("Properties"); this.$plain2 = true; }
  getProperty(k, other = null) { const v = JMap.prototype.get.call(this, k); return v ?? other; }
  setProperty(k, v) { return this.put(k, v); }
  stringPropertyNames() { return this.keySet(); }
  propertyNames() { return this.keys(); }
  load(from) { const text = typeof from?.$text === "function" ? from.$text() : str(from); for (const line of lines(text)) { const m = /^\s*([^#!=:\s][^=:\s]*)\s*[=:\s]\s*(.*)$/.exec(line); if (m) this.put(m[1], m[2]); } return null; }
}
known("java.util.Properties", Properties);
// Addresses.
class URL extends JObject {
  constructor(base, spec) { super(); const t = spec === undefined ? S(base) : S(spec); this._t = t; this._p = /^([A-Za-z][\w+.-]*):(?:\/\/(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(t); if (!this._p) throw new E.MalformedURLException("no protocol: " + t); }
  getProtocol() { return this._p[1]; }
  getUserInfo() { return this._p[2] ?? null; }
  getHost() { return this._p[3] ?? ""; }
  getPort() { return this._p[4] ? Number(this._p[4]) : -1; }
  getDefaultPort() { return { http: 80, https: 443, ftp: 21 }[this._p[1]] ?? -1; }
  getPath() { return this._p[5]; }
  getQuery() { return this._p[6] ?? null; }
  getFile() { return this._p[5] + (this._p[6] !== undefined ? "?" + this._p[6] : ""); }
  getRef() { return this._p[7] ?? null; }
  getAuthority() { return (this._p[2] ? this._p[2] + "@" : "") + this.getHost() + (this._p[4] ? ":" + this._p[4] : ""); }
  toExternalForm() { return this._t; }
  toURI() { return new URI(this._t); }
  openConnection() { throw unsupported("URL.openConnection"); }
  getText() { throw unsupported("URL.getText"); }
  $value() { return this._t; }
  toString() { return this._t; }
}
known("java.net.URL", URL);
class URI extends JObject {
  constructor(t) { super(); this._t = S(t); if (/[\s"<>\\^`{|}]/.test(this._t)) throw new E.URISyntaxException("Illegal character in URI: " + this._t); this._p = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(this._t); }
  static create(t) { return new URI(t); }
  getScheme() { return this._p[1] ?? null; }
  getHost() { return this._p[3] ?? null; }
  getPort() { return this._p[4] ? Number(this._p[4]) : -1; }
  getPath() { return decodeURIComponent(this._p[5]); }
  getRawPath() { return this._p[5]; }
  getQuery() { return this._p[6] === undefined ? null : decodeURIComponent(this._p[6]); }
  getRawQuery() { return this._p[6] ?? null; }
  getFragment() { return this._p[7] ?? null; }
  getAuthority() { return this._p[3] === undefined ? null : this._p[3] + (this._p[4] ? ":" + this._p[4] : ""); }
  toURL() { return new URL(this._t); }
  isAbsolute() { return this._p[1] !== undefined; }
  $value() { return this._t; }
  toString() { return this._t; }
}
known("java.net.URI", URI);
kind("java.net.URLEncoder", () => false, { encode: (t) => utf8(S(need(t))).map((b) => { const c = String.fromCharCode(b & 255); return /[A-Za-z0-9.*_-]/.test(c) ? c : c === " " ? "+" : "%" + (b & 255).toString(16).toUpperCase().padStart(2, "0"); }).join("") });
kind("java.net.URLDecoder", () => false, { decode: (t) => decodeText(S(need(t)).replace(/\+/g, " ").replace(/%([0-9a-fA-F]{2})|([^\x00-\x7f]+)|%/g, (m, h, wide) => { if (h) return String.fromCharCode(parseInt(h, 16)); if (wide) return utf8(wide).map((b) => String.fromCharCode(b & 255)).join(""); throw new IllegalArgumentException('URLDecoder: Illegal hex characters in escape (%) pattern'); }).split("").map((c) => c.charCodeAt(0))) });
kind("java.net.InetAddress", () => false, { getLocalHost: () => ({ __proto__: Host.prototype }) });
class Host extends JObject { getHostName() { return host("ctx.get", "hostName"); } getHostAddress() { return host("ctx.get", "hostAddress"); } toString() { return this.getHostName() + "/" + this.getHostAddress(); } }
known("java.net.Inet4Address", Host);
class Locale extends JObject {
  constructor(l, c = "") { super(); this._l = S(l); this._c = S(c); }
  getLanguage() { return this._l; }
  getCountry() { return this._c; }
  static getDefault() { return Locale.ENGLISH; }
  static setDefault() { return null; }
  static forLanguageTag(t) { const [l, c] = S(t).split("-"); return new Locale(l, c ?? ""); }
  $value() { return this.toString(); }
  toString() { return this._l + (this._c ? "_" + this._c : ""); }
}
known("java.util.Locale", Locale);
Object.assign(Locale, { ENGLISH: new Locale("en"), US: new Locale("en", "US"), UK: new Locale("en", "GB"), ROOT: new Locale(""), GERMANY: new Locale("de", "DE"), GERMAN: new Locale("de"), FRANCE: new Locale("fr", "FR"), FRENCH: new Locale("fr"), CANADA: new Locale("en", "CA") });
// Apache Commons.
const from_ = (n, letters) => { let out = ""; if (N(n) < 0) throw new IllegalArgumentException(`Requested random string length ${N(n)} is less than 0.`); for (let i = 0; i < N(n); i++) out += letters[below_(letters.length)]; return out; };
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", LOWER = "abcdefghijklmnopqrstuvwxyz", DIGITS = "0123456789";
const RANDOM_TEXT = { randomAlphabetic: (n, m) => from_(m === undefined ? n : N(n) + below_(N(m) - N(n)), UPPER + LOWER), randomAlphanumeric: (n, m) => from_(m === undefined ? n : N(n) + below_(N(m) - N(n)), UPPER + LOWER + DIGITS), randomNumeric: (n, m) => from_(m === undefined ? n : N(n) + below_(N(m) - N(n)), DIGITS), randomAscii: (n) => { let out = ""; for (let i = 0; i < N(n); i++) out += String.fromCharCode(32 + below_(95)); return out; }, random: (n, a, b) => typeof a === "boolean" ? from_(n, (a ? UPPER + LOWER : "") + (b ? DIGITS : "")) : a === undefined ? RANDOM_TEXT.randomAscii(n) : from_(n, str(a)) };
kind("org.apache.commons.lang3.RandomStringUtils", () => false, RANDOM_TEXT);
kind("org.apache.commons.lang.RandomStringUtils", () => false, { ...RANDOM_TEXT });
const RANDOM_NUMBERS = { nextInt: (a = 0, b = MAX_INT) => N(a) + below_(N(b) - N(a)), nextLong: (a = 0, b = MAX_INT) => L(N(a) + below_(N(b) - N(a))), nextDouble: (a = 0, b = 1) => dbl(N(a) + random() * (N(b) - N(a))), nextBoolean: () => random() < 0.5 };
kind("org.apache.commons.lang3.RandomUtils", () => false, RANDOM_NUMBERS);
const orNull = (f) => (t, ...a) => t === null || t === undefined ? null : f(S(t), ...a);
const TEXT_UTILS = {
  isBlank: (t) => t === null || S(t).trim() === "", isNotBlank: (t) => t !== null && S(t).trim() !== "", isEmpty: (t) => t === null || S(t) === "", isNotEmpty: (t) => t !== null && S(t) !== "", substringBetween: orNull((s, a, b = a) => { const i = s.indexOf(S(a)); if (i < 0) return null; const j = s.indexOf(S(b), i + S(a).length); return j < 0 ? null : s.slice(i + S(a).length, j); }), substringsBetween: orNull((s, a, b) => { const out = []; let i = 0; for (;;) { const x = s.indexOf(S(a), i); if (x < 0) break; const y = s.indexOf(S(b), x + S(a).length); if (y < 0) break; out.push(s.slice(x + S(a).length, y)); i = y + S(b).length; } return out.length ? array("String[]", out) : null; }), substringBefore: orNull((s, t) => { const i = s.indexOf(S(t)); return i < 0 ? s : s.slice(0, i); }), substringAfter: orNull((s, t) => { const i = s.indexOf(S(t)); return i < 0 ? "" : s.slice(i + S(t).length); }), substringBeforeLast: orNull((s, t) => { const i = s.lastIndexOf(S(t)); return i < 0 ? s : s.slice(0, i); }), substringAfterLast: orNull((s, t) => { const i = s.lastIndexOf(S(t)); return i < 0 ? "" : s.slice(i + S(t).length); }), substring: orNull((s, a, b) => s.slice(N(a), b === undefined ? undefined : N(b))), join: (l, by) => l instanceof JObject || Array.isArray(l) ? items(l).map((x) => x === null ? "" : str(x)).join(by === undefined || by === null ? "" : letterOf(by)) : S(l), split: orNull((s, d) => array("String[]", tokenized(s, d))), leftPad: orNull((s, n, p = " ") => fill(s, N(n), letterOf(p)) + s), rightPad: orNull((s, n, p = " ") => s + fill(s, N(n), letterOf(p))), repeat: orNull((s, n, m) => m === undefined ? s.repeat(Math.max(0, N(n))) : Array.from({ length: N(m) }, () => s).join(S(n))), capitalize: orNull(title), uncapitalize: orNull((s) => s.charAt(0).toLowerCase() + s.slice(1)), upperCase: orNull((s) => s.toUpperCase()), lowerCase: orNull((s) => s.toLowerCase()), reverse: orNull((s) => [...s].reverse().join("")), trim: orNull((s) => s.trim()), trimToEmpty: (t) => t === null ? "" : S(t).trim(), trimToNull: (t) => t === null || S(t).trim() === "" ? null : S(t).trim(), strip: orNull((s) => s.trim()), contains: (t, x) => t !== null && x !== null && S(t).includes(letterOf(x)), containsIgnoreCase: (t, x) => t !== null && x !== null && S(t).toLowerCase().includes(S(x).toLowerCase()), equals: (a, b) => (a === null ? null : S(a)) === (b === null ? null : S(b)), equalsIgnoreCase: (a, b) => a === null || b === null ? a === b : S(a).toLowerCase() === S(b).toLowerCase(), startsWith: (a, b) => a !== null && S(a).startsWith(S(b)), endsWith: (a, b) => a !== null && S(a).endsWith(S(b)), isNumeric: (t) => t !== null && /^\d+$/.test(S(t)), isAlpha: (t) => t !== null && /^\p{L}+$/u.test(S(t)), isAlphanumeric: (t) => t !== null && /^[\p{L}\p{Nd}]+$/u.test(S(t)), countMatches: (t, x) => t === null || x === "" ? 0 : S(t).split(letterOf(x)).length - 1, replace: orNull((s, a, b) => a === null || S(a) === "" ? s : s.split(S(a)).join(S(b))), remove: orNull((s, x) => s.split(letterOf(x)).join("")), removeStart: orNull((s, x) => s.startsWith(S(x)) ? s.slice(S(x).length) : s), removeEnd: orNull((s, x) => s.endsWith(S(x)) ? s.slice(0, s.length - S(x).length) : s), defaultString: (t, o = "") => t ?? o, defaultIfEmpty: (t, o) => t === null || S(t) === "" ? o : t, defaultIfBlank: (t, o) => t === null || S(t).trim() === "" ? o : t, left: orNull((s, n) => s.slice(0, Math.max(0, N(n)))), right: orNull((s, n) => N(n) <= 0 ? "" : s.slice(-N(n))), mid: orNull((s, a, n) => s.substr(N(a), N(n))), length: (t) => t === null ? 0 : S(t).length, indexOf: (t, x) => t === null ? -1 : S(t).indexOf(letterOf(x)), abbreviate: orNull((s, n) => s.length <= N(n) ? s : s.slice(0, N(n) - 3) + "..."), deleteWhitespace: orNull((s) => s.replace(/\s/g, "")), chomp: orNull((s) => s.replace(/\r?\n$/, "")), chop: orNull((s) => s.slice(0, -1)), normalizeSpace: orNull((s) => s.trim().replace(/\s+/g, " ")), EMPTY: "", SPACE: " ",
};
kind("org.apache.commons.lang3.StringUtils", () => false, TEXT_UTILS);
kind("org.apache.commons.lang.StringUtils", () => false, { ...TEXT_UTILS });
const escapeXml = (t) => S(t).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" })[c]);
const unescapeXml = (t) => S(t).replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (all, d, x, n) => d ? String.fromCodePoint(Number(d)) : x ? String.fromCodePoint(parseInt(x, 16)) : { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\xa0" }[n] ?? all);
const ESCAPES = { escapeXml, unescapeXml, escapeXml10: escapeXml, escapeXml11: escapeXml, escapeHtml: (t) => escapeXml(t).replace(/&apos;/g, "'"), escapeHtml4: (t) => escapeXml(t).replace(/&apos;/g, "'"), unescapeHtml: unescapeXml, unescapeHtml4: unescapeXml, escapeJava: (t) => jsonText(S(t)).slice(1, -1), escapeJson: (t) => jsonText(S(t)).slice(1, -1).replace(/\//g, "\\/"), unescapeJava: (t) => JSON.parse('"' + S(t).replace(/"/g, '\\"') + '"'), unescapeJson: (t) => JSON.parse('"' + S(t).replace(/\\\//g, "/").replace(/"/g, '\\"') + '"') };
for (const name of ["org.apache.commons.lang3.StringEscapeUtils", "org.apache.commons.lang.StringEscapeUtils", "org.apache.commons.text.StringEscapeUtils"]) kind(name, () => false, { ...ESCAPES });
