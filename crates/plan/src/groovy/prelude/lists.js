// Methods of lists, arrays, sets and ranges: Java's, and what Groovy adds.
function invoke(f, args) {
  if (typeof f === "function" && f.$n !== undefined) {
    const n = f.$n;
    if (n >= 0) {
      if (args.length === 1 && (n > 1 || f.$rest) && n > 1 && (Array.isArray(args[0]) || args[0] instanceof Tuple)) args = items(args[0]);
      if (args.length > n && !f.$rest || args.length < f.$req) {
        if (!(n === 1 && args.length === 0) && !f.$loose) throw missingMethod("call", $jvm.c["groovy.lang.Closure"], args);
        args = args.length > n ? args.slice(0, n) : [null];
      }
    } else if (args.length > 1 && !f.$loose) throw missingMethod("call", $jvm.c["groovy.lang.Closure"], args);
    return f(...args) ?? null;
  }
  if (isClass(f)) return create(f, args);
  if (typeof f === "function") return f(...args) ?? null;
  if (f === null || f === undefined) return nullCall("call", args);
  for (const name of ["call", "apply", "accept", "test", "compare", "run", "get", "applyAsInt", "applyAsLong"]) if (typeof f[name] === "function") return f[name](...args) ?? null;
  return call(f, "call", args);
}
const count = (f) => typeof f === "function" && f.$n !== undefined ? Math.abs(f.$n) : typeof f === "function" ? f.length : typeof f?.compare === "function" ? 2 : 1;
// A function of ours as a closure.
function fnOf(f, n) { Object.defineProperties(f, { $n: { value: n }, $req: { value: 0 }, $rest: { value: false }, $loose: { value: true } }); return f; }
const one = (c, v) => v instanceof Entry && count(c) === 2 ? invoke(c, [v._k, v._v]) : invoke(c, [v]);
const test = (c) => c === undefined ? truth : (v) => truth(one(c, v));
function compareBy(c) {
  if (c === undefined || c === null) return cmp;
  if (count(c) === 2) return (a, b) => N(invoke(c, [a, b]));
  return (a, b) => cmp(invoke(c, [a]), invoke(c, [b]));
}
const sorted = (list, c) => [...list].sort(compareBy(c));
function unique(list, c) {
  const out = [];
  if (c === undefined) { const seen = new Set(); for (const v of list) { const k = typeof v === "object" && v !== null ? keyOf(v) : rank(v) >= 0 ? N(v) : v; if (!seen.has(k)) { seen.add(k); out.push(v); } } return out; }
  const by = compareBy(c);
  for (const v of list) if (!out.some((x) => by(x, v) === 0)) out.push(v);
  return out;
}
function replaceItems(l, list) { l.length = 0; for (const v of list) l.push(v); return l; }
function sumOf(list, c, start) {
  if (c !== undefined && !isClosure(c)) { start = c; c = undefined; }
  let first = start === undefined, total = start ?? null;
  for (const v of list) { const x = c ? one(c, v) : v; total = first ? x : add(total, x); first = false; }
  return total;
}
function best(list, c, way) {
  let found = null, any = false;
  const by = compareBy(c);
  for (const v of list) if (v !== null && (!any || by(v, found) * way > 0)) { found = v; any = true; }
  return found;
}
function flat(list) { return items(list).flatMap((v) => isColl(v) ? flat(v) : [v]); }
function bounds(l, i) { const n = N(i); if (n < 0 || n >= l.length) throw new IndexOutOfBoundsException(`Index ${n} out of bounds for length ${l.length}`); return n; }
function grouped(list, c, more) {
  const m = new JMap();
  for (const v of list) { const k = one(c, v); const e = m.get(k); if (e) e.push(v); else m.put(k, [v]); }
  if (more?.length) for (const e of m.list()) e._v = grouped(e._v, more[0], more.slice(1));
  return m;
}
function toMapOf(v, m) {
  if (v instanceof JMap) m.putAll(v);
  else if (v instanceof Entry) m.put(v._k, v._v);
  else { const [k, x] = items(v); m.put(k, x ?? null); }
}
const spliceOut = (l, i) => l.splice(i, 1)[0];
const asList = (v) => isColl(v) || v instanceof Tuple ? items(v) : [v];
const LIST = {
  size: (l) => l.length, length: (l) => l.length, isEmpty: (l) => l.length === 0,
  get: (l, i) => l[bounds(l, i)], getAt: (l, i) => at_(l, i), elementAt: (l, i) => l[bounds(l, i)], putAt(l, i, v) { putAt(l, i, v); return null; },
  set(l, i, v) { const n = bounds(l, i), old = l[n]; l[n] = v; return old; },
  add(l, a, b) { need0(l); if (b === undefined) { if (l.$kind === "PriorityQueue") { l.push(a ?? null); l.sort(cmp); } else l.push(a ?? null); return true; } const n = N(a); if (n < 0 || n > l.length) throw new IndexOutOfBoundsException(`Index: ${n}, Size: ${l.length}`); l.splice(n, 0, b); return null; },
  addAll(l, a, b) { need0(l); if (b === undefined) { const more = [...items(need(a))]; for (const v of more) l.push(v); return more.length > 0; } l.splice(N(a), 0, ...items(b)); return true; },
  addFirst(l, v) { l.unshift(v); return null; }, addLast(l, v) { l.push(v); return null; }, addElement(l, v) { l.push(v); return null; },
  remove(l, v) {
    need0(l);
    if (v === undefined) { if (!l.length) throw new NoSuchElementException(); return l.shift(); }
    if (typeof v === "number" && l.$kind === undefined || typeof v === "number" && ["LinkedList", "Vector", "Stack", "CopyOnWriteArrayList"].includes(l.$kind)) return spliceOut(l, bounds(l, v));
    const i = l.findIndex((x) => eq(x, v)); if (i >= 0) l.splice(i, 1); return i >= 0;
  },
  removeAt: (l, i) => spliceOut(l, bounds(l, i)), removeElement(l, v) { const i = l.findIndex((x) => eq(x, v)); if (i >= 0) l.splice(i, 1); return i >= 0; },
  removeAll(l, o) { const n = l.length; const out = isClosure(o) ? test(o) : (v) => contains(o, v); replaceItems(l, [...l].filter((v) => !out(v))); return l.length < n; },
  retainAll(l, o) { const n = l.length; const keep = isClosure(o) ? test(o) : (v) => contains(o, v); replaceItems(l, [...l].filter(keep)); return l.length < n; },
  removeIf(l, c) { const n = l.length; replaceItems(l, [...l].filter((v) => !truth(invoke(c, [v])))); return l.length < n; },
  removeFirst: (l) => { if (!l.length) throw new NoSuchElementException("Cannot removeFirst() an empty List"); return l.shift(); }, removeLast: (l) => { if (!l.length) throw new NoSuchElementException("Cannot removeLast() an empty List"); return l.pop(); },
  clear(l) { need0(l); l.length = 0; return null; },
  contains: (l, v) => l.some((x) => eq(x, v)), containsAll: (l, o) => items(o).every((v) => l.some((x) => eq(x, v))), disjoint: (l, o) => !l.some((v) => contains(o, v)),
  indexOf: (l, v) => l.findIndex((x) => eq(x, v)), lastIndexOf: (l, v) => { for (let i = l.length - 1; i >= 0; i--) if (eq(l[i], v)) return i; return -1; },
  subList(l, a, b) { const x = N(a), y = N(b); if (x < 0) throw new IndexOutOfBoundsException("fromIndex = " + x); if (y > l.length) throw new IndexOutOfBoundsException("toIndex = " + y); if (x > y) throw new IllegalArgumentException(`fromIndex(${x}) > toIndex(${y})`); return l.slice(x, y); },
  iterator: (l) => new Iter(l, l), listIterator: (l) => new Iter(l, l), toArray: (l) => array("Object[]", l), toList: (l) => [...l], asList: (l) => [...l], toSet: (l) => new JSet("HashSet", l),
  equals: (l, o) => eq(l, o), hashCode: (l) => hashOf(l), clone: (l) => isArr(l) ? array(l.$type, l) : [...l], toString: (l) => jstr(l),
  // queues
  offer(l, v) { return LIST.add(l, v); }, put(l, v) { LIST.add(l, v); return null; }, offerFirst(l, v) { l.unshift(v); return true; }, offerLast(l, v) { l.push(v); return true; },
  poll: (l) => l.length ? l.shift() : null, pollFirst: (l) => l.length ? l.shift() : null, pollLast: (l) => l.length ? l.pop() : null,
  peek: (l) => l.length ? (l.$kind === "Stack" ? l[l.length - 1] : l[0]) : null, peekFirst: (l) => l[0] ?? null, peekLast: (l) => l[l.length - 1] ?? null, element: (l) => LIST.first(l),
  take: (l, n) => n === undefined ? (l.length ? l.shift() : null) : l.slice(0, Math.max(0, N(n))), remainingCapacity: () => MAX_INT, drainTo(l, o) { const n = l.length; for (const v of l) call(o, "add", [v]); l.length = 0; return n; },
  push(l, v) { if (["LinkedList", "ArrayDeque", "ConcurrentLinkedDeque", "LinkedBlockingDeque"].includes(l.$kind)) l.unshift(v); else if (l.$kind === "Stack") l.push(v); else l.unshift(v); return v; },
  pop(l) { if (!l.length) throw l.$kind === "Stack" ? new E.EmptyStackException() : new NoSuchElementException("Cannot pop() an empty List"); return l.$kind === "Stack" ? l.pop() : l.shift(); },
  empty: (l) => l.length === 0, search: (l, v) => { const i = LIST.lastIndexOf(l, v); return i < 0 ? -1 : l.length - i; },
  // Groovy
  each(l, c) { for (let i = 0; i < l.length; i++) one(c, l[i]); return l; }, forEach(l, c) { for (const v of l) one(c, v); return null; },
  eachWithIndex(l, c) { for (let i = 0; i < l.length; i++) invoke(c, l[i] instanceof Entry && count(c) === 3 ? [l[i]._k, l[i]._v, i] : [l[i], i]); return l; },
  reverseEach(l, c) { for (const v of [...l].reverse()) one(c, v); return l; },
  collect(l, a, b) { const c = b ?? a; const out = b === undefined ? [] : a; for (const v of l) { const x = c === undefined ? v : c instanceof Collector ? null : one(c, v); if (out instanceof JSet) out.add(x); else out.push(x); } return out; },
  collectMany: (l, c) => l.flatMap((v) => items(one(c, v))), collectNested: (l, c) => l.map((v) => isColl(v) ? LIST.collectNested(items(v), c) : invoke(c, [v])),
  collectEntries(l, a, b) { const c = b ?? (isClosure(a) ? a : undefined); const m = b !== undefined || a instanceof JMap ? a : new JMap(); for (const v of l) toMapOf(c ? one(c, v) : v, m); return m; },
  find(l, c) { const t = test(c); for (const v of l) if (t(v)) return v; return null; },
  findAll: (l, c) => [...l].filter(test(c)), findResult(l, a, b) { const c = b ?? a; for (const v of l) { const x = one(c, v); if (x !== null) return x; } return b === undefined ? null : a; }, findResults: (l, c) => l.map((v) => one(c, v)).filter((v) => v !== null),
  findIndexOf(l, a, b) { const c = b ?? a, from = b === undefined ? 0 : N(a); for (let i = from; i < l.length; i++) if (truth(one(c, l[i]))) return i; return -1; }, findLastIndexOf(l, c) { for (let i = l.length - 1; i >= 0; i--) if (truth(one(c, l[i]))) return i; return -1; }, findIndexValues: (l, c) => l.map((v, i) => truth(one(c, v)) ? BigInt(i) : null).filter((v) => v !== null),
  grep: (l, f) => [...l].filter(f === undefined ? truth : (v) => isCase(f, v)), any: (l, c) => l.some(test(c)), every: (l, c) => l.every(test(c)),
  split(l, c) { const t = test(c); return [[...l].filter(t), [...l].filter((v) => !t(v))]; },
  inject(l, a, b) { const c = b ?? a; if (b === undefined && !l.length) throw new NoSuchElementException("Cannot call inject() on an empty collection without passing an initial value."); let r = b === undefined ? l[0] : a; for (let i = b === undefined ? 1 : 0; i < l.length; i++) r = l[i] instanceof Entry && count(c) === 3 ? invoke(c, [r, l[i]._k, l[i]._v]) : invoke(c, [r, l[i]]); return r; },
  sum: (l, c, s) => sumOf(l, c, s), average(l, c) { const n = l.length; return n === 0 ? null : call(div(sumOf(l, c), n), "toBigDecimal", []); }, max: (l, c) => best(l, c, 1), min: (l, c) => best(l, c, -1), count(l, f) { return f === undefined ? l.length : isClosure(f) ? l.filter(test(f)).length : l.filter((v) => eq(v, f)).length; },
  countBy(l, c) { const m = new JMap(); for (const v of l) { const k = one(c, v); m.put(k, (m.get(k) ?? 0) + 1); } return m; }, groupBy: (l, c, ...more) => grouped(l, c, more), indexed(l, from = 0) { const m = new JMap(); [...l].forEach((v, i) => m.put(i + N(from), v)); return m; }, withIndex: (l, from = 0) => [...l].map((v, i) => [v, i + N(from)]),
  sort(l, a, b) { const keep = a === false; const c = typeof a === "boolean" ? b : a; const out = sorted(l, c); return keep || isArr(l) && false ? out : replaceItems(l, out); }, toSorted: (l, c) => sorted(l, c), unique(l, a, b) { const out = unique(l, typeof a === "boolean" ? b : a); return a === false ? out : replaceItems(l, out); }, toUnique: (l, c) => unique(l, c),
  reverse(l, mutate) { return mutate === true ? replaceItems(l, [...l].reverse()) : [...l].reverse(); }, asReversed: (l) => [...l].reverse(), swap(l, a, b) { const x = N(a), y = N(b); [l[x], l[y]] = [l[y], l[x]]; return l; },
  shuffle(l) { shuffled(l); return null; }, shuffled: (l) => shuffled([...l]),
  join: (l, by = "") => [...l].map(str).join(str(by)), flatten: (l) => flat(l), first(l) { if (!l.length) throw new NoSuchElementException("Cannot access first() element from an empty List"); return l[0]; }, last(l) { if (!l.length) throw new NoSuchElementException("Cannot access last() element from an empty List"); return l[l.length - 1]; },
  getFirst: (l) => LIST.first(l), getLast: (l) => LIST.last(l), firstElement: (l) => LIST.first(l), lastElement: (l) => LIST.last(l),
  head: (l) => LIST.first(l), tail: (l) => l.slice(1), init: (l) => l.slice(0, -1), drop: (l, n) => l.slice(Math.max(0, N(n))), takeRight: (l, n) => N(n) <= 0 ? [] : l.slice(-N(n)), dropRight: (l, n) => l.slice(0, Math.max(0, l.length - N(n))),
  takeWhile: (l, c) => { const i = l.findIndex((v) => !truth(one(c, v))); return i < 0 ? [...l] : l.slice(0, i); }, dropWhile: (l, c) => { const i = l.findIndex((v) => !truth(one(c, v))); return i < 0 ? [] : l.slice(i); },
  plus: (l, v) => isArr(l) ? array(l.$type, [...l, ...asList(v)]) : [...l, ...asList(v)], minus(l, v) { const out = asList(v); return l.filter((x) => !out.some((y) => eq(x, y))); }, multiply(l, n) { let out = []; for (let i = 0; i < N(n); i++) out = out.concat([...l]); return out; }, leftShift(l, v) { LIST.add(l, v); return l; }, and: (l, o) => LIST.intersect(l, o), or: (l, o) => unique([...l, ...items(o)]),
  intersect: (l, o) => unique(l.filter((v) => contains(o, v))), transpose(l) { const n = Math.min(...l.map((x) => items(x).length)); return Array.from({ length: l.length ? n : 0 }, (_, i) => l.map((x) => items(x)[i])); }, combinations(l, c) { const all = l.reduce((acc, x) => asList(x).flatMap((v) => acc.map((a) => [...a, v])), [[]]); return c ? all.map((v) => invoke(c, [v])) : all; }, permutations: (l) => new JSet("HashSet", permuted(l)), subsequences: (l) => new JSet("HashSet", l.reduce((acc, v) => [...acc, ...acc.map((a) => [...a, v])], [[]]).filter((a) => a.length)),
  collate(l, n, step, keep = true) { const size = N(n); if (typeof step === "boolean") { keep = step; step = undefined; } const by = step === undefined ? size : N(step); const out = []; for (let i = 0; i < l.length; i += by) { const part = l.slice(i, i + size); if (keep || part.length === size) out.push(part); } return out; }, chop(l, ...sizes) { const out = []; let i = 0; for (const s of sizes) { const n = N(s) < 0 ? l.length - i : N(s); out.push(l.slice(i, i + n)); i += n; } return out; },
  asImmutable: (l) => Object.assign([...l], { $fixed: true }), asUnmodifiable: (l) => Object.assign([...l], { $fixed: true }), asSynchronized: (l) => l, isCase: (l, v) => contains(l, v), asBoolean: (l) => l.length > 0, withDefault: (l) => l, withLazyDefault: (l) => l, getIndices: (l) => new Range(0, l.length, false), getAtIndices: (l, i) => at_(l, i), toSpreadMap: (l) => LIST.collectEntries(l), tails: (l) => l.map((_, i) => l.slice(i)), getProperties: () => new JMap(),
  replaceAll(l, c) { l.forEach((v, i) => { l[i] = invoke(c, [v]); }); return null; }, stream: (l) => new Stream([...l]), parallelStream: (l) => new Stream([...l]), ensureCapacity: () => null, trimToSize: () => null,
  encodeBase64: (l) => base64(l), encodeHex: (l) => hexOf(l), md5: (l) => digestHex("MD5", l), sha256: (l) => digestHex("SHA-256", l), digest: (l, a) => digestHex(S(a), l), toBoolean: (l) => l.length > 0, inspect,
};
const need0 = (l) => { if (l.$fixed) throw new UnsupportedOperationException(); };
function permuted(l) { return l.length <= 1 ? [[...l]] : l.flatMap((v, i) => permuted([...l.slice(0, i), ...l.slice(i + 1)]).map((p) => [v, ...p])); }
function shuffled(l, random) { for (let i = l.length - 1; i > 0; i--) { const j = random ? random.nextInt(i + 1) : Math.floor(host("random") * (i + 1)); [l[i], l[j]] = [l[j], l[i]]; } return l; }
// Methods that leave a set or a range as it is; what they give that is a list becomes a set again where Groovy does so.
const SET_AGAIN = new Set(["findAll", "grep", "drop", "intersect"]);

