// Trace identifiers on requests, in the headers of W3C (`traceparent`) or Jaeger (`uber-trace-id`).
((http, crypto) => {
  "use strict";
  const hex = (count) =>
    Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  // A trace id that starts with k6's mark and the time, so that back ends know where it came from.
  const traceId = () => `dc0718${Date.now().toString(16).padStart(12, "0").slice(-12)}${hex(7)}`;
  const FORMATS = {
    w3c: (trace, sampled) => ({ traceparent: `00-${trace}-${hex(8)}-${sampled ? "01" : "00"}` }),
    jaeger: (trace, sampled) => ({ "uber-trace-id": `${trace}:${hex(4)}:0:${sampled ? 1 : 0}` }),
  };

  const settings = (options) => {
    const given = options || {};
    const propagator = given.propagator === undefined ? "w3c" : given.propagator;
    const sampling = given.sampling === undefined ? 1 : given.sampling;
    if (!(propagator in FORMATS)) throw new Error(`unknown propagator: ${propagator}`);
    if (typeof sampling !== "number" || !(sampling >= 0 && sampling <= 1)) {
      throw new Error("sampling must be a number from 0 to 1");
    }
    return { headers: FORMATS[propagator], sampling, baggage: given.baggage };
  };

  class Client {
    #settings;
    #http;
    constructor(options, original = { ...http }) {
      this.#settings = settings(options);
      this.#http = original;
    }
    #params(params) {
      const { headers, sampling, baggage } = this.#settings;
      const trace = traceId();
      const added = headers(trace, Math.random() < sampling);
      if (baggage) added.baggage = Object.entries(baggage).map(([key, value]) => `${key}=${value}`).join(",");
      const given = params || {};
      return { ...given, headers: { ...(given.headers || {}), ...added } };
    }
    request(method, url, body, params) {
      return this.#http.request(method, url, body, this.#params(params));
    }
    asyncRequest(method, url, body, params) {
      return this.#http.asyncRequest(method, url, body, this.#params(params));
    }
    get(url, params) {
      return this.request("GET", url, null, params);
    }
    head(url, params) {
      return this.request("HEAD", url, null, params);
    }
    del(url, body, params) {
      return this.request("DELETE", url, body, params);
    }
    options(url, body, params) {
      return this.request("OPTIONS", url, body, params);
    }
    patch(url, body, params) {
      return this.request("PATCH", url, body, params);
    }
    post(url, body, params) {
      return this.request("POST", url, body, params);
    }
    put(url, body, params) {
      return this.request("PUT", url, body, params);
    }
  }

  const instrumentHTTP = (options) => {
    const client = new Client(options, { ...http });
    const names = ["asyncRequest", "del", "get", "head", "options", "patch", "post", "put", "request"];
    for (const name of names) http[name] = (...parts) => client[name](...parts);
  };
  return { Client, instrumentHTTP };
})
