// An HTTP session with a base address, headers and tags of its own, as scripts import it from httpx.
import http from "k6/http";

// A request that is sent later, by `batch`.
export class Request {
  constructor(method, url, body = null, params = {}) {
    Object.assign(this, { method, url, body, params });
  }
}

const named = (method) =>
  function Named(url, body, params) {
    return new Request(method, url, body, params);
  };

export const Get = named("GET");
export const Post = named("POST");
export const Put = named("PUT");
export const Patch = named("PATCH");
export const Delete = named("DELETE");
export const Options = named("OPTIONS");
export const Head = named("HEAD");
export const Trace = named("TRACE");

const without = (object, name) => {
  const { [name]: _, ...rest } = object;
  return rest;
};

export class Httpx {
  constructor(options = {}) {
    const { baseURL = "", headers = {}, tags = {}, ...params } = options;
    this.baseURL = baseURL;
    this.headers = { ...headers };
    this.tags = { ...tags };
    this.params = params;
  }

  setBaseUrl(url) {
    this.baseURL = url;
  }

  addHeader(name, value) {
    this.headers[name] = value;
  }

  addHeaders(headers) {
    Object.assign(this.headers, headers);
  }

  clearHeader(name) {
    this.headers = without(this.headers, name);
  }

  addTag(name, value) {
    this.tags[name] = value;
  }

  addTags(tags) {
    Object.assign(this.tags, tags);
  }

  clearTag(name) {
    this.tags = without(this.tags, name);
  }

  // The address that is asked: paths go behind the base, whole addresses stay.
  address(url) {
    return /^https?:\/\//i.test(url) ? url : this.baseURL + url;
  }

  // What the session and the request say together; the request has the last word.
  merged(...layers) {
    const params = Object.assign({}, this.params, ...layers);
    const part = (name) => Object.assign({}, this[name], ...layers.map((layer) => layer && layer[name]));
    return { ...params, headers: part("headers"), tags: part("tags") };
  }

  request(method, url, body, params) {
    return http.request(method, this.address(url), body, this.merged(params));
  }

  asyncRequest(method, url, body, params) {
    return http.asyncRequest(method, this.address(url), body, this.merged(params));
  }

  get(url, body, params) {
    return this.request("GET", url, body, params);
  }

  post(url, body, params) {
    return this.request("POST", url, body, params);
  }

  put(url, body, params) {
    return this.request("PUT", url, body, params);
  }

  patch(url, body, params) {
    return this.request("PATCH", url, body, params);
  }

  delete(url, body, params) {
    return this.request("DELETE", url, body, params);
  }

  options(url, body, params) {
    return this.request("OPTIONS", url, body, params);
  }

  head(url, body, params) {
    return this.request("HEAD", url, body, params);
  }

  trace(url, body, params) {
    return this.request("TRACE", url, body, params);
  }

  batch(requests, params) {
    return http.batch(
      requests.map((entry) => {
        const { method, url, body, params: own } = typeof entry === "string" ? new Get(entry) : entry;
        return [method || "GET", this.address(url), body, this.merged(params, own)];
      }),
    );
  }
}

// A session without settings, for scripts that need none.
const httpx = new Httpx();
export default httpx;
