// groovy.json and JsonPath.
const jsonText = (s) => JSON.stringify(s).replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
// A parser of our own: numbers keep their kinds, and texts with many levels do not run out of stack.
class JsonReader {
  constructor(text) { this.t = text; this.i = 0; this.depth = 0; }
  fail(what) {
    const shown = this.i < this.t.length ? `'${this.t[this.i]}' with an int value of ${this.t.charCodeAt(this.i)}` : "end of text";
    throw new JsonException(`${what}\n\nThe current character read is ${shown}\n\nline number ${this.t.slice(0, this.i).split("\n").length}\nindex number ${this.i}`);
  }
  blank() { while (this.i < this.t.length && " \t\n\r".includes(this.t[this.i])) this.i++; }
  value() {
    this.blank();
    const c = this.t[this.i];
    if (c === "{") return this.object();
    if (c === "[") return this.list();
    if (c === '"') return this.text();
    for (const [word, v] of [["true", true], ["false", false], ["null", null]]) if (this.t.startsWith(word, this.i)) { this.i += word.length; return v; }
    const m = /^-?\d+(\.\d+)?([eE][+-]?\d+)?/.exec(this.t.slice(this.i, this.i + 400));
    if (!m) this.fail(`Unable to determine the current character, it is not a string, number, array, or object`);
    this.i += m[0].length;
    if (m[1] || m[2]) return decimal(m[0]);
    const n = BigInt(m[0]);
    return n >= BigInt(MIN_INT) && n <= BigInt(MAX_INT) ? Number(n) : n === long(n) ? n : big(n);
  }
  down() { if (++this.depth > 500) this.fail("nested too deep"); this.i++; }
  object() {
    const m = new JMap("LazyMap");
    this.down();
    this.blank();
    if (this.t[this.i] === "}") { this.i++; this.depth--; return m; }
    for (;;) {
      this.blank();
      if (this.t[this.i] !== '"') this.fail(`expecting '}' or ',' but got current char`);
      const k = this.text();
      this.blank();
      if (this.t[this.i] !== ":") this.fail("expecting current character to be ':'");
      this.i++;
      m.put(k, this.value());
      this.blank();
      const c = this.t[this.i++];
      if (c === "}") break;
      if (c !== ",") { this.i--; this.fail(`expecting '}' or ',' but got current char`); }
    }
    this.depth--;
    return m;
  }
  list() {
    const l = [];
    this.down();
    this.blank();
    if (this.t[this.i] === "]") { this.i++; this.depth--; return l; }
    for (;;) {
      l.push(this.value());
      this.blank();
      const c = this.t[this.i++];
      if (c === "]") break;
      if (c !== ",") { this.i--; this.fail(`expecting a ',' or a ']', but got`); }
    }
    this.depth--;
    return l;
  }
  text() {
    let end = this.i + 1;
    while (end < this.t.length && this.t[end] !== '"') end += this.t[end] === "\\" ? 2 : 1;
    if (end >= this.t.length) this.fail("a text is not closed");
    const raw = this.t.slice(this.i, end + 1);
    this.i = end + 1;
    if (!raw.includes("\\") && !/[\0-\x1f]/.test(raw)) return raw.slice(1, -1);
    try { return JSON.parse(raw.replace(/[\0-\x1f]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"))); } catch { this.fail("malformed text"); }
  }
}
function fromJson(text) {
  const reader = new JsonReader(text);
  if (text.trim() === "") throw new IllegalArgumentException("Text must not be null or empty");
  const v = reader.value();
  reader.blank();
  if (reader.i < text.length) reader.fail(`Unexpected text behind the value`);
  return v;
}
class JsonSlurper extends JObject {
  parseText(t) { if (t === null || t === undefined || S(t) === "") throw new IllegalArgumentException("Text must not be null or empty"); return fromJson(S(t)); }
  parse(v) { return fromJson(v instanceof File ? v.getText() : Array.isArray(v) ? decodeText(v) : typeof v?.$text === "function" ? v.$text() : S(v)); }
  setType() { return this; }
}
known("groovy.json.JsonSlurper", JsonSlurper);
known("groovy.json.JsonSlurperClassic", class JsonSlurperClassic extends JsonSlurper {});
function toJson(v) {
  if (v === null || v === undefined) return "null";
  if (typeof v === "boolean" || typeof v === "number") return String(v);
  if (isText(v)) return jsonText(str(v));
  if (v instanceof Chr) return jsonText(v._c);
  if (isNumber(v)) { if (v instanceof Dbl && !Number.isFinite(v._v)) throw new JsonException(`Number ${v} can't be serialized as JSON: infinite or NaN are not allowed in JSON.`); return str(v); }
  if (v instanceof JMap) return "{" + v.list().map((e) => { if (e._k === null) throw new IllegalArgumentException("Maps with null keys can't be converted to JSON"); return jsonText(str(e._k)) + ":" + toJson(e._v); }).join(",") + "}";
  if (v instanceof JsonBuilder) return toJson(v._v);
  if (v instanceof JsonArray) return "[" + v._l.map(toJson).join(",") + "]";
  if (v instanceof JDate) return `"${formatFields("yyyy-MM-dd'T'HH:mm:ssZ", fieldsOf(v._t, "GMT"), false)}"`;
  if (v instanceof UUID || v instanceof URL || v instanceof Temporal || v instanceof Named) return jsonText(v.toString());
  if (v instanceof Calendar) return toJson(v.getTime());
  if (isClosure(v)) return toJson(delegated(v));
  if (Array.isArray(v) && v.$type === "char[]") return jsonText(str(v));
  if (isColl(v) || v instanceof Tuple || v instanceof Iter || v instanceof Stream) return "[" + items(v).map(toJson).join(",") + "]";
  if (v.$self) return v["@$name"] !== undefined ? jsonText(v["@$name"]) : "{" + Object.keys(v).filter((k) => k[0] === "@").map((k) => jsonText(k.slice(1)) + ":" + toJson(v[k])).join(",") + "}";
  return jsonText(jstr(v));
}
function pretty(text) {
  let out = "", depth = 0;
  const line = () => "\n" + "    ".repeat(Math.max(0, depth));
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') { let j = i + 1; while (j < text.length && text[j] !== '"') j += text[j] === "\\" ? 2 : 1; out += text.slice(i, j + 1); i = j; }
    else if (c === "{" || c === "[") { depth++; out += c + line(); }
    else if (c === "}" || c === "]") { depth--; out += line() + c; }
    else if (c === ",") out += c + line();
    else if (c === ":") out += ": ";
    else if (!/\s/.test(c)) out += c;
  }
  return out;
}
kind("groovy.json.JsonOutput", () => false, { toJson, prettyPrint: (t) => pretty(S(t)), unescaped: (t) => t });
// What the calls inside of a closure build: a map.
class JsonContent extends JObject {
  constructor() { super(); this._c = new JMap(); }
  $missing(name, args) { return this.$keep(name, args); }
  $property(name) { return this._c.containsKey(name) ? this._c.get(name) : undefined; }
  call(...args) { return this.$keep("call", args); }
  $keep(name, args) {
    let v;
    if (args.length === 1) v = isClosure(args[0]) ? delegated(args[0]) : args[0];
    else if (args.length === 2 && isClosure(args[1]) && (isColl(args[0]))) v = items(args[0]).map((x) => delegated(args[1], x));
    else if (args.length > 1 && isClosure(args[args.length - 1]) && args[0] instanceof JMap) { v = args[0]; v.putAll(delegated(args[1])); }
    else v = args;
    this._c.put(name, v);
    return v;
  }
}
function delegated(c, ...args) {
  const content = new JsonContent();
  const copy = c.$make(c.$scope.owner);
  copy.$scope.delegate = content;
  copy.$scope.first = 1;
  invoke(copy, args);
  return content._c;
}
class JsonBuilder extends JObject {
  constructor(v = null) { super(); this._v = v; }
  call(...a) {
    if (a.length === 1 && isClosure(a[0])) return this._v = delegated(a[0]);
    if (a.length === 2 && isClosure(a[1])) return this._v = items(a[0]).map((x) => delegated(a[1], x));
    return this._v = a.length === 1 ? a[0] : a;
  }
  $missing(name, a) { const content = new JsonContent(); content.$keep(name, a); if (a.length === 0) content._c.put(name, new JMap()); return this._v = content._c; }
  getContent() { return this._v; }
  setContent(v) { this._v = v; return null; }
  toPrettyString() { return pretty(this.toString()); }
  toString() { return toJson(this._v); }
}
known("groovy.json.JsonBuilder", JsonBuilder);
class JsonPath extends JObject {
  constructor(p) { super(); this._p = p; }
  static compile(p) { return new JsonPath(S(p)); }
  static parse(v) { const d = new JsonPath(); d._d = isText(v) ? str(v) : toJson(v); return d; }
  static read(v, p) { return JsonPath.parse(v).read(p instanceof JsonPath ? p._p : p); }
  static isPathDefinite(p) { return !/\.\.|\*|\?\(|,|\[.*:.*\]/.test(S(p)); }
  static using() { return JsonPath; }
  read(p) {
    const document = this._d ?? (isText(p) ? str(p) : toJson(p)), path = this._d === undefined ? this._p : p instanceof JsonPath ? p._p : S(p);
    const found = host("jsonpath", document, path);
    const definite = JsonPath.isPathDefinite(path);
    if (found === null || found === undefined || (definite && found.length === 0)) { if (!definite) return []; throw new E.PathNotFoundException(`No results for path: ${path}`); }
    return definite ? fromJson(JSON.stringify(found[0])) : fromJson(JSON.stringify(found));
  }
  jsonString() { return this._d; }
  json() { return fromJson(this._d); }
}
known("com.jayway.jsonpath.JsonPath", JsonPath);
known("com.jayway.jsonpath.DocumentContext", class extends JObject {}, (v) => v instanceof JsonPath && v._d !== undefined);
known("com.jayway.jsonpath.Configuration", class Configuration extends JObject { static defaultConfiguration() { return new Configuration(); } });
