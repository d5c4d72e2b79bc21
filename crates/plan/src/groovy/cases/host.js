// The host of the tests: what scripts log and print is gathered in `lines`.
var lines = [];
var state;
function fresh() {
  state = { vars: new Map([["v", "val"], ["n", "5"]]), props: new Map([["given", "g"]]), result: {}, ctx: {}, sampler: { path: "/a", method: "GET", name: "s" }, headers: [{ name: "X-A", value: "1" }], arguments: [{ name: "q", value: "1" }], cookies: [{ name: "a", value: "1", domain: "h", path: "/", secure: false, expires: 0 }], files: new Map([["/d/a.txt", "6f6e650a74776f0a"]]), shared: [], assertion: {} };
}
var calls = {
  user: () => 1, now: () => 1551780000123, nanos: () => 5, sleep: (ms) => ms, random: () => 0.5, print: (t) => { lines.push(t.replace(/\n$/, "")); }, log: (level, t) => { lines.push(`${level} ${t}`); }, "log.enabled": (level) => level !== "debug",
  "vars.get": (n) => state.vars.get(n), "vars.put": (n, t) => { state.vars.set(n, t); }, "vars.putObject": (n) => { state.vars.set(n, { object: true }); }, "vars.remove": (n) => { state.vars.delete(n); }, "vars.entries": () => [...state.vars], "vars.iteration": () => 1,
  "props.get": (n) => state.props.get(n), "props.put": (n, v) => { state.props.set(n, JSON.parse(JSON.stringify(v))); }, "props.remove": (n) => { state.props.delete(n); }, "props.entries": () => [...state.props],
  "shared.new": (k, v) => state.shared.push(v) - 1, "shared.add": (i, n) => state.shared[i] += n, "shared.set": (i, n) => { const old = state.shared[i]; state.shared[i] = n; return old; },
  "system.property": (n) => n === "user.dir" ? "/d" : null, "system.env": () => null,
  "ctx.get": (f) => ({ threadNum: 0, threadName: "TG 1-1", threadGroupName: "TG", numThreads: 3, groupThreads: 2, hasPrevious: true, samplerName: "s" })[f], "ctx.set": (f, v) => { lines.push(`ctx ${f}=${v}`); },
  "result.get": (r, f) => state.result[f] ?? ({ code: "200", message: "OK", data: "h\u00e9llo", bytes: "68c3a96c6c6f", headers: "HTTP/1.1 200 OK\nX: 1\n", label: "s", success: true, time: 12, startTime: 1551780000000, endTime: 1551780000012, url: "http://h:81/p?q=1", class: "HTTPSampleResult", subResults: [] })[f], "result.set": (r, f, v) => { state.result[f] = v; lines.push(`${r}.${f}=${v}`); },
  "sampler.get": (f) => state.sampler[f], "sampler.set": (f, v) => { state.sampler[f] = v; }, "sampler.arguments": () => state.arguments, "sampler.setArguments": (l) => { state.arguments = l; }, "sampler.headers": () => state.headers, "sampler.setHeaders": (l) => { state.headers = l; }, "sampler.files": () => state.files_ ?? [], "sampler.setFiles": (l) => { state.files_ = l; }, "cookies.get": () => state.cookies, "cookies.set": (l) => { state.cookies = l; },
  "assertion.get": (f) => state.assertion[f], "assertion.set": (f, v) => { state.assertion[f] = v; lines.push(`assertion ${f}=${v}`); },
  "files.base": () => "/d", "files.script": () => "p.jmx", "files.read": (p) => state.files.get(p), "files.write": (p, h, a) => { if (p.startsWith("/ro/")) throw new Error(`java.io.FileNotFoundException: ${p} (Permission denied)`); state.files.set(p, (a ? state.files.get(p) ?? "" : "") + h); }, "files.info": (p) => ({ exists: state.files.has(p), directory: p === "/d", size: (state.files.get(p) ?? "").length / 2, modified: 0, absolute: p }), "files.mkdirs": () => true, "files.delete": (p) => state.files.delete(p), "files.list": () => ["a.txt"],
  digest: (a, h) => a === "MD5" ? "0cc175b9c0f1b6a831c399e269772661" : null, hmac: (a, k, h) => a === "HmacSHA256" ? "00ff" : null, jsonpath: (d, p) => p === "$.a[1]" ? [2] : [], zone: (z) => ({ default: 0, "Europe/Paris": 60 })[z], "zone.default": () => "UTC", "zone.summer": () => false, "zone.name": (z) => ({ default: "UTC", "Europe/Paris": "CET" })[z] ?? z, "zone.read": (z) => ({ CET: "+01:00" })[z] ?? null,
};
var $host = (name, ...args) => { if (!calls[name]) throw new Error("unknown call " + name); return calls[name](...args) ?? null; };
var given = () => ({ vars: true, props: true, ctx: true, log: true, OUT: true, prev: true, SampleResult: true, sampler: true, AssertionResult: true, Label: "s", Parameters: "one two", args: ["one", "two"], FileName: "", threadName: true, bsh: true, Failure: false, FailureMessage: "", ResponseCode: "200", iter: 1 });
function tested(load) {
  lines = [];
  fresh();
  const r = load()(given());
  const end = r.error ? "!" + r.error.text : String(r.value);
  return [end, ...lines].join(" | ").replace(/\n/g, "\u23ce");
}
function tableOfClasses() {
  const out = [];
  for (const name of Object.keys($jvm.c).sort((a, b) => (a < b ? -1 : 1))) {
    if (name === "Script1") continue;
    const statics = new Set($jvm.c[name].$values ? ["valueOf", "values"] : []);
    for (let p = $jvm.c[name]; typeof p === "function" && p.$name; p = Object.getPrototypeOf(p)) for (const k of Object.getOwnPropertyNames(p)) if (typeof p[k] === "function" && !/^(\$|prototype$|constructor$)/.test(k) && p[k].$n === undefined) statics.add(k);
    out.push(`${name}: ${[...statics].sort().join(" ")}`);
  }
  return out.join("\n");
}
