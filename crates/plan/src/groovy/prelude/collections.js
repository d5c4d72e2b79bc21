// Maps, sets, ranges, and what they have in common.
function hashOf(v) {
  switch (typeof v) {
    case "string": { let h = 0; for (let i = 0; i < v.length; i++) h = (Math.imul(31, h) + v.charCodeAt(i)) | 0; return h; }
    case "number": return v;
    case "bigint": return Number(BigInt.asIntN(32, v ^ (BigInt.asUintN(64, v) >> 32n)));
    case "boolean": return v ? 1231 : 1237;
    case "undefined": return 0;
  }
  if (v === null) return 0;
  if (Array.isArray(v) && !isArr(v)) return v.reduce((h, x) => (Math.imul(31, h) + hashOf(x)) | 0, 1);
  if (v instanceof GStr) return hashOf(v.toString());
  if (v instanceof Chr) return v._c.charCodeAt(0);
  if (v instanceof Dbl) { const d = new DataView(new ArrayBuffer(8)); d.setFloat64(0, v._v); return d.getInt32(0) ^ d.getInt32(4); }
  if (v instanceof Dec) return (Math.imul(31, hashOf(big(v._u))) + v._s) | 0;
  if (v instanceof Big) { let h = 0, m = v._v < 0n ? -v._v : v._v; const parts = []; while (m) { parts.push(Number(m & 0xffffffffn)); m >>= 32n; } for (const p of parts.reverse()) h = (Math.imul(31, h) + p) | 0; return v._v < 0n ? -h | 0 : h; }
  if (v instanceof JMap) return v.list().reduce((h, e) => (h + (hashOf(e._k) ^ hashOf(e._v))) | 0, 0);
  if (v instanceof JSet) return v.items().reduce((h, x) => (h + hashOf(x)) | 0, 0);
  if (typeof v.hashCode === "function") return N(v.hashCode());
  if (typeof v.$value === "function") return hashOf(v.$value());
  let id = identity.get(v);
  if (id === undefined) { id = (++identities * 0x9e3779b1) & 0x7fffffff; identity.set(v, id); }
  return id;
}
// By what a key is found: values that Java calls equal have the same.
function keyOf(v) {
  if (v === undefined) return null;
  if (typeof v !== "object" || v === null) return v;
  if (v instanceof GStr) return "\0g" + v;
  if (v instanceof Chr) return "\0c" + v._c;
  if (v instanceof Dec) return `\0d${v._u}/${v._s}`;
  if (v instanceof Dbl) return "\0f" + v._v;
  if (v instanceof Big) return "\0b" + v._v;
  if (Array.isArray(v) && !isArr(v)) return "\0l[" + v.map((x) => typeof keyOf(x) + String(hashOf(x)) + str(x)).join(",") + "]";
  if (v instanceof JSet || v instanceof JMap) return "\0m" + hashOf(v) + str(v);
  if (typeof v.$value === "function") return "\0v" + classOf(v).$name + ":" + v.$value();
  if (typeof v.equals === "function" && typeof v.hashCode === "function" && classOf(v).$own) return "\0u" + classOf(v).$name + hashOf(v);
  return v;
}
const spreadHash = (v) => { const h = hashOf(v); return h ^ (h >>> 16); };
// The order in which Java's hash tables are walked.
function hashOrder(list, capacity, key) {
  return list.map((e, i) => [spreadHash(key(e)) & (capacity - 1), i, e]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((x) => x[2]);
}
class Entry extends JObject {
  constructor(k, v, map) { super(); this._k = k; this._v = v; this._map = map; }
  getKey() { return this._k; }
  getValue() { return this._v; }
  setValue(v) { const old = this._v; this._v = v; return old; }
  equals(o) { return o instanceof Entry && eq(this._k, o._k) && eq(this._v, o._v); }
  toString() { return `${jstr(this._k)}=${jstr(this._v)}`; }
}
known("java.util.Map$Entry", Entry);
known("java.util.Map.Entry", class extends JObject {}, (v) => v instanceof Entry);
known("java.util.AbstractMap.SimpleEntry", class SimpleEntry extends Entry {});
known("groovy.lang.MapEntry", class MapEntry extends Entry {});
class JMap extends JObject {
  constructor(type = "LinkedHashMap", from) { super(); this._type = type; this._m = new Map(); this._cap = 16; if (from) for (const e of from) this.put(e._k, e._v); }
  $fresh() { return new JMap(this._type); }
  list() {
    const all = [...this._m.values()];
    if (this._type === "TreeMap") return all.sort((a, b) => this._by ? compareBy(this._by)(a._k, b._k) : cmp(a._k, b._k));
    if (this._type === "HashMap" || this._type === "ConcurrentHashMap") return hashOrder(all, this._cap, (e) => e._k);
    return all;
  }
  get(k, other) {
    const e = this._m.get(keyOf(k));
    if (e !== undefined) return e._v;
    if (other === undefined) return null;
    this.put(k, other);
    return other;
  }
  getOrDefault(k, other) { const e = this._m.get(keyOf(k)); return e ? e._v : other; }
  put(k, v) {
    const key = keyOf(k), e = this._m.get(key);
    if (e) { const old = e._v; e._v = v ?? null; return old; }
    this._m.set(key, new Entry(k, v ?? null, this));
    while (this._m.size > this._cap * 0.75) this._cap *= 2;
    return null;
  }
  putAt(k, v) { this.put(k, v); return v; }
  getAt(k) { return this._default ? this.get(k, this._m.has(keyOf(k)) ? undefined : invoke(this._default, [k])) : this.get(k); }
  remove(k) { const key = keyOf(k), e = this._m.get(key); this._m.delete(key); return e ? e._v : null; }
  size() { return this._m.size; }
  isEmpty() { return this._m.size === 0; }
  clear() { this._m.clear(); return null; }
  containsKey(k) { return this._m.has(keyOf(k)); }
  containsValue(v) { return this.list().some((e) => eq(e._v, v)); }
  keySet() { return new JSet("LinkedHashSet", this.list().map((e) => e._k), this); }
  values() { return this.list().map((e) => e._v); }
  entrySet() { return new JSet("LinkedHashSet", this.list()); }
  keys() { return new Iter(this.list().map((e) => e._k)); }
  elements() { return new Iter(this.list().map((e) => e._v)); }
  putAll(o) { for (const e of o.list()) this.put(e._k, e._v); return null; }
  $truth() { return this._m.size > 0; }
  $equals(o) { return this.size() === o.size() && this.list().every((e) => o.containsKey(e._k) && eq(e._v, o.get(e._k))); }
  $of(list) { const m = new JMap("LinkedHashMap"); for (const e of list) m.put(e._k, e._v); return m; }
  toString() { return jstr(this); }
}
const MAP_KINDS = ["LinkedHashMap", "HashMap", "TreeMap", "Hashtable", "IdentityHashMap", "WeakHashMap"];
function mapKind(name) {
  const simple = name.slice(name.lastIndexOf(".") + 1);
  const type = known(name, class extends JMap {
    constructor(from) { super(simple); if (from instanceof JMap) this.putAll(from); else if (from && !isNumber(from)) this._by = from; }
    $fresh() { return new type(); }
  }, (v) => v instanceof JMap && (v._type === simple || v instanceof type || (simple === "HashMap" && v._type === "LinkedHashMap")));
  return type;
}
for (const k of MAP_KINDS) mapKind("java.util." + k);
mapKind("java.util.concurrent.ConcurrentHashMap");
mapKind("java.util.concurrent.ConcurrentSkipListMap");
kind("java.util.Map", (v) => v instanceof JMap && !v.$plain, {
  of(...a) { const m = new JMap(); for (let i = 0; i + 1 < a.length; i += 2) m.put(a[i], a[i + 1]); return m; },
  entry: (k, v) => new Entry(k, v), ofEntries: (...a) => new JMap("LinkedHashMap", a), copyOf: (m) => new JMap("LinkedHashMap", m.list()),
});
known("java.util.SortedMap", class extends JObject {}, (v) => v instanceof JMap && v._type === "TreeMap");
const map = (pairs) => { const m = new JMap(); for (const [k, v] of pairs) m.put(k, v ?? null); return m; };
const entries = (v) => v.list().map((e) => [e._k, e._v]);

class JSet extends JObject {
  constructor(type = "LinkedHashSet", from = [], of = null) { super(); this._type = type; this._m = new Map(); this._cap = 16; this._of = of; for (const v of from) this.add(v); }
  items() {
    const all = [...this._m.values()];
    if (this._type === "TreeSet") return all.sort(this._by ? compareBy(this._by) : cmp);
    return this._type === "HashSet" ? hashOrder(all, this._cap, (v) => v) : all;
  }
  $iter() { return this.items(); }
  add(v) { const key = keyOf(v); if (this._m.has(key)) return false; this._m.set(key, v ?? null); while (this._m.size > this._cap * 0.75) this._cap *= 2; return true; }
  addAll(o) { let any = false; for (const v of items(o)) any = this.add(v) || any; return any; }
  remove(v) { if (this._of) this._of.remove(v); return this._m.delete(keyOf(v)); }
  removeAll(o) { let any = false; for (const v of isClosure(o) ? this.items().filter((x) => truth(invoke(o, [x]))) : items(o)) any = this.remove(v) || any; return any; }
  removeIf(c) { return this.removeAll(this.items().filter((x) => truth(invoke(c, [x])))); }
  retainAll(o) { const keep = isClosure(o) ? (v) => truth(invoke(o, [v])) : (v) => contains(o, v); return this.removeAll(this.items().filter((v) => !keep(v))); }
  contains(v) { return this._m.has(keyOf(v)); }
  size() { return this._m.size; }
  isEmpty() { return this._m.size === 0; }
  clear() { this._m.clear(); return null; }
  leftShift(v) { this.add(v); return this; }
  plus(v) { return this.$of([...this.items(), ...(isColl(v) || Array.isArray(v) ? items(v) : [v])]); }
  minus(v) { const out = isColl(v) || Array.isArray(v) ? items(v) : [v]; return this.$of(this.items().filter((x) => !out.some((y) => eq(x, y)))); }
  intersect(o) { return this.$of(this.items().filter((v) => contains(o, v))); }
  $of(list) { return new JSet(this._type, list); }
  first() { const l = this.items(); if (!l.length) throw new NoSuchElementException(); return l[0]; }
  pollFirst() { const l = this.items(); if (!l.length) return null; this.remove(l[0]); return l[0]; }
  $truth() { return this._m.size > 0; }
  toString() { return jstr(this); }
}
function setKind(name) {
  const simple = name.slice(name.lastIndexOf(".") + 1);
  const type = known(name, class extends JSet {
    constructor(from) { super(simple); if (from !== undefined && from !== null && !isNumber(from)) { if (isClosure(from) || from.compare) this._by = from; else this.addAll(from); } }
  }, (v) => v instanceof JSet && (v._type === simple || v instanceof type || (simple === "HashSet" && v._type === "LinkedHashSet")));
  return type;
}
for (const k of ["LinkedHashSet", "HashSet", "TreeSet"]) setKind("java.util." + k);
kind("java.util.Set", (v) => v instanceof JSet, { of: (...a) => new JSet("LinkedHashSet", a), copyOf: (c) => new JSet("LinkedHashSet", items(c)) });
known("java.util.SortedSet", class extends JObject {}, (v) => v instanceof JSet && v._type === "TreeSet");

class Range extends JObject {
  constructor(from, to, closed) { super(); this._from = from; this._to = to; this._closed = closed; }
  $isInt() { return rank(this._from) >= 0 && rank(this._to) >= 0 && rank(this._from) <= DEC; }
  items() {
    if (this._items) return this._items;
    const out = [];
    let a = this._from, b = this._to;
    if (isText(a) || a instanceof Chr) {
      const x = str(a), y = str(b);
      if (x.length === 1 && y.length === 1) {
        const p = x.charCodeAt(0), q = y.charCodeAt(0), step = p <= q ? 1 : -1;
        for (let i = p; step > 0 ? i <= q : i >= q; i += step) out.push(a instanceof Chr ? new Chr(String.fromCharCode(i)) : String.fromCharCode(i));
        if (!this._closed) out.pop();
        return this._items = out;
      }
    }
    const down_ = cmp(a, b) > 0;
    for (let v = a, n = 0; down_ ? cmp(v, b) >= 0 : cmp(v, b) <= 0; v = down_ ? down(v) : up(v)) {
      if (!this._closed && eq(v, b)) break;
      if (++n > 10_000_000) throw new E.OutOfMemoryError("a range of more than ten million values");
      out.push(v);
    }
    return this._items = out;
  }
  $iter() { return this.items(); }
  size() { return this.items().length; }
  contains(v) { return v !== null && v !== undefined && this.items().some((x) => eq(x, v)); }
  containsWithinBounds(v) { return cmp(this.getFrom(), v) <= 0 && cmp(v, this.getTo()) <= 0; }
  isEmpty() { return this.items().length === 0; }
  get(i) { return call(this.items(), "get", [i]); }
  getFrom() { const l = this.items(); return cmp(this._from, this._to) <= 0 ? l[0] ?? this._from : l[l.length - 1]; }
  getTo() { const l = this.items(); return cmp(this._from, this._to) <= 0 ? l[l.length - 1] ?? this._to : l[0]; }
  isReverse() { return cmp(this._from, this._to) > 0; }
  step(n, c) { const l = this.items().filter((_, i) => i % Math.abs(N(n)) === 0); const out = N(n) < 0 ? l.reverse() : l; if (c) { out.forEach((v) => invoke(c, [v])); return null; } return out; }
  getAt(i) { return at_(this.items(), i); }
  $of(list) { return list; }
  $truth() { return this.items().length > 0; }
  toString() { return `${str(this._from)}..${this._closed ? "" : "<"}${str(this._to)}`; }
}
known("groovy.lang.Range", Range);
known("groovy.lang.IntRange", class extends Range { constructor(a, b) { super(a, b, true); } }, (v) => v instanceof Range && typeof v._from === "number");
const range = (a, b, closed) => new Range(a, b, closed);

class Iter extends JObject {
  constructor(list, source) { super(); this._l = list; this._i = 0; this._source = source; }
  hasNext() { return this._i < this._l.length; }
  next() { if (this._i >= this._l.length) throw new NoSuchElementException(); return this._last = this._l[this._i++]; }
  hasMoreElements() { return this.hasNext(); }
  nextElement() { return this.next(); }
  remove() {
    const s = this._source;
    if (isList(s)) { const i = s.indexOf(this._last); if (i >= 0) { s.splice(i, 1); if (s === this._l) this._i--; } }
    else if (s instanceof JSet) s.remove(this._last);
    else if (s instanceof JMap) s.remove(this._last._k);
    return null;
  }
  $iter() { const rest = this._l.slice(this._i); this._i = this._l.length; return rest; }
}
known("java.util.Iterator", Iter);
known("java.util.Enumeration", class extends JObject {}, (v) => v instanceof Iter);
// Whether a value is a collection apart from lists and arrays.
const isColl = (v) => Array.isArray(v) || v instanceof JSet || v instanceof Range;
// The values over which a loop goes.
function items(v) {
  if (Array.isArray(v)) return v;
  if (v === null || v === undefined) return [];
  if (typeof v === "string") return [...v];
  if (v instanceof GStr) return [...v.toString()];
  if (v instanceof JMap) return v.list();
  if (v instanceof JObject && v.$iter) return v.$iter();
  if (v instanceof JObject && v.iterator) return items(v.iterator());
  if (v instanceof JObject && v.hasNext) { const out = []; while (truth(v.hasNext())) out.push(v.next()); return out; }
  return [v];
}
const iter = (v) => v instanceof JMap || v instanceof JSet ? [...items(v)] : items(v);
const item = (list, i) => items(list)[i] ?? null;
const contains = (c, v) => c instanceof JSet ? c.contains(v) : items(c).some((x) => eq(x, v));
kind("java.util.Collection", (v) => isList(v) || v instanceof JSet || v instanceof Range);
kind("java.lang.Iterable", (v) => isList(v) || v instanceof JSet || v instanceof Range);
kind("java.util.List", (v) => isList(v) || v instanceof Range, { of: (...a) => a.length === 1 && isArr(a[0]) ? [...a[0]] : a, copyOf: (c) => [...items(c)] });
// Classes whose objects are JavaScript's arrays.
for (const name of ["java.util.ArrayList", "java.util.LinkedList", "java.util.Vector", "java.util.concurrent.CopyOnWriteArrayList", "java.util.Stack", "java.util.ArrayDeque", "java.util.concurrent.ConcurrentLinkedQueue", "java.util.concurrent.LinkedBlockingQueue", "java.util.concurrent.LinkedBlockingDeque", "java.util.concurrent.ArrayBlockingQueue", "java.util.concurrent.ConcurrentLinkedDeque", "java.util.PriorityQueue"]) {
  const simple = name.slice(name.lastIndexOf(".") + 1);
  const type = kind(name, (v) => isList(v) && (v.$kind ?? "ArrayList") === simple);
  Object.defineProperty(type, "$new", { value: (from) => {
    const list = from === undefined || from === null || isNumber(from) ? [] : [...items(from)];
    if (simple !== "ArrayList") Object.defineProperty(list, "$kind", { value: simple });
    return list;
  } });
}
for (const name of ["java.util.Queue", "java.util.Deque", "java.util.concurrent.BlockingQueue"]) kind(name, (v) => isList(v) && v.$kind !== undefined && v.$kind !== "Vector");
class Tuple extends JObject {
  constructor(...v) { super(); this._l = v.length === 1 && isArr(v[0]) ? [...v[0]] : v; v.forEach((x, i) => { this["getV" + (i + 1)] = () => x; }); this.getFirst = () => v[0]; this.getSecond = () => v[1]; }
  $iter() { return this._l; }
  getAt(i) { return at_(this._l, i); }
  get(i) { return this._l[N(i)]; }
  size() { return this._l.length; }
  equals(o) { return o instanceof Tuple && sameItems(this._l, o._l); }
  toString() { return "[" + this._l.map(str).join(", ") + "]"; }
}
known("groovy.lang.Tuple", Tuple);
for (let n = 1; n <= 5; n++) known("groovy.lang.Tuple" + n, class extends Tuple {});
