// JMeter's own objects, over the host's calls.
const missingArg = (name, type, args) => missingMethod(name, C[type], args);
class Vars extends JObject {
  $objects() { const user = host("user"); let m = objects.get(user); if (!m) objects.set(user, m = new Map()); return m; }
  $value(name, v) {
    if (v === null || typeof v !== "object" || v.object !== true) return lifted(v);
    return v.json === undefined ? this.$objects().get(name) ?? null : fromJson(v.json);
  }
  get(name) { const v = this.getObject(name); if (v === null || isText(v)) return v; throw new ClassCastException(`class ${classOf(v).$name} cannot be cast to class java.lang.String`); }
  getObject(name) { const n = S(name); return this.$value(n, host("vars.get", n)); }
  put(...args) {
    const [name, v] = args;
    if (args.length !== 2 || v !== null && v !== undefined && !isText(v) || name !== null && !isText(name)) throw missingArg("put", "org.apache.jmeter.threads.JMeterVariables", args);
    if (v === null || v === undefined) host("vars.remove", S(name)); else host("vars.put", S(name), S(v));
    return null;
  }
  putObject(name, v) {
    if (v === null || v === undefined) return this.remove(name);
    if (typeof v === "string") { host("vars.put", S(name), v); return null; }
    this.$objects().set(S(name), v);
    host("vars.putObject", S(name), jstr(v));
    return null;
  }
  putAll(m) { for (const e of m instanceof Vars ? m.entrySet().items() : m.list()) isText(e._v) ? this.put(e._k, e._v) : this.putObject(e._k, e._v); return null; }
  remove(name) { const old = this.getObject(name); this.$objects().delete(S(name)); host("vars.remove", S(name)); return old; }
  entrySet() { return new JSet("LinkedHashSet", host("vars.entries").map(([k, v]) => new Entry(k, this.$value(k, v)))); }
  getIterator() { return new Iter(this.entrySet().items()); }
  $iter() { return this.entrySet().items(); }
  getIteration() { return host("vars.iteration"); }
  incIteration() { return null; }
  getThreadName() { return host("ctx.get", "threadName"); }
  getAt(name) { return this.getObject(name); }
  $property(name) { return this.getObject(name); }
  putAt(name, v) { throw missingProperty(S(name), "org.apache.jmeter.threads.JMeterVariables"); }
  toString() { return "org.apache.jmeter.threads.JMeterVariables@1"; }
}
known("org.apache.jmeter.threads.JMeterVariables", Vars);
// Values that go to other threads: texts as they are, the rest by what it holds.
function lowered(v) {
  if (v === null || v === undefined || typeof v === "string" || typeof v === "boolean" || typeof v === "number") return v ?? null;
  if (typeof v === "bigint") return { $: "long", v: v.toString() };
  if (v instanceof GStr) return str(v);
  if (v instanceof Dbl) return { $: "double", v: v._v };
  if (v instanceof Dec) return { $: "decimal", v: str(v) };
  if (v instanceof Big) return { $: "integer", v: str(v) };
  if (v instanceof Counter) return { $: "counter", id: v.$share(), long: v instanceof C["java.util.concurrent.atomic.AtomicLong"] };
  if (Array.isArray(v)) return { $: isArr(v) ? v.$type : "list", k: v.$kind ?? null, v: v.map(lowered) };
  if (v instanceof JMap) return { $: "map", k: v._type, v: v.list().map((e) => [lowered(e._k), lowered(e._v)]) };
  if (v instanceof JSet) return { $: "set", k: v._type, v: v.items().map(lowered) };
  if (v instanceof JDate) return { $: "date", v: v._t };
  throw unsupported(`a ${classOf(v).$name} shared among threads through props`);
}
function revived(v) {
  if (typeof v === "number") return lifted(v);
  if (v === null || v === undefined || typeof v !== "object") return v ?? null;
  switch (v.$) {
    case "long": return BigInt(v.v);
    case "double": return dbl(v.v);
    case "decimal": return decimal(v.v);
    case "integer": return big(BigInt(v.v));
    case "counter": { const c = new C["java.util.concurrent.atomic." + (v.long ? "AtomicLong" : "AtomicInteger")](); c._id = v.id; return c; }
    case "list": { const l = v.v.map(revived); if (v.k) Object.defineProperty(l, "$kind", { value: v.k }); return l; }
    case "map": { const m = new JMap(v.k); for (const [k, x] of v.v) m.put(revived(k), revived(x)); return m; }
    case "set": return new JSet(v.k, v.v.map(revived));
    case "date": return new JDate(v.v);
    case undefined: return lifted(v);
    default: return array(v.$, v.v.map(revived));
  }
}
class Props extends JMap {
  constructor() { super("Properties"); this.$plain = true; }
  get(name) { return revived(host("props.get", S(need(name)))); }
  getAt(name) { return this.get(name); }
  getProperty(name, other = null) { const v = this.get(name); return isText(v) ? v : other; }
  getOrDefault(name, other) { return this.get(name) ?? other; }
  put(name, v) { const old = this.get(name); host("props.put", S(name), lowered(need(v))); return old; }
  putAt(name, v) { this.put(name, v); return v; }
  setProperty(name, v) { if (!isText(v)) throw missingArg("setProperty", "java.util.Properties", [name, v]); return this.put(name, v); }
  remove(name) { const old = this.get(name); host("props.remove", S(name)); return old; }
  containsKey(name) { const v = host("props.get", S(name)); return v !== null && v !== undefined; }
  list() { return host("props.entries").map(([k, v]) => new Entry(k, revived(v))); }
  size() { return this.list().length; }
  isEmpty() { return this.size() === 0; }
  stringPropertyNames() { return this.keySet(); }
  propertyNames() { return new Iter(this.list().map((e) => e._k)); }
  $property(name) { return this.get(name); }
  $setProperty(name, v) { this.put(name, v); return true; }
  $truth() { return true; }
  toString() { return "{" + this.list().map((e) => e._k + "=" + jstr(e._v)).join(", ") + "}"; }
}
class Log extends JObject {
  $log(level, args) {
    const [first, ...more] = args;
    let text = jstr(first ?? null);
    const rest = more.length === 1 && isArr(more[0]) ? [...more[0]] : more;
    let thrown_ = null;
    text = isText(first) ? text.replace(/\{\}/g, (all) => rest.length ? jstr(rest.shift()) : all) : text;
    if (rest.length && rest[rest.length - 1] instanceof Throwable) thrown_ = rest.pop();
    host("log", level, thrown_ ? `${text}\n${thrown_}` : text);
    return null;
  }
  getName() { return "org.apache.jmeter"; }
}
for (const level of ["trace", "debug", "info", "warn", "error"]) {
  Log.prototype[level] = function (...a) {
    const [v] = a;
    if (a.length === 1 && v !== null && v !== undefined && !isText(v)) throw missingArg(level, "org.apache.logging.slf4j.Log4jLogger", a);
    return this.$log(level, a);
  };
  Log.prototype["is" + cap(level) + "Enabled"] = () => host("log.enabled", level);
}
known("org.apache.logging.slf4j.Log4jLogger", Log);
kind("org.slf4j.Logger", (v) => v instanceof Log);
kind("org.slf4j.LoggerFactory", () => false, { getLogger: () => new Log() });
kind("org.apache.log.Logger", () => false);
kind("org.apache.jorphan.logging.LoggingManager", () => false, { getLoggerForClass: () => new Log(), getLoggerFor: () => new Log() });
// Logical actions have two homes.
const ACTIONS = ["CONTINUE", "START_NEXT_ITERATION_OF_THREAD", "START_NEXT_ITERATION_OF_CURRENT_LOOP", "BREAK_CURRENT_LOOP"];
for (const name of ["org.apache.jmeter.samplers.SampleResult.TestLogicalAction", "org.apache.jmeter.threads.JMeterContext.TestLogicalAction"]) enumOf(name, ACTIONS);
class SampleResult extends JObject {
  constructor(id) { super(); this._id = id ?? "detached"; this._own = id === undefined ? {} : null; }
  $get(field) { return this._own ? this._own[field] ?? null : lifted(host("result.get", this._id, field)); }
  $set(field, v) { if (this._own) this._own[field] = v; else host("result.set", this._id, field, v); return null; }
  getResponseData() { const hex = this.$get("bytes"); return array("byte[]", fromHex(hex ?? "")); }
  setResponseData(v, charset) { return Array.isArray(v) ? this.$set("bytes", hexOf(v)) : this.$set("data", v === null ? "" : str(v)); }
  getSubResults() { return array("SampleResult[]", (this._own ? this._own.subResults ?? [] : host("result.get", this._id, "subResults") ?? []).map((id) => resultOf(id))); }
  addSubResult(r) { if (this._own) (this._own.subResults ??= []).push(r); else if (r._own) host("result.set", this._id, "addSubResult", r.$plainly()); return null; }
  $plainly() { return { ...this._own, subResults: (this._own.subResults ?? []).filter((r) => r._own).map((r) => r.$plainly()) }; }
  getParent() { const id = host("result.get", this._id, "parent"); return id === null || id === undefined ? null : resultOf(id); }
  getURL() { const u = this.$get("url"); return u === null || u === "null" ? null : new URL(u); }
  setURL(u) { return this.$set("url", u === null ? null : str(u)); }
  getUrlAsString() { return this.$get("url") ?? ""; }
  getAssertionResults() { return array("AssertionResult[]", (host("result.get", this._id, "assertions") ?? []).map((a) => new AssertionResult(a))); }
  getFirstAssertionFailureMessage() { const a = (host("result.get", this._id, "assertions") ?? []).find((x) => x.failure || x.error); return a ? a.message : null; }
  isResponseCodeOK() { return /^2/.test(this.$get("code") ?? ""); }
  setResponseCodeOK() { return this.$set("code", "200"); }
  setResponseOK() { this.$set("code", "200"); this.$set("message", "OK"); return this.$set("success", true); }
  setIgnore() { return this.$set("ignore", true); }
  isIgnore() { return this.$get("ignore") === true; }
  setStopThread(v) { return this.$set("stopThread", truth(v)); }
  setStopTest(v) { return this.$set("stopTest", truth(v)); }
  setStopTestNow(v) { return this.$set("stopTestNow", truth(v)); }
  setStartNextThreadLoop(v) { return this.$set("logicalAction", truth(v) ? ACTIONS[1] : ACTIONS[0]); }
  setTestLogicalAction(v) { return this.$set("logicalAction", v._name); }
  getTestLogicalAction() { return C["org.apache.jmeter.samplers.SampleResult.TestLogicalAction"][this.$get("logicalAction") ?? "CONTINUE"]; }
  // The time between does not count.
  samplePause() { this._paused = now(); return null; }
  sampleResume() { if (this._paused !== undefined) this.$set("idleTime", N(this.$get("idleTime") ?? 0) + now() - this._paused); this._paused = undefined; return null; }
  sampleStart() { if (this._own) this._own.startTime = now(); return null; }
  sampleEnd() { if (this._own) { const end = now(); this._own.time = end - (this._own.startTime ??= end); } return null; }
  setBodySize() { return null; }
  setHeadersSize() { return null; }
  getBytes() { return int(N(this.$get("size") ?? 0)); }
  getSearchableTokens() { return []; }
  toString() { return this.$get("label") ?? "SampleResult"; }
  get $class() { return C[{ HTTPSampleResult: "org.apache.jmeter.protocol.http.sampler.HTTPSampleResult" }[this.$get("class")] ?? "org.apache.jmeter.samplers.SampleResult"]; }
}
// Which method reads or writes which field, and as what.
const asLong = (v) => B(v ?? 0), asInt = (v) => int(N(v ?? 0)), asText = (v) => v === null || v === undefined ? "" : str(v), asFlag = (v) => v === true, asIs = (v) => v;
for (const [names, field, turn] of [
  ["ResponseCode", "code", asText], ["ResponseMessage", "message", asText], ["ResponseDataAsString", "data", asText], ["ResponseHeaders", "headers", asText], ["RequestHeaders", "requestHeaders", asText], ["SampleLabel", "label", asText], ["Time", "time", asLong], ["Latency", "latency", asLong], ["ConnectTime", "connectTime", asLong], ["StartTime", "startTime", asLong], ["EndTime", "endTime", asLong], ["TimeStamp", "startTime", asLong], ["BytesAsLong", "size", asLong], ["BodySizeAsLong", "bodySize", asLong], ["BodySize", "bodySize", asInt], ["HeadersSize", "headersSize", asInt], ["SentBytes", "sentBytes", asLong], ["HTTPMethod", "method", asText], ["QueryString", "queryString", asText], ["Cookies", "cookies", asText], ["SamplerData", "samplerData", asText], ["ThreadName", "threadName", asText], ["DataType", "dataType", asText], ["ContentType", "contentType", asText], ["MediaType", "mediaType", asText], ["DataEncodingWithDefault", "encoding", asText], ["DataEncodingNoDefault", "encodingNoDefault", asIs], ["DataEncoding", "encodingNoDefault", asIs], ["ErrorCount", "errorCount", asInt], ["SampleCount", "sampleCount", asInt], ["GroupThreads", "groupThreads", asInt], ["AllThreads", "allThreads", asInt], ["IdleTime", "idleTime", asLong], ["RedirectLocation", "redirectLocation", asIs], ["ResultFileName", "resultFileName", asText],
]) {
  SampleResult.prototype["get" + names] = function () { return turn(this.$get(field)); };
  SampleResult.prototype["set" + names] = function (v) { return this.$set(field, v === null ? null : simple(v) ?? str(v)); };
}
SampleResult.prototype.isSuccessful = function () { return this.$get("success") === true; };
SampleResult.prototype.setSuccessful = function (v) { return this.$set("success", truth(v)); };
SampleResult.prototype.isStopThread = function () { return this.$get("stopThread") === true; };
SampleResult.prototype.isStopTest = function () { return this.$get("stopTest") === true; };
for (const name of ["setEncodingAndType", "setDataEncoding", "setContentType", "setSamplerData", "setThreadName", "removeAssertionResults", "removeSubResults", "setSaveConfig", "cleanAfterSample", "latencyEnd", "connectEnd", "setStampAndTime"]) SampleResult.prototype[name] ??= function () { return null; };
Object.assign(SampleResult, { TEXT: "text", BINARY: "bin" });
known("org.apache.jmeter.samplers.SampleResult", SampleResult);
known("org.apache.jmeter.protocol.http.sampler.HTTPSampleResult", class HTTPSampleResult extends SampleResult {}, (v) => v instanceof SampleResult && v._own === null && v.$get("class") === "HTTPSampleResult");
const resultOf = (id) => id instanceof SampleResult ? id : new SampleResult(id);
class AssertionResult extends JObject {
  constructor(given) { super(); this._own = given instanceof JObject || typeof given === "object" ? given : null; if (isText(given)) this._own = { name: str(given), failure: false, error: false, message: null }; }
  $get(f) { return this._own ? this._own[f] ?? null : lifted(host("assertion.get", f)); }
  $set(f, v) { if (this._own) this._own[f] = v; else host("assertion.set", f, v); return null; }
  isFailure() { return this.$get("failure") === true; }
  setFailure(v) { return this.$set("failure", truth(v)); }
  isError() { return this.$get("error") === true; }
  setError(v) { return this.$set("error", truth(v)); }
  getFailureMessage() { return this.$get("message"); }
  setFailureMessage(v) { return this.$set("message", v === null ? null : str(v)); }
  setResultForFailure(v) { this.setFailure(true); return this.setFailureMessage(v); }
  setResultForNull() { return this.setFailure(true); }
  getName() { return this.$get("name"); }
  toString() { return str(this.getName()); }
}
known("org.apache.jmeter.assertions.AssertionResult", AssertionResult);
class ThreadGroup extends JObject {
  getName() { return host("ctx.get", "threadGroupName"); }
  getNumThreads() { return int(host("ctx.get", "numThreads")); }
  getNumberOfThreads() { return int(host("ctx.get", "groupThreads")); }
  getRampUp() { return int(host("ctx.get", "rampUp") ?? 0); }
  getPropertyAsString(n) { return host("ctx.get", "group:" + S(n)) ?? ""; }
  getComment() { return ""; }
  stop() { host("ctx.set", "stopThreadGroup", true); return null; }
  tellThreadsToStop() { host("ctx.set", "stopThreadGroup", true); return null; }
  toString() { return this.getName(); }
}
known("org.apache.jmeter.threads.ThreadGroup", ThreadGroup);
known("org.apache.jmeter.threads.AbstractThreadGroup", class extends JObject {}, (v) => v instanceof ThreadGroup);
class JMeterThread extends JObject {
  getThreadName() { return host("ctx.get", "threadName"); }
  getThreadNum() { return int(host("ctx.get", "threadNum")); }
  getThreadGroup() { return new ThreadGroup(); }
  stop() { host("ctx.set", "stopThread", true); return null; }
  interrupt() { return false; }
  getStartTime() { return L(host("ctx.get", "threadStart") ?? 0); }
  setEndTime() { return null; }
}
known("org.apache.jmeter.threads.JMeterThread", JMeterThread);
Object.assign(JMeterThread, { LAST_SAMPLE_OK: "JMeterThread.last_sample_ok", PACKAGE_OBJECT: "JMeterThread.pack" });
class Engine extends JObject {
  stopTest(nowToo) { host("ctx.set", nowToo === true ? "stopTestNow" : "stopTest", true); return null; }
  askThreadsToStop() { host("ctx.set", "stopTest", true); return null; }
  isActive() { return true; }
}
known("org.apache.jmeter.engine.StandardJMeterEngine", Object.assign(Engine, { stopEngine: () => { host("ctx.set", "stopTest", true); return null; }, stopEngineNow: () => { host("ctx.set", "stopTestNow", true); return null; }, stopThread: () => { host("ctx.set", "stopThread", true); return true; }, stopThreadNow: () => { host("ctx.set", "stopThread", true); return true; } }));
class Context extends JObject {
  getThreadNum() { return int(host("ctx.get", "threadNum")); }
  getThread() { return new JMeterThread(); }
  getThreadGroup() { return new ThreadGroup(); }
  getVariables() { return new Vars(); }
  setVariables() { return null; }
  getProperties() { return new Props(); }
  getPreviousResult() { return host("ctx.get", "hasPrevious") ? resultOf("prev") : null; }
  getCurrentSampler() { return new Sampler(); }
  getPreviousSampler() { return host("ctx.get", "hasPrevious") ? new Sampler() : null; }
  getEngine() { return new Engine(); }
  isSamplingStarted() { return true; }
  isRecording() { return false; }
  setTestLogicalAction(v) { host("ctx.set", "logicalAction", v._name); return null; }
  getTestLogicalAction() { return C["org.apache.jmeter.threads.JMeterContext.TestLogicalAction"].CONTINUE; }
  setStartNextThreadLoop(v) { host("ctx.set", "logicalAction", truth(v) ? ACTIONS[1] : ACTIONS[0]); return null; }
  setRestartNextLoop(v) { return this.setStartNextThreadLoop(v); }
  getThreadContext() { return new JMap(); }
  getSamplerContext() { return new JMap(); }
}
known("org.apache.jmeter.threads.JMeterContext", Context);
kind("org.apache.jmeter.threads.JMeterContextService", () => false, { getContext: () => new Context(), getNumberOfThreads: () => int(host("ctx.get", "totalThreads")), getTotalThreads: () => int(host("ctx.get", "totalThreads")), getTestStartTime: () => L(host("ctx.get", "testStart")), getThreadCounts: () => new ThreadCounts() });
class ThreadCounts extends JObject { $property(name) { return name === "activeThreads" || name === "startedThreads" ? int(host("ctx.get", "totalThreads")) : name === "finishedThreads" ? 0 : undefined; } }
// Arguments of the request, or a list of a script's own.
class Arguments extends JObject {
  constructor(of) { super(); this._own = of === REQUEST ? null : []; }
  $list() { return this._own ?? host("sampler.arguments") ?? []; }
  $set(list) { if (this._own) this._own = list; else host("sampler.setArguments", list); return null; }
  $at(i) { const a = this.$list()[i]; return a === undefined ? null : new HTTPArgument(a.name, a.value, a.encoded === true).$in(this, i); }
  getArgumentCount() { return this.$list().length; }
  getArgument(i) { return this.$at(N(i)); }
  getArgumentsAsMap() { return map(this.$list().map((a) => [a.name, a.value])); }
  addArgument(n, v) { const a = n instanceof Argument ? n : new Argument(n, v); return this.$set([...this.$list(), a.$plainly()]); }
  removeArgument(n) { return this.$set(this.$list().filter((a, i) => isNumber(n) ? i !== N(n) : a.name !== S(n instanceof Argument ? n._n : n))); }
  removeAllArguments() { return this.$set([]); }
  clear() { return this.removeAllArguments(); }
  getArguments() { return this.$iter(); }
  iterator() { return new Iter(this.$iter()); }
  $iter() { return this.$list().map((_, i) => this.$at(i)); }
  toString() { return this.$list().map((a) => `${a.name}=${a.value}`).join("&"); }
}
const REQUEST = Symbol("of the request");
known("org.apache.jmeter.config.Arguments", Arguments);
// A property of an element, as old scripts read a request's body.
class Property extends JObject {
  constructor(n, v, change) { super(); this._n = n; this._v = v; this._change = change; }
  getName() { return this._n; }
  getStringValue() { return this._v === null ? "" : str(this._v); }
  getObjectValue() { return this._v; }
  setObjectValue(v) { this._v = v; if (!this._change) throw unsupported(`setting the property ${this._n}`); this._change(str(v)); return null; }
  getIntValue() { return parseInteger(this.getStringValue()); }
  getBooleanValue() { return this.getStringValue() === "true"; }
  toString() { return this.getStringValue(); }
}
class Argument extends JObject {
  getProperty(n) { return S(n) === "Argument.name" ? new Property(n, this._n, (v) => this.setName(v)) : S(n) === "Argument.value" ? new Property(n, this._v, (v) => this.setValue(v)) : new Property(n, null); }
  getObjectValue() { return this; }
  constructor(n = "", v = "", encoded = false) { super(); this._n = S(n); this._v = S(v); this._encoded = truth(encoded); }
  getName() { return this._n; }
  getValue() { return this._v; }
  setName(v) { this._n = S(v); return this.$changed(); }
  setValue(v) { this._v = S(v); return this.$changed(); }
  // One of a list changes the list with it.
  $in(list, at) { this._list = list; this._at = at; return this; }
  $changed() { this._list?.$set(this._list.$list().map((a, i) => i === this._at ? this.$plainly() : a)); return null; }
  $plainly() { return { name: this._n, value: this._v, encoded: this._encoded }; }
  getStringValue() { return this._v; }
  setAlwaysEncoded(v) { this._encoded = truth(v); return this.$changed(); }
  isAlwaysEncoded() { return this._encoded; }
  setUseEquals() { return null; }
  setMetaData() { return null; }
  toString() { return `${this._n}=${this._v}`; }
}
known("org.apache.jmeter.config.Argument", Argument);
// Of a request: a value that is not encoded yet will be, unless told otherwise.
class HTTPArgument extends Argument { constructor(n = "", v = "", encoded = true) { super(n, v, typeof encoded === "boolean" ? encoded : true); } }
known("org.apache.jmeter.protocol.http.util.HTTPArgument", HTTPArgument);
class Header extends JObject {
  constructor(n = "", v = "", manager) { super(); this._n = S(n); this._v = S(v); this._of = manager; }
  getName() { return this._n; }
  getValue() { return this._v; }
  setName(v) { this._n = S(v); return null; }
  setValue(v) { const old = this._v; this._v = S(v); this._of?.$replace(this._n, old, this._v); return null; }
  getStringValue() { return this._v; }
  toString() { return `${this._n}\t${this._v}`; }
}
known("org.apache.jmeter.protocol.http.control.Header", Header);
// Headers of the request, or a list of a script's own.
class HeaderManager extends JObject {
  constructor(of) { super(); this._own = of === REQUEST ? null : []; }
  $list() { return this._own ?? host("sampler.headers") ?? []; }
  $set(list) { if (this._own) this._own = list; else host("sampler.setHeaders", list); return null; }
  $replace(n, old, v) { this.$set(this.$list().map((h) => h.name === n && h.value === old ? { name: n, value: v } : h)); }
  add(h) { return this.$set([...this.$list(), { name: h._n, value: h._v }]); }
  get(i) { const h = this.$list()[N(i)]; return h ? new Header(h.name, h.value, this) : null; }
  getHeader(i) { return this.get(i); }
  size() { return this.$list().length; }
  getHeaders() { return this.$iter(); }
  $iter() { return this.$list().map((h) => new Header(h.name, h.value, this)); }
  getFirstHeaderNamed(n) { const h = this.$list().find((x) => x.name.toLowerCase() === S(n).toLowerCase()); return h ? new Header(h.name, h.value, this) : null; }
  removeHeaderNamed(n) { return this.$set(this.$list().filter((h) => h.name.toLowerCase() !== S(n).toLowerCase())); }
  remove(i) { return this.$set(this.$list().filter((_, k) => k !== N(i))); }
  clear() { return this.$set([]); }
  // The headers of another one replace those of the same name.
  $merge(other) { const list = other.$list(), same = (a, b) => a.name.toLowerCase() === b.name.toLowerCase(); return this.$set([...this.$list().filter((h) => !list.some((x) => same(h, x))), ...list]); }
}
known("org.apache.jmeter.protocol.http.control.HeaderManager", HeaderManager);
class HTTPFileArg extends JObject {
  constructor(path = "", name = "", type = "") { super(); if (path instanceof HTTPFileArg) [path, name, type] = [path._p, path._n, path._t]; this._p = S(path); this._n = S(name); this._t = S(type); }
  getPath() { return this._p; }
  getParamName() { return this._n; }
  getMimeType() { return this._t; }
  setPath(v) { this._p = S(v); return null; }
  setParamName(v) { this._n = S(v); return null; }
  setMimeType(v) { this._t = S(v); return null; }
  toString() { return `path:'${this._p}'|param:'${this._n}'|mimetype:'${this._t}'`; }
}
known("org.apache.jmeter.protocol.http.util.HTTPFileArg", HTTPFileArg);
class Cookie extends JObject {
  constructor(name = "", value = "", domain = "", path = "/", secure = false, expires = 0n) { super(); this._d = { name: S(name), value: S(value), domain: S(domain), path: S(path), secure: truth(secure), expires: N(expires) }; }
  getName() { return this._d.name; }
  getValue() { return this._d.value; }
  getDomain() { return this._d.domain; }
  getPath() { return this._d.path; }
  getSecure() { return this._d.secure; }
  getExpires() { return L(this._d.expires); }
  setName(v) { this._d.name = S(v); return null; }
  setValue(v) { this._d.value = S(v); return null; }
  setDomain(v) { this._d.domain = S(v); return null; }
  setPath(v) { this._d.path = S(v); return null; }
  setSecure(v) { this._d.secure = truth(v); return null; }
  setExpires(v) { this._d.expires = N(v); return null; }
  setVersion() { return null; }
  setPathSpecified() { return null; }
  setDomainSpecified() { return null; }
  toString() { const d = this._d; return `${d.domain}\tTRUE\t${d.path}\t${d.secure ? "TRUE" : "FALSE"}\t${d.expires}\t${d.name}\t${d.value}`; }
}
known("org.apache.jmeter.protocol.http.control.Cookie", Cookie);
class CookieManager extends JObject {
  $list() { return host("cookies.get") ?? []; }
  getCookieCount() { return this.$list().length; }
  get(i) { const c = this.$list()[N(i)]; if (!c) throw new IndexOutOfBoundsException(`Index: ${N(i)}, Size: ${this.$list().length}`); return cookieOf(c); }
  add(c) { host("cookies.set", [...this.$list().filter((x) => !(x.name === c._d.name && x.domain === c._d.domain && x.path === c._d.path)), c._d]); return null; }
  remove(i) { host("cookies.set", this.$list().filter((_, k) => k !== N(i))); return null; }
  clear() { host("cookies.set", []); return null; }
  getCookies() { return this.$iter(); }
  $iter() { return this.$list().map(cookieOf); }
}
const cookieOf = (c) => new Cookie(c.name, c.value, c.domain, c.path, c.secure, c.expires ?? 0);
known("org.apache.jmeter.protocol.http.control.CookieManager", CookieManager);
class Sampler extends JObject {
  $get(f) { return host("sampler.get", f) ?? null; }
  $set(f, v) { host("sampler.set", f, v); return null; }
  getArguments() { return new Arguments(REQUEST); }
  setArguments(list) { host("sampler.setArguments", list.$list()); return null; }
  addArgument(n, v) { return this.getArguments().addArgument(new HTTPArgument(n, v, true)); }
  addNonEncodedArgument(n, v) { return this.getArguments().addArgument(new HTTPArgument(n, v, false)); }
  addEncodedArgument(n, v) { return this.addNonEncodedArgument(n, v); }
  getHeaderManager() { return host("sampler.headers") === null ? null : new HeaderManager(REQUEST); }
  setHeaderManager(m) { return m === null || m._own === null ? null : new HeaderManager(REQUEST).$merge(m); }
  getHTTPFiles() { return array("HTTPFileArg[]", (host("sampler.files") ?? []).map((f) => new HTTPFileArg(f.path, f.name, f.type))); }
  getHTTPFileCount() { return this.getHTTPFiles().length; }
  setHTTPFiles(list) { host("sampler.setFiles", items(list).map((f) => ({ path: f._p, name: f._n, type: f._t }))); return null; }
  getCookieManager() { return host("cookies.get") === null ? null : new CookieManager(); }
  getUrl() { const u = this.$get("url"); return u === null ? null : new URL(u); }
  getPropertyAsString(n) { return asText(this.$get(S(n))); }
  setProperty(n, v) { return this.$set(S(n), str(v)); }
  getProperty(n) { const name = S(n); return name === "HTTPsampler.Arguments" ? new Property(name, this.getArguments()) : name === "HTTPSampler.header_manager" || name === "HeaderManager.headers" ? new Property(name, this.getHeaderManager()) : new Property(name, this.$get(name === "TestElement.name" ? "name" : name), (v) => this.$set(name, v)); }
  getThreadContext() { return new Context(); }
  getThreadName() { return host("ctx.get", "threadName"); }
  setPostBodyRaw(v) { return this.$set("postBodyRaw", truth(v)); }
  isEnabled() { return true; }
  setEnabled(v) { return this.$set("enabled", truth(v)); }
  getPort() { return int(N(this.$get("port") ?? 80)); }
  toString() { return asText(this.$get("name")); }
  get $class() { return samplerClass(this.$get("class") ?? "HTTPSamplerProxy"); }
}
for (const [name, field] of [["Name", "name"], ["Domain", "domain"], ["Path", "path"], ["Method", "method"], ["Protocol", "protocol"], ["ContentEncoding", "encoding"], ["QueryString", "queryString"], ["Comment", "comment"]]) {
  Sampler.prototype["get" + name] = function () { return asText(this.$get(field)); };
  Sampler.prototype["set" + name] = function (v) { return this.$set(field, v === null ? "" : str(v)); };
}
for (const [name, field] of [["FollowRedirects", "followRedirects"], ["AutoRedirects", "autoRedirects"], ["UseKeepAlive", "useKeepAlive"], ["DoMultipart", "doMultipart"]]) {
  Sampler.prototype["get" + name] = function () { return this.$get(field) === true; };
  Sampler.prototype["set" + name] = function (v) { return this.$set(field, truth(v)); };
}
for (const [name, field] of [["ConnectTimeout", "connectTimeout"], ["ResponseTimeout", "responseTimeout"], ["Port", "port"]]) Sampler.prototype["set" + name] = function (v) { return this.$set(field, isNumber(v) ? N(v) : str(v)); };
known("org.apache.jmeter.protocol.http.sampler.HTTPSamplerProxy", Sampler);
known("org.apache.jmeter.protocol.http.sampler.HTTPSamplerBase", class extends JObject {}, (v) => v instanceof Sampler);
known("org.apache.jmeter.samplers.Sampler", class extends JObject {}, (v) => v instanceof Sampler);
const samplerClasses = new Map();
function samplerClass(name) {
  if (name === "HTTPSamplerProxy") return Sampler;
  let c = samplerClasses.get(name);
  if (!c) samplerClasses.set(name, c = Object.defineProperty(class extends Sampler {}, "$name", { value: "org.apache.jmeter." + name }));
  return c;
}
kind("org.apache.jmeter.util.JMeterUtils", () => false, {
  getPropDefault: (n, d) => { const v = new Props().getProperty(n); return v === null ? d : typeof d === "number" ? parseInteger(v) : typeof d === "bigint" ? parseLong(v) : typeof d === "boolean" ? S(v) === "true" : v; }, getProperty: (n) => new Props().getProperty(n), setProperty: (n, v) => new Props().put(n, v), getJMeterProperties: () => new Props(), getJMeterHome: () => host("system.property", "jmeter.home") ?? "", getJMeterBinDir: () => host("system.property", "jmeter.home") ?? "", getJMeterVersion: () => "5.5", getLocalHostName: () => host("ctx.get", "hostName"), getLocalHostIP: () => host("ctx.get", "hostAddress"), getRandomInt: (n) => below_(N(n)), getLocale: () => Locale.ENGLISH,
});
kind("org.apache.jmeter.protocol.http.util.HTTPConstants", () => false, { GET: "GET", POST: "POST", PUT: "PUT", DELETE: "DELETE", PATCH: "PATCH", HEAD: "HEAD", OPTIONS: "OPTIONS", TRACE: "TRACE", PROTOCOL_HTTP: "http", PROTOCOL_HTTPS: "https", HEADER_CONTENT_TYPE: "Content-Type", HEADER_AUTHORIZATION: "Authorization", HEADER_COOKIE: "Cookie", HEADER_SET_COOKIE: "set-cookie" });
class FileServer extends JObject {
  static getFileServer() { return new FileServer(); }
  static getDefaultBase() { return host("files.base"); }
  getBaseDir() { return host("files.base"); }
  getScriptName() { return host("files.script"); }
  getBaseDirRelative() { return new File("."); }
  resolveBaseRelativeName() { return null; }
}
known("org.apache.jmeter.services.FileServer", FileServer);
class SampleEvent extends JObject { getResult() { return resultOf("prev"); } getThreadGroup() { return host("ctx.get", "threadGroupName"); } getHostname() { return host("ctx.get", "hostName"); } isTransactionSampleEvent() { return false; } }
known("org.apache.jmeter.samplers.SampleEvent", SampleEvent);
// What scripts of BeanShell share among all threads.
class Shared extends JObject { get $void() { return true; } $property(name) { return new Props().get("bsh.shared." + name) ?? undefined; } $setProperty(name, v) { new Props().put("bsh.shared." + name, v); return true; } }
class Bsh extends JObject { constructor(args) { super(); this._args = args; } getArgs() { return this._args; } getShared() { return new Shared(); } }
// Objects that bindings name.
const OBJECTS = {
  vars: () => new Vars(), props: () => new Props(), ctx: () => new Context(), log: () => new Log(), OUT: () => C["java.lang.System"].out, sampler: () => new Sampler(),
  prev: () => resultOf("prev"), SampleResult: () => resultOf("SampleResult"), sampleResult: () => resultOf("prev"), AssertionResult: () => new AssertionResult(null), sampleEvent: () => new SampleEvent(),
  data: () => resultOf("prev").getResponseData(), Response: () => resultOf("prev"), threadName: () => host("ctx.get", "threadName"), bsh: (given) => new Bsh(lifted(given.args ?? [])),
};
