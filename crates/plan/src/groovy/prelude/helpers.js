// Libraries that JMeter brings along and small classes of Java: checksums, compression, ciphers, dates, names of files,
// messages, templates, markup, and scripts that scripts read.
const octets = (v) => asBytes(v).map((b) => N(b) & 255);
const part = (l, from, n) => from === undefined ? l : l.slice(N(from), N(from) + N(n));
class CRC32 extends JObject {
  constructor() { super(); this._c = 0xffffffff; }
  update(v, from, n) {
    for (const byte of typeof v === "number" ? [v & 255] : part(octets(v), from, n)) {
      this._c ^= byte;
      for (let i = 0; i < 8; i++) this._c = (this._c >>> 1) ^ (0xedb88320 & -(this._c & 1));
    }
    return null;
  }
  getValue() { return BigInt((this._c ^ 0xffffffff) >>> 0); }
  reset() { this._c = 0xffffffff; return null; }
}
known("java.util.zip.CRC32", CRC32);
// What is written is compressed when the stream is closed.
class Packing extends JObject {
  constructor(out, way) { super(); this._o = out; this._w = way; this._b = []; }
  write(v, from, n) { for (const b of typeof v === "number" ? [signedByte(v & 255)] : part(asBytes(v), from, n)) this._b?.push(b); return null; }
  leftShift(v) { this.write(v); return this; }
  finish() { if (this._b) { this._o.write(array("byte[]", fromHex(host("pack", this._w, hexOf(this._b))))); this._b = null; } return null; }
  flush() { return null; }
  close() { this.finish(); if (method(this._o, "close")) call(this._o, "close", []); return null; }
  withStream(c) { return using(this, c); }
  withCloseable(c) { return using(this, c); }
}
const unpack = (v, way) => array("byte[]", fromHex(host("unpack", way, hexOf(v._raw ?? (v._file ? v._file.getBytes() : bytesOf(v.$text()))))));
class Unpacking extends Reader {
  constructor(v, way) { const bytes = unpack(v, way); super(bytes); this._raw = bytes; }
  readAllBytes() { return this._raw; }
  getBytes() { return this._raw; }
}
known("java.util.zip.GZIPOutputStream", class GZIPOutputStream extends Packing { constructor(o) { super(o, "gzip"); } });
known("java.util.zip.DeflaterOutputStream", class DeflaterOutputStream extends Packing { constructor(o, d) { super(o, d?._w ?? "zlib"); } });
known("java.util.zip.GZIPInputStream", class GZIPInputStream extends Unpacking { constructor(v) { super(v, "gzip"); } });
known("java.util.zip.InflaterInputStream", class InflaterInputStream extends Unpacking { constructor(v) { super(v, "zlib"); } });
// javax.crypto: AES.
const CIPHERS = /^AES(\/(ECB|CBC)\/(PKCS5PADDING|PKCS7PADDING|NOPADDING)|\/(CTR|GCM)\/NOPADDING)?$/i;
class Spec extends JObject { constructor(iv) { super(); this._iv = iv; } getIV() { return this._iv; } }
known("javax.crypto.spec.IvParameterSpec", class IvParameterSpec extends Spec { constructor(iv, from, n) { super(array("byte[]", part(iv, from, n))); } });
known("javax.crypto.spec.GCMParameterSpec", class GCMParameterSpec extends Spec { constructor(bits, iv) { super(iv); if (N(bits) !== 128) throw unsupported(`GCM with a tag of ${N(bits)} bits`); } });
class Cipher extends JObject {
  constructor(t) { super(); this._t = t; this._b = []; this._more = []; }
  static getInstance(t) { if (!CIPHERS.test(S(t))) throw unsupported(`the cipher ${S(t)}`); return new Cipher(S(t)); }
  init(m, key, spec) {
    if (!(key instanceof SecretKeySpec)) throw unsupported("a key that is no SecretKeySpec");
    this._e = N(m) === 1;
    this._k = key._k;
    this._iv = spec instanceof Spec ? spec._iv : null;
    if (this._iv === null && /\/(CBC|CTR|GCM)\//i.test(this._t)) { if (!this._e) throw new E.InvalidKeyException("Parameters missing"); this._iv = array("byte[]", Array.from({ length: /GCM/i.test(this._t) ? 12 : 16 }, () => signedByte(below_(256)))); }
    return null;
  }
  getIV() { return this._iv; }
  getAlgorithm() { return this._t; }
  getBlockSize() { return 16; }
  updateAAD(b) { this._more.push(...asBytes(b)); return null; }
  update(b) { this._b.push(...asBytes(b)); return array("byte[]", []); }
  doFinal(b) {
    if (!this._k) throw new IllegalStateException("Cipher not initialized");
    if (b !== undefined) this.update(b);
    const out = host("cipher", this._t, this._e, hexOf(this._k), this._iv ? hexOf(this._iv) : "", hexOf(this._b), hexOf(this._more));
    this._b = [];
    this._more = [];
    return array("byte[]", fromHex(out));
  }
}
Object.assign(Cipher, { ENCRYPT_MODE: 1, DECRYPT_MODE: 2 });
known("javax.crypto.Cipher", Cipher);
known("javax.crypto.SecretKey", class extends JObject {}, (v) => v instanceof SecretKeySpec);
known("java.security.Key", class extends JObject {}, (v) => v instanceof SecretKeySpec);
known("sun.misc.BASE64Encoder", class BASE64Encoder extends JObject { encode(b) { return base64(b).replace(/(.{76})(?=.)/g, "$1\n"); } encodeBuffer(b) { return this.encode(b) + "\n"; } });
known("sun.misc.BASE64Decoder", class BASE64Decoder extends JObject { decodeBuffer(t) { return array("byte[]", fromBase64(S(t))); } });
// Commons Lang: dates and numbers.
function moved(field) { return (d, n) => { const c = new GregorianCalendar(); c.setTime(d); c.add(field, n); return c.getTime(); }; }
function cut(d, field) {
  const c = new GregorianCalendar();
  c.setTime(d);
  c.$move((f) => {
    const from = { 1: 0, 2: 1, 5: 2, 11: 3, 10: 3, 12: 4, 13: 5, 14: 6 }[N(field)] ?? 2;
    ["month", "day", "hour", "minute", "second"].forEach((name, at) => { if (at >= from) f[name] = name === "day" ? 1 : 0; });
    f.nano = from > 5 ? Math.floor(f.nano / 1e6) * 1e6 : 0;
  });
  return c.getTime();
}
kind("org.apache.commons.lang3.time.DateUtils", () => false, {
  addYears: moved(1), addMonths: moved(2), addWeeks: moved(3), addDays: moved(5), addHours: moved(10), addMinutes: moved(12), addSeconds: moved(13), addMilliseconds: moved(14), truncate: cut,
  isSameDay: (a, b) => Math.abs(cut(a, 5)._t - cut(b, 5)._t) === 0,
  parseDate: (t, ...patterns) => { const all = patterns.flatMap((p) => isText(p) ? [S(p)] : [...items(p)].map(S)); for (const p of all) { try { return new (C["java.text.SimpleDateFormat"])(p).parse(t); } catch (e) { if (!(e instanceof ParseException)) throw e; } } throw new ParseException(`Unable to parse the date: ${S(t)}`); },
});
const timeOf = (v) => v instanceof JDate || v instanceof Calendar ? v._t : N(v);
kind("org.apache.commons.lang3.time.DateFormatUtils", () => false, {
  format: (v, p, z) => formatFields(S(p), fieldsOf(timeOf(v), z instanceof TimeZone ? z._id : "default"), false), formatUTC: (v, p) => formatFields(S(p), fieldsOf(timeOf(v), "GMT"), false),
});
const looksNumber = (t) => t !== null && /^[-+]?(0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?[lLfFdD]?)$/.test(S(t));
const orElse = (read, zero) => (t, d = zero) => { try { return t === null ? d : read(S(t)); } catch { return d; } };
kind("org.apache.commons.lang3.math.NumberUtils", () => false, {
  isNumber: looksNumber, isCreatable: looksNumber, isDigits: (t) => t !== null && /^\d+$/.test(S(t)), isParsable: (t) => t !== null && /^-?(\d+(\.\d+)?|\.\d+)$/.test(S(t)),
  toInt: orElse((t) => parseInteger(t), 0), toLong: orElse((t) => parseLong(t), 0n), toDouble: orElse((t) => dbl(parseDouble(t)), dbl(0)), max: (...a) => best(a.length === 1 ? items(a[0]) : a, undefined, 1), min: (...a) => best(a.length === 1 ? items(a[0]) : a, undefined, -1),
});
// Commons IO: names of files.
const lastOf = (p) => Math.max(p.lastIndexOf("/"), p.lastIndexOf("\\")) + 1;
const dotOf = (p) => { const d = p.lastIndexOf("."); return d < lastOf(p) ? -1 : d; };
kind("org.apache.commons.io.FilenameUtils", () => false, {
  getName: (p) => S(p).slice(lastOf(S(p))), getBaseName: (p) => S(p).slice(lastOf(S(p)), dotOf(S(p)) < 0 ? undefined : dotOf(S(p))), getExtension: (p) => dotOf(S(p)) < 0 ? "" : S(p).slice(dotOf(S(p)) + 1), removeExtension: (p) => dotOf(S(p)) < 0 ? S(p) : S(p).slice(0, dotOf(S(p))), getFullPath: (p) => S(p).slice(0, lastOf(S(p))), getFullPathNoEndSeparator: (p) => S(p).slice(0, Math.max(0, lastOf(S(p)) - 1)), concat: (a, b) => S(b).startsWith("/") ? S(b) : S(a).replace(/\/?$/, "/") + S(b),
});
class MessageFormat extends JObject {
  constructor(p) { super(); this._p = S(p); }
  static format(p, ...a) { return messageOf(S(p), a.length === 1 && Array.isArray(a[0]) && isArr(a[0]) ? a[0] : a); }
  format(a) { return messageOf(this._p, items(a)); }
}
function messageOf(pattern, args) {
  let out = "";
  for (const m of pattern.matchAll(/''|'([^']*)'?|\{(\d+)(?:,([^{}]*))?\}|[^'{]+|\{/g)) {
    if (m[2] === undefined) { out += m[0] === "''" ? "'" : m[1] ?? m[0]; continue; }
    const v = args[Number(m[2])], [type, style] = (m[3] ?? "").split(/,(.*)/).map((t) => t?.trim());
    if (v === undefined) out += `{${m[2]}}`;
    else if (type === "date" || type === "time") { if (!style) throw unsupported(`{${m[2]},${m[3]}} of MessageFormat`); out += formatFields(style, fieldsOf(timeOf(v), "default"), false); }
    else if (isNumber(v)) out += new DecimalFormat(style === "integer" ? "#,##0" : style || "#,##0.###").format(v);
    else out += str(v);
  }
  return out;
}
known("java.text.MessageFormat", MessageFormat);
// net.minidev.json, on which JsonPath stands: objects are maps, arrays lists.
class JSONObject extends JMap {
  constructor(from) { super("HashMap"); if (from instanceof JMap) this.putAll(from); }
  getAsString(k) { const v = this.get(S(k)); return v === null ? null : jstr(v); }
  getAsNumber(k) { const v = this.get(S(k)); return v === null || isNumber(v) ? v : decimal(S(v)); }
  appendField(k, v) { this.put(S(k), v); return this; }
  toJSONString() { return toJson(this); }
  toString() { return toJson(this); }
}
known("net.minidev.json.JSONObject", JSONObject);
known("net.minidev.json.JSONArray", class JSONArray extends JObject { constructor() { super(); return []; } }, (v) => isList(v));
function minidev(v) {
  if (Array.isArray(v)) return v.map(minidev);
  if (!(v instanceof JMap)) return v;
  const o = new JSONObject();
  for (const e of v.list()) o.put(e._k, minidev(e._v));
  return o;
}
class JSONParser extends JObject { parse(v) { return minidev(fromJson(isText(v) ? S(v) : Array.isArray(v) ? decodeText(v) : v.$text())); } }
Object.assign(JSONParser, { MODE_PERMISSIVE: -1, MODE_RFC4627: 656, MODE_JSON_SIMPLE: 1984, DEFAULT_PERMISSIVE_MODE: -1, ACCEPT_SIMPLE_QUOTE: 1, ACCEPT_NON_QUOTE: 2 });
known("net.minidev.json.parser.JSONParser", JSONParser);
kind("net.minidev.json.JSONValue", () => false, { parse: (t) => minidev(fromJson(S(t))), toJSONString: (v) => toJson(v), isValidJson: (t) => { try { fromJson(S(t)); return true; } catch { return false; } } });
// groovy.xml.MarkupBuilder: a call is an element.
class MarkupBuilder extends JObject {
  constructor(w) { super(); this._w = w ?? null; this._in = []; this._double = false; this._any = false; }
  $out(t) { if (this._w === null) host("print", t); else call(this._w, "write", [t]); }
  $line() { if (this._any) this.$out("\n"); this._any = true; this.$out("  ".repeat(this._in.length)); }
  setDoubleQuotes(v) { this._double = truth(v); return null; }
  getMkp() { return new MarkupHelper(this); }
  $missing(name, args) {
    const q = this._double ? '"' : "'";
    const below = args.find(isClosure), texts = args.filter((a) => !isClosure(a) && !(a instanceof JMap)), attributes = args.find((a) => a instanceof JMap);
    if (this._in.length) this._in[this._in.length - 1].filled = true;
    this.$tagEnd();
    this.$line();
    this.$out(`<${name}` + (attributes?.list() ?? []).map((e) => ` ${str(e._k)}=${q}${escapeXml(str(e._v)).replace(/&quot;|&apos;/g, (c) => (c === "&quot;") === this._double ? c : c === "&quot;" ? '"' : "'")}${q}`).join(""));
    const text = texts.filter((t) => t !== null).map((t) => markup(str(t))).join("");
    if (!below) { this.$out(texts.length && texts[0] !== null ? `>${text}</${name}>` : " />"); return name; }
    const here = { open: true, filled: false };
    this._in.push(here);
    if (text) { this.$tagEnd(); this.$out(text); }
    const copy = below.$make(below.$scope.owner);
    copy.$scope.delegate = this;
    copy.$scope.first = 1;
    invoke(copy, []);
    this._in.pop();
    if (here.open) { this.$out(" />"); return name; }
    if (here.filled) this.$line();
    this.$out(`</${name}>`);
    return name;
  }
  $tagEnd() { const top = this._in[this._in.length - 1]; if (top?.open) { top.open = false; this.$out(">"); } }
}
const markup = (t) => t.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
class MarkupHelper extends JObject {
  constructor(b) { super(); this._b = b; }
  yield(v) { this._b.$tagEnd(); this._b.$out(markup(str(v))); return null; }
  yieldUnescaped(v) { this._b.$tagEnd(); this._b.$out(str(v)); return null; }
  comment(v) { this._b.$tagEnd(); this._b.$line(); this._b.$out(`<!-- ${str(v)} -->`); return null; }
  xmlDeclaration(a) { const q = this._b._double ? '"' : "'"; this._b._any = true; this._b.$out("<?xml" + a.list().map((e) => ` ${str(e._k)}=${q}${str(e._v)}${q}`).join("") + "?>"); return null; }
}
known("groovy.xml.MarkupBuilder", MarkupBuilder);
// A script that a script has put together or read.
function evaluated(language, source, scope) {
  const text = source instanceof File ? source.getText() : typeof source?.$text === "function" ? source.$text() : S(source);
  return scriptOf(language, text).body(scope) ?? null;
}
const scriptOf = (language, text) => new Function(`return (${host("compile", language, text)})`)();
DGM.evaluate = (v, source) => evaluated("groovy", source, new ScriptScope(v instanceof ScopeObject ? v._d.b : Object.create(null), "groovy"));
// A script that was read and did not run: its methods can be called, and `run` runs it.
function parsed(source, bindings) {
  const text = source instanceof File ? source.getText() : typeof source?.$text === "function" ? source.$text() : S(source);
  const made = scriptOf("groovy", text), scope = new ScriptScope(bindings, "groovy");
  if (made.body.toString().includes("if($d.parsed)")) { scope.parsed = true; made.body(scope); scope.parsed = false; }
  const script = scope.me();
  script.run = () => made.body(scope) ?? null;
  return script;
}
known("groovy.lang.GroovyShell", class GroovyShell extends JObject {
  constructor(given) { super(); this._b = Object.create(null); if (given instanceof ScopeObject) Object.assign(this._b, given._d.b); }
  evaluate(source) { return evaluated("groovy", source, new ScriptScope(this._b, "groovy")); }
  parse(source) { return parsed(source, this._b); }
  setVariable(n, v) { this._b[S(n)] = v; return null; }
  setProperty(n, v) { return this.setVariable(n, v); }
  getVariable(n) { return this._b[S(n)] ?? null; }
});
kind("groovy.util.Eval", () => false, { me: (...a) => evaluated("groovy", a[a.length - 1], new ScriptScope(Object.assign(Object.create(null), a.length === 3 ? { [S(a[0])]: a[1] } : {}), "groovy")), x: (x, t) => evaluated("groovy", t, new ScriptScope(Object.assign(Object.create(null), { x }), "groovy")) });
// Templates: names and expressions after a dollar; with pieces of program they are refused.
class Template extends JObject {
  constructor(t) { super(); this._t = t; }
  make(given) {
    const b = Object.create(null);
    for (const e of given instanceof JMap ? given.list() : []) b[S(e._k)] = e._v;
    const text = this._t;
    return { __proto__: JObject.prototype, toString: () => str(evaluated("groovy", '"""' + text.replace(/\\(?!\$)/g, "\\\\").replace(/"/g, '\\"') + '"""', new ScriptScope(b, "groovy"))) };
  }
}
class TemplateEngine extends JObject {
  createTemplate(v) { const t = v instanceof File ? v.getText() : typeof v?.$text === "function" ? v.$text() : S(v); if (/<%/.test(t)) throw unsupported("<% in a template"); return new Template(t); }
}
known("groovy.text.SimpleTemplateEngine", class SimpleTemplateEngine extends TemplateEngine {});
known("groovy.text.GStringTemplateEngine", class GStringTemplateEngine extends TemplateEngine {});
// org.json and fastjson, which people put beside JMeter: objects and arrays of both.
class JsonBox extends JSONObject {
  constructor(from) { super(); if (from instanceof JMap) for (const e of from.list()) super.put(S(e._k), this.$wrap(e._v)); }
  $wrap(v) { return v instanceof JsonBox || v instanceof JsonArray ? v : v instanceof JMap ? new this.constructor(v) : isList(v) ? new this.$array(v) : v; }
  getJSONObject(k) { const v = this.get(k); if (v !== null && !(v instanceof JsonBox)) throw this.$wrong(k, "a JSONObject"); return v; }
  getJSONArray(k) { const v = this.get(k); if (v !== null && !(v instanceof JsonArray)) throw this.$wrong(k, "a JSONArray"); return v; }
  $wrong(k, what) { return new ClassCastException(`${S(k)} is not ${what}`); }
}
class JsonArray extends JObject {
  constructor(l) { super(); this._l = []; for (const v of l === undefined ? [] : items(l)) this._l.push(this.$wrap(v)); }
  $wrap(v) { return v instanceof JsonBox || v instanceof JsonArray ? v : v instanceof JMap ? new this.$object(v) : isList(v) ? new this.constructor(v) : v; }
  $iter() { return this._l; }
  get(i) { const n = N(i); if (n < 0 || n >= this._l.length) throw this.$missed(n); return this._l[n]; }
  $missed(n) { return new IndexOutOfBoundsException(`Index: ${n}, Size: ${this._l.length}`); }
  getAt(i) { return isNumber(i) ? this._l[N(i) < 0 ? this._l.length + N(i) : N(i)] ?? null : this._l.map((v) => get(v, S(i))); }
  getJSONObject(i) { return this.get(i); }
  getJSONArray(i) { return this.get(i); }
  iterator() { return new Iter(this._l); }
  length() { return this._l.length; }
  size() { return this._l.length; }
  isEmpty() { return this._l.length === 0; }
  remove(i) { return this._l.splice(N(i), 1)[0] ?? null; }
  add(v) { this._l.push(this.$wrap(v)); return true; }
  toList() { return [...this._l]; }
  toJSONString() { return toJson(this); }
  $truth() { return this._l.length > 0; }
  toString() { return toJson(this); }
}
const JSONException = thrower(E.RuntimeException, "org.json.JSONException");
const FastException = thrower(E.RuntimeException, "com.alibaba.fastjson.JSONException");
// The text of a document, or the words of its class for one that is none.
function documented(type, t, wanted) {
  let v;
  try { v = fromJson(S(t)); } catch (e) { throw new type(e instanceof Throwable ? str(e.getMessage()).split("\n")[0] : String(e)); }
  if (wanted === JMap ? !(v instanceof JMap) : !isList(v)) throw new type(wanted === JMap ? "A JSONObject text must begin with '{' at 1 [character 2 line 1]" : "A JSONArray text must start with '[' at 1 [character 2 line 1]");
  return v;
}
class OrgObject extends JsonBox {
  constructor(from) { super(isText(from) ? documented(JSONException, from, JMap) : from); }
  get(k) { const v = super.get(S(k)); if (v === null && !super.containsKey(S(k))) throw new JSONException(`JSONObject["${S(k)}"] not found.`); return v; }
  opt(k) { return super.get(S(k)); }
  has(k) { return super.containsKey(S(k)); }
  isNull(k) { return super.get(S(k)) === null; }
  put(k, v) { super.put(S(k), this.$wrap(v)); return this; }
  keys() { return new Iter(this.list().map((e) => e._k)); }
  length() { return this.size(); }
  names() { return new OrgArray(this.list().map((e) => e._k)); }
  optJSONObject(k) { const v = this.opt(k); return v instanceof JsonBox ? v : null; }
  optJSONArray(k) { const v = this.opt(k); return v instanceof JsonArray ? v : null; }
  $wrong(k, what) { return new JSONException(`JSONObject["${S(k)}"] is not ${what}.`); }
  toString(indent) { return indent === undefined ? toJson(this) : JSON.stringify(JSON.parse(toJson(this)), null, N(indent)); }
}
class OrgArray extends JsonArray {
  constructor(from) { super(isText(from) ? documented(JSONException, from, Array) : from); }
  $missed(n) { return new JSONException(`JSONArray[${n}] not found.`); }
  opt(i) { return this._l[N(i)] ?? null; }
  put(a, b) { if (b === undefined) this.add(a); else this._l[N(a)] = this.$wrap(b); return this; }
  optJSONObject(i) { const v = this.opt(i); return v instanceof JsonBox ? v : null; }
  $wrong(i, what) { return new JSONException(`JSONArray[${N(i)}] is not ${what}.`); }
  toString(indent) { return indent === undefined ? toJson(this) : JSON.stringify(JSON.parse(toJson(this)), null, N(indent)); }
}
// Readers of one kind: strict ones, and those with a value for what is not there.
for (const [name, read, what, zero] of [
  ["String", (v) => isText(v) ? str(v) : undefined, "a string", ""], ["Int", (v) => isNumber(v) ? int(toInt(N(v))) : isText(v) && /^-?\d+$/.test(str(v)) ? parseInteger(v) : undefined, "a int", 0], ["Long", (v) => isNumber(v) ? B(v) : isText(v) && /^-?\d+$/.test(str(v)) ? parseLong(v) : undefined, "a long", 0n], ["Double", (v) => isNumber(v) ? dbl(N(v)) : isText(v) && str(v).trim() !== "" && !Number.isNaN(Number(str(v))) ? dbl(Number(str(v))) : undefined, "a double", dbl(NaN)], ["Boolean", (v) => typeof v === "boolean" ? v : isText(v) && /^(true|false)$/i.test(str(v)) ? /^true$/i.test(str(v)) : undefined, "a Boolean", false],
]) {
  for (const type of [OrgObject, OrgArray]) {
    type.prototype["get" + name] = function (k) { const v = read(this.get(k)); if (v === undefined) throw this.$wrong(k, what); return v; };
    type.prototype["opt" + name] = function (k, other = zero) { const v = this.opt(k); return v === null ? other : name === "String" ? jstr(v) : read(v) ?? other; };
  }
}
Object.defineProperty(OrgObject.prototype, "$array", { value: OrgArray });
Object.defineProperty(OrgArray.prototype, "$object", { value: OrgObject });
known("org.json.JSONObject", OrgObject);
known("org.json.JSONArray", OrgArray);
class FastObject extends JsonBox {
  get(k) { return super.get(S(k)); }
  put(k, v) { return super.put(S(k), this.$wrap(v)); }
  static parseObject(t) { return t === null ? null : new FastObject(documented(FastException, t, JMap)); }
  static parseArray(t) { return t === null ? null : new FastArray(documented(FastException, t, Array)); }
  static parse(t) { const v = fromJson(S(t)); return v instanceof JMap ? new FastObject(v) : isList(v) ? new FastArray(v) : v; }
  static toJSONString(v) { return toJson(v); }
  static toJSON(v) { return new FastArray([v]).get(0); }
}
class FastArray extends JsonArray {
  static parseArray(t) { return FastObject.parseArray(t); }
  static toJSONString(v) { return toJson(v); }
}
for (const [name, turn] of [["String", jstr], ["Integer", (v) => parseInteger(jstr(v))], ["Long", (v) => parseLong(jstr(v))], ["Double", (v) => dbl(Number(jstr(v)))], ["Boolean", (v) => v === true || jstr(v) === "true" || v === 1], ["BigDecimal", (v) => decimal(jstr(v))]]) {
  for (const type of [FastObject, FastArray]) type.prototype["get" + name] = function (k) { const v = this.get(k); return v === null ? null : turn(v); };
}
for (const [name, of, zero] of [["IntValue", "Integer", 0], ["LongValue", "Long", 0n], ["BooleanValue", "Boolean", false]]) {
  for (const type of [FastObject, FastArray]) type.prototype["get" + name] = function (k) { return this["get" + of](k) ?? zero; };
}
Object.defineProperty(FastObject.prototype, "$array", { value: FastArray });
Object.defineProperty(FastArray.prototype, "$object", { value: FastObject });
known("com.alibaba.fastjson.JSONObject", FastObject);
known("com.alibaba.fastjson.JSONArray", FastArray);
kind("com.alibaba.fastjson.JSON", () => false, { parseObject: FastObject.parseObject, parseArray: FastObject.parseArray, parse: FastObject.parse, toJSONString: (v) => toJson(v), toJSON: FastObject.toJSON });
// Jsoup: pages, in which selectors find elements.
class JsoupElement extends JObject {
  constructor(page, d) { super(); this._page = page; this._d = d; }
  $find(css) {
    const found = host("html", this._page, S(css), this._d?.at ?? null);
    if (found === null || found === undefined) throw new (C["org.jsoup.select.Selector.SelectorParseException"])(`Could not parse query '${S(css)}'`);
    return found.map((d) => new JsoupElement(this._page, d));
  }
  select(css) { return new JsoupElements(this.$find(css)); }
  selectFirst(css) { return this.$find(css)[0] ?? null; }
  getElementById(id) { return this.$find(`[id="${S(id)}"]`)[0] ?? null; }
  getElementsByTag(n) { return this.select(n); }
  getElementsByClass(n) { return this.select("." + S(n)); }
  getElementsByAttribute(n) { return this.select(`[${S(n)}]`); }
  attr(n) { return this._d?.attributes.find(([name]) => name === S(n).toLowerCase())?.[1] ?? ""; }
  hasAttr(n) { return this._d?.attributes.some(([name]) => name === S(n).toLowerCase()) ?? false; }
  text() { return this._d ? this._d.text : this.body()?.text() ?? ""; }
  hasText() { return this.text() !== ""; }
  val() { return this._d?.tag === "textarea" ? this.text() : this.attr("value"); }
  id() { return this.attr("id"); }
  className() { return this.attr("class").trim(); }
  hasClass(n) { return this.className().split(/\s+/).includes(S(n)); }
  tagName() { return this._d?.tag ?? "#root"; }
  title() { return this.selectFirst("title")?.text() ?? ""; }
  body() { return this.selectFirst("body"); }
  head() { return this.selectFirst("head"); }
}
known("org.jsoup.nodes.Element", JsoupElement);
known("org.jsoup.nodes.Document", class extends JObject {}, (v) => v instanceof JsoupElement && !v._d);
class JsoupElements extends JObject {
  constructor(list) { super(); this._l = list; }
  $iter() { return this._l; }
  iterator() { return new Iter(this._l); }
  first() { return this._l[0] ?? null; }
  last() { return this._l[this._l.length - 1] ?? null; }
  get(i) { return at_(this._l, i) ?? (() => { throw new IndexOutOfBoundsException(`Index ${N(i)} out of bounds for length ${this._l.length}`); })(); }
  getAt(i) { return at_(this._l, i); }
  size() { return this._l.length; }
  isEmpty() { return this._l.length === 0; }
  asBoolean() { return this._l.length > 0; }
  attr(n) { return this._l.find((e) => e.hasAttr(n))?.attr(n) ?? ""; }
  hasAttr(n) { return this._l.some((e) => e.hasAttr(n)); }
  text() { return this._l.map((e) => e.text()).join(" "); }
  val() { return this.first()?.val() ?? ""; }
  eachText() { return this._l.filter((e) => e.hasText()).map((e) => e.text()); }
  eachAttr(n) { return this._l.filter((e) => e.hasAttr(n)).map((e) => e.attr(n)); }
  select(css) { const seen = new Set(); return new JsoupElements(this._l.flatMap((e) => e.$find(css)).filter((e) => !seen.has(e._d.at) && seen.add(e._d.at))); }
}
known("org.jsoup.select.Elements", JsoupElements);
kind("org.jsoup.Jsoup", () => false, { parse: (t) => new JsoupElement(t instanceof File ? t.getText() : S(t), null), parseBodyFragment: (t) => new JsoupElement(S(t), null) });
