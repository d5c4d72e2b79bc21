// Requests that carry a trace context, as scripts import them from http-instrumentation-tempo.
import http from "k6/http";
import exec from "k6/execution";

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const random = (count) => Array.from({ length: count }, () => Math.floor(Math.random() * 256));

// 16 bytes: a mark by which k6's traces are found, the time in nanoseconds, and chance.
function traceId() {
  const bytes = [0xdc, 0x07, 0x42];
  // Twice the time, as a signed number is written with variable length.
  let rest = BigInt(Date.now()) * 2000000n;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return hex([...bytes, ...random(16 - bytes.length)]);
}

const PROPAGATORS = {
  w3c: (trace, sampled) => ({ traceparent: `00-${trace}-${hex(random(8))}-${sampled ? "01" : "00"}` }),
  jaeger: (trace, sampled) => ({ "uber-trace-id": `${trace}:${hex(random(8))}:0:${sampled ? 1 : 0}` }),
};

// Where each function of the http module takes its parameters.
const PARAMS_AT = { get: 1, head: 1, del: 2, options: 2, patch: 2, post: 2, put: 2, request: 3, asyncRequest: 3 };
// The functions as they were when this module was loaded.
const plain = Object.fromEntries(Object.keys(PARAMS_AT).map((name) => [name, http[name]]));

export class Client {
  constructor(options = {}) {
    this.configure(options);
  }

  configure(options = {}) {
    const { propagator = "w3c", sampling = 1 } = options;
    if (!PROPAGATORS[propagator]) throw new Error(`unknown propagator: ${propagator}`);
    if (!(sampling >= 0 && sampling <= 1)) throw new Error("sampling rate must be between 0 and 1");
    this.propagator = PROPAGATORS[propagator];
    this.sampling = sampling;
  }

  // Calls a function of the http module with the trace context among the headers.
  trace(name, args) {
    const trace = traceId();
    const all = [...args];
    const at = PARAMS_AT[name];
    while (all.length < at) all.push(null);
    const params = all[at] || {};
    const headers = { ...this.propagator(trace, Math.random() < this.sampling), ...params.headers };
    all[at] = { ...params, headers };
    const { metadata } = exec.vu.metrics;
    metadata.trace_id = trace;
    try {
      return plain[name].apply(http, all);
    } finally {
      delete metadata.trace_id;
    }
  }

  batch(...args) {
    return http.batch(...args);
  }
}

for (const name of Object.keys(PARAMS_AT)) {
  Client.prototype[name] = function traced(...args) {
    return this.trace(name, args);
  };
}

let instrumented = false;

// Replaces the functions of the http module, for this and all other modules of the test.
export function instrumentHTTP(options) {
  if (instrumented) throw new Error("instrumentHTTP can only be called once");
  const client = new Client(options);
  for (const name of Object.keys(PARAMS_AT)) http[name] = (...args) => client[name](...args);
  instrumented = true;
}

export default { Client, instrumentHTTP };
