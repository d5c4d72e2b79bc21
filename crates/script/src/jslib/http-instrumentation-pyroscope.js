// Requests with a baggage header that profiles can be found by, as scripts import them from
// http-instrumentation-pyroscope.
import http from "k6/http";
import exec from "k6/execution";

// Where each function of the http module takes its body and its parameters; -1 where it has none.
const PLACES = {
  get: [-1, 1],
  head: [-1, 1],
  del: [1, 2],
  options: [1, 2],
  patch: [1, 2],
  post: [1, 2],
  put: [1, 2],
  request: [2, 3],
  asyncRequest: [2, 3],
};
const plain = Object.fromEntries(Object.keys(PLACES).map((name) => [name, http[name]]));

// The scenario, the request's name and, in a cloud run, its number.
function baggage(method, url, params) {
  const name = (params.tags && params.tags.name) || (typeof url === "object" && url !== null ? url.name : url);
  const pairs = [
    ["k6.test_run_id", __ENV.K6_CLOUDRUN_TEST_RUN_ID],
    ["k6.scenario", exec.scenario.name],
    ["k6.name", name],
  ];
  return pairs
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join(", ");
}

export class Client {
  constructor(generateHeaders) {
    this.generateHeaders = generateHeaders;
  }

  // Calls a function of the http module with the generated headers.
  send(name, args) {
    const [bodyAt, paramsAt] = PLACES[name];
    const all = [...args];
    while (all.length < paramsAt) all.push(null);
    const params = all[paramsAt] || {};
    const generic = name === "request" || name === "asyncRequest";
    const method = generic ? args[0] : name === "del" ? "DELETE" : name.toUpperCase();
    const own = this.generateHeaders
      ? this.generateHeaders(method, bodyAt < 0 ? null : all[bodyAt], params)
      : { Baggage: baggage(method, generic ? args[1] : args[0], params) };
    all[paramsAt] = { ...params, headers: { ...own, ...params.headers } };
    return plain[name].apply(http, all);
  }

  batch(...args) {
    return http.batch(...args);
  }
}

for (const name of Object.keys(PLACES)) {
  Client.prototype[name] = function labelled(...args) {
    return this.send(name, args);
  };
}

// Replaces the functions of the http module, for this and all other modules of the test.
export function instrumentHTTP(generateHeaders) {
  const client = new Client(generateHeaders);
  for (const name of Object.keys(PLACES)) http[name] = (...args) => client[name](...args);
}

export default { Client, instrumentHTTP };