class Collector extends JObject { constructor(f) { super(); this._f = f; } }
class Stream extends JObject {
  constructor(list) { super(); this._l = list; }
  $iter() { return this._l; }
  filter(c) { return new Stream(this._l.filter((v) => truth(invoke(c, [v])))); }
  map(c) { return new Stream(this._l.map((v) => invoke(c, [v]))); }
  mapToInt(c) { return this.map(c); }
  mapToLong(c) { return this.map(c); }
  mapToDouble(c) { return this.map(c); }
  mapToObj(c) { return this.map(c); }
  flatMap(c) { return new Stream(this._l.flatMap((v) => items(invoke(c, [v])))); }
  boxed() { return this; }
  parallel() { return this; }
  sequential() { return this; }
  asLongStream() { return this; }
  distinct() { return new Stream(unique(this._l)); }
  sorted(c) { return new Stream(sorted(this._l, c)); }
  limit(n) { return new Stream(this._l.slice(0, N(n))); }
  skip(n) { return new Stream(this._l.slice(N(n))); }
  peek(c) { this._l.forEach((v) => invoke(c, [v])); return this; }
  forEach(c) { this._l.forEach((v) => invoke(c, [v])); return null; }
  forEachOrdered(c) { return this.forEach(c); }
  collect(c) { return c._f(this._l); }
  toList() { return [...this._l]; }
  toSet() { return new JSet("HashSet", this._l); }
  toArray() { return array("Object[]", this._l); }
  count() { return BigInt(this._l.length); }
  sum() { return this._l.length ? sumOf(this._l) : 0; }
  average() { return Optional.ofNullable(this._l.length ? dbl(N(sumOf(this._l)) / this._l.length) : null); }
  max(c) { return Optional.ofNullable(best(this._l, c, 1)); }
  min(c) { return Optional.ofNullable(best(this._l, c, -1)); }
  anyMatch(c) { return this._l.some((v) => truth(invoke(c, [v]))); }
  allMatch(c) { return this._l.every((v) => truth(invoke(c, [v]))); }
  noneMatch(c) { return !this.anyMatch(c); }
  findFirst() { return Optional.ofNullable(this._l[0] ?? null); }
  findAny() { return this.findFirst(); }
  reduce(a, c) { if (c === undefined) return Optional.ofNullable(this._l.length ? this._l.reduce((x, y) => invoke(a, [x, y])) : null); return this._l.reduce((x, y) => invoke(c, [x, y]), a); }
  iterator() { return new Iter(this._l); }
  static of(...v) { return new Stream(v.length === 1 && isArr(v[0]) ? [...v[0]] : v); }
  static range(a, b) { return new Stream(new Range(a, b, false).items().slice(0, Math.max(0, N(b) - N(a)))); }
  static rangeClosed(a, b) { return new Stream(N(b) < N(a) ? [] : new Range(a, b, true).items()); }
  static iterate(seed, ...c) { const out = []; let v = seed; for (let i = 0; i < 10000 && (c.length === 1 || truth(invoke(c[0], [v]))); i++) { out.push(v); v = invoke(c[c.length - 1], [v]); } return new Stream(out); }
  static empty() { return new Stream([]); }
}
known("java.util.stream.Stream", Stream);
known("java.util.stream.IntStream", class IntStream extends Stream {}, (v) => v instanceof Stream);
class Optional extends JObject {
  constructor(v) { super(); this._v2 = v ?? null; }
  static of(v) { return new Optional(need(v)); }
  static ofNullable(v) { return new Optional(v); }
  static empty() { return new Optional(null); }
  isPresent() { return this._v2 !== null; }
  isEmpty() { return this._v2 === null; }
  get() { if (this._v2 === null) throw new NoSuchElementException("No value present"); return this._v2; }
  getAsInt() { return this.get(); }
  getAsDouble() { return this.get(); }
  getAsLong() { return this.get(); }
  orElse(v) { return this._v2 ?? v; }
  orElseGet(c) { return this._v2 ?? invoke(c, []); }
  orElseThrow(c) { if (this._v2 === null) throw c ? invoke(c, []) : new NoSuchElementException("No value present"); return this._v2; }
  map(c) { return this._v2 === null ? this : new Optional(invoke(c, [this._v2])); }
  filter(c) { return this._v2 === null || truth(invoke(c, [this._v2])) ? this : new Optional(null); }
  ifPresent(c) { if (this._v2 !== null) invoke(c, [this._v2]); return null; }
  $truth() { return this._v2 !== null; }
  toString() { return this._v2 === null ? "Optional.empty" : `Optional[${jstr(this._v2)}]`; }
}
known("java.util.Optional", Optional);
known("java.util.stream.Collectors", class Collectors extends JObject {
  static toList() { return new Collector((l) => [...l]); }
  static toSet() { return new Collector((l) => new JSet("HashSet", l)); }
  static joining(by = "", head = "", tail = "") { return new Collector((l) => S(head) + l.map(str).join(S(by)) + S(tail)); }
  static counting() { return new Collector((l) => BigInt(l.length)); }
  static groupingBy(c, down_) { return new Collector((l) => { const m = new JMap("HashMap"); for (const e of grouped(l, c).list()) m.put(e._k, down_ ? down_._f(e._v) : e._v); return m; }); }
  static partitioningBy(c) { return new Collector((l) => { const m = new JMap(); m.put(false, l.filter((v) => !truth(invoke(c, [v])))); m.put(true, l.filter((v) => truth(invoke(c, [v])))); return m; }); }
  static toMap(k, v) { return new Collector((l) => { const m = new JMap("HashMap"); for (const x of l) m.put(invoke(k, [x]), invoke(v, [x])); return m; }); }
});
