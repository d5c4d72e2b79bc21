// fetch, Headers, Request, Response. Bodies are read whole by the host; see fetch.rs. Signals, forms and the like are
// only asked for where a script uses them, for the sake of its users' memory.
export function make(native) {
  const text = (value) => `${value}`.toWellFormed();
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  const tag = (constructor, name) =>
    Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
  const iterable = (constructor) =>
    Object.defineProperty(constructor.prototype, Symbol.iterator, {
      value: constructor.prototype.entries,
      writable: true,
      configurable: true,
    });
  const wants = (count, given, what) => {
    if (given < count) throw new TypeError(`${what} needs ${count} argument${count > 1 ? "s" : ""}, got ${given}`);
  };

  // --- Headers

  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const headerName = (value) => {
    const name = `${value}`;
    if (!TOKEN.test(name)) throw new TypeError(`'${name}' is not a valid header name`);
    return name.toLowerCase();
  };
  const headerValue = (value, name) => {
    const trimmed = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
    for (let at = 0; at < trimmed.length; at += 1) {
      const unit = trimmed.charCodeAt(at);
      if (unit === 0 || unit === 10 || unit === 13 || unit > 255) {
        throw new TypeError(`the value of header '${name}' has a character that may not be sent`);
      }
    }
    return trimmed;
  };

  let lock;
  class Headers {
    // Names in lower case with their values, as they came.
    #list = [];
    #locked = false;

    static {
      lock = (headers) => {
        headers.#locked = true;
        return headers;
      };
    }

    constructor(init = undefined) {
      if (init === undefined) return;
      if (!isObject(init)) throw new TypeError("headers come from an object, a list of pairs or Headers");
      const iterate = init[Symbol.iterator];
      if (iterate === undefined || iterate === null) {
        for (const name of Reflect.ownKeys(init)) {
          const property = Object.getOwnPropertyDescriptor(init, name);
          if (!property || !property.enumerable) continue;
          if (typeof name === "symbol") throw new TypeError("a symbol is not a valid header name");
          this.append(name, init[name]);
        }
        return;
      }
      for (const pair of init) {
        if (!isObject(pair) || typeof pair[Symbol.iterator] !== "function") {
          throw new TypeError("each pair of headers must be an iterable of name and value");
        }
        const sides = [...pair];
        if (sides.length !== 2) throw new TypeError("each pair of headers must be an iterable of name and value");
        this.append(sides[0], sides[1]);
      }
    }

    #changes() {
      if (this.#locked) throw new TypeError("the headers of an answer cannot be changed");
    }
    append(name, value) {
      wants(2, arguments.length, "append");
      const key = headerName(name);
      const content = headerValue(value, key);
      this.#changes();
      this.#list.push([key, content]);
    }
    delete(name) {
      wants(1, arguments.length, "delete");
      const key = headerName(name);
      this.#changes();
      this.#list = this.#list.filter((entry) => entry[0] !== key);
    }
    get(name) {
      wants(1, arguments.length, "get");
      const key = headerName(name);
      const found = this.#list.filter((entry) => entry[0] === key);
      return found.length === 0 ? null : found.map((entry) => entry[1]).join(", ");
    }
    getSetCookie() {
      return this.#list.filter((entry) => entry[0] === "set-cookie").map((entry) => entry[1]);
    }
    has(name) {
      wants(1, arguments.length, "has");
      const key = headerName(name);
      return this.#list.some((entry) => entry[0] === key);
    }
    set(name, value) {
      wants(2, arguments.length, "set");
      const key = headerName(name);
      const content = headerValue(value, key);
      this.#changes();
      const first = this.#list.findIndex((entry) => entry[0] === key);
      if (first < 0) {
        this.#list.push([key, content]);
      } else {
        this.#list[first][1] = content;
        this.#list = this.#list.filter((entry, at) => at <= first || entry[0] !== key);
      }
    }
    #sorted() {
      const names = [...new Set(this.#list.map((entry) => entry[0]))].sort();
      return names.flatMap((name) =>
        name === "set-cookie" ? this.getSetCookie().map((value) => [name, value]) : [[name, this.get(name)]],
      );
    }
    forEach(callback, receiver) {
      if (typeof callback !== "function") throw new TypeError("forEach takes a function");
      for (const [name, value] of this) callback.call(receiver, value, name, this);
    }
    *entries() {
      for (let at = 0, all = this.#sorted(); at < all.length; at += 1, all = this.#sorted()) yield all[at];
    }
    *keys() {
      for (const [name] of this.entries()) yield name;
    }
    *values() {
      for (const [, value] of this.entries()) yield value;
    }
  }
  iterable(Headers);
  tag(Headers, "Headers");

  // --- bodies

  // The bytes behind what a script gives as a body, and the type that goes with them.
  const bodyOf = (init) => {
    if (native.isBlob(init)) return { source: init, type: init.type || null };
    if (init instanceof ArrayBuffer) return { source: init.slice(0), type: null };
    if (ArrayBuffer.isView(init)) return { source: native.buffer(init), type: null };
    if (native.isMade("url", "URLSearchParams", init)) {
      return { source: init.toString(), type: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    if (native.isMade("form", "FormData", init)) {
      const [type, source] = native.use("form").write(init);
      return { source, type };
    }
    if (isObject(init) && typeof init.getReader === "function") {
      throw new TypeError("a stream cannot be a body: read it first");
    }
    return { source: text(init), type: "text/plain;charset=UTF-8" };
  };

  let fill, sourceOf, spend;
  class Body {
    #source = null;
    #used = false;
    #stream = null;

    static {
      fill = (body, source) => {
        body.#source = source;
      };
      sourceOf = (body) => body.#source;
      spend = (body) => {
        if (body.bodyUsed) throw new TypeError("the body has been read already");
        if (body.#source === null) return "";
        body.#used = true;
        return body.#source;
      };
    }

    get bodyUsed() {
      return this.#used || (this.#stream !== null && this.#stream.locked);
    }
    get body() {
      if (this.#source === null) return null;
      if (this.#stream === null) this.#stream = native.stream(this.#used ? "" : this.#source);
      return this.#stream;
    }
    async arrayBuffer() {
      return native.buffer(spend(this));
    }
    async bytes() {
      return new Uint8Array(native.buffer(spend(this)));
    }
    async blob() {
      const type = this.headers.get("content-type");
      const Blob = native.blobClass();
      return new Blob([native.buffer(spend(this))], { type: type === null ? "" : type });
    }
    async formData() {
      const type = this.headers.get("content-type");
      return native.use("form").read(spend(this), type === null ? "" : type);
    }
    async json() {
      return native.json(spend(this));
    }
    async text() {
      return native.text(spend(this));
    }
  }

  // --- Request

  const USUAL = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
  const methodOf = (value) => {
    const method = `${value}`;
    if (!TOKEN.test(method)) throw new TypeError(`'${method}' is not a valid method`);
    const upper = method.toUpperCase();
    if (["CONNECT", "TRACE", "TRACK"].includes(upper)) throw new TypeError(`'${method}' cannot be fetched`);
    return USUAL.includes(upper) ? upper : method;
  };
  const addressOf = (value) => {
    const href = native.parse(text(value));
    if (href === undefined) throw new TypeError(`Invalid URL: '${value}'`);
    return href;
  };
  const oneOf = (value, known, what) => {
    if (!known.includes(value)) throw new TypeError(`'${value}' is not a ${what}: ${known.join(", ")}`);
    return value;
  };

  let paramsOf, signalOf;
  class Request extends Body {
    #url;
    #method = "GET";
    #headers;
    // The script's signal, and the one that follows it and is shown.
    #signal = null;
    #shown = null;
    #given = {};
    #params;

    static {
      paramsOf = (request) => request.#params;
      signalOf = (request) => request.#signal;
    }

    constructor(input, init = {}) {
      wants(1, arguments.length, "Request");
      super();
      const options = init === null ? {} : init;
      if (!isObject(options)) throw new TypeError("the options of a request must be an object");
      const from = input instanceof Request ? input : undefined;
      this.#url = from ? from.#url : addressOf(input);
      this.#given = from ? { ...from.#given } : { redirect: "follow", credentials: "same-origin", cache: "default", mode: "cors" };
      this.#params = options.params === undefined ? from && from.#params : options.params;
      this.#choose(options);
      if (options.method !== undefined) this.#method = methodOf(options.method);
      else if (from) this.#method = from.#method;
      this.#headers = new Headers(options.headers === undefined && from ? from.#headers : options.headers);
      const signal = options.signal === undefined ? from && from.#signal : options.signal;
      if (signal !== undefined && signal !== null) {
        if (!native.isMade("events", "AbortSignal", signal)) {
          throw new TypeError("the signal of a request must be an AbortSignal");
        }
        this.#signal = signal;
      }
      this.#take(options, from);
    }

    #choose(options) {
      const { redirect, credentials, cache, mode } = options;
      if (redirect !== undefined) {
        this.#given.redirect = oneOf(redirect, ["follow", "error", "manual"], "redirect mode");
      }
      if (credentials !== undefined) {
        this.#given.credentials = oneOf(credentials, ["omit", "same-origin", "include"], "credentials mode");
      }
      if (cache !== undefined) this.#given.cache = `${cache}`;
      if (mode !== undefined) this.#given.mode = `${mode}`;
    }

    #take(options, from) {
      const given = options.body !== undefined && options.body !== null;
      const inherits = !given && options.body === undefined && from !== undefined && sourceOf(from) !== null;
      if ((given || inherits) && ["GET", "HEAD"].includes(this.#method)) {
        throw new TypeError(`a ${this.#method} request cannot have a body`);
      }
      if (given) {
        const { source, type } = bodyOf(options.body);
        fill(this, source);
        if (type !== null && !this.#headers.has("content-type")) this.#headers.append("content-type", type);
      } else if (inherits) {
        fill(this, spend(from));
      }
    }

    get url() {
      return this.#url;
    }
    get method() {
      return this.#method;
    }
    get headers() {
      return this.#headers;
    }
    get signal() {
      this.#shown ??= native.use("events").AbortSignal.any(this.#signal ? [this.#signal] : []);
      return this.#shown;
    }
    get redirect() {
      return this.#given.redirect;
    }
    get credentials() {
      return this.#given.credentials;
    }
    get cache() {
      return this.#given.cache;
    }
    get mode() {
      return this.#given.mode;
    }
    clone() {
      if (this.bodyUsed) throw new TypeError("the body has been read already");
      const source = sourceOf(this);
      const copy = new Request(this.#url, {
        ...this.#given,
        method: this.#method,
        headers: this.#headers,
        signal: this.#signal,
        params: this.#params,
      });
      if (source !== null) fill(copy, source);
      return copy;
    }
  }
  tag(Request, "Request");

  // --- Response

  const WITHOUT_BODY = [101, 103, 204, 205, 304];
  const REDIRECTS = [301, 302, 303, 307, 308];
  let answered;
  class Response extends Body {
    #status;
    #statusText;
    #headers;
    #type = "default";
    #url = "";
    #redirected = false;

    static {
      // The response of a request that was answered.
      answered = (answer, head, request) => {
        const response = new Response(null, { status: 200 });
        response.#status = head.status;
        response.#statusText = head.statusText;
        const headers = new Headers();
        for (let at = 0; at < head.headers.length; at += 2) headers.append(head.headers[at], head.headers[at + 1]);
        response.#headers = lock(headers);
        response.#type = "basic";
        response.#url = head.url.split("#")[0];
        response.#redirected = response.#url !== request.url.split("#")[0];
        if (request.method !== "HEAD" && !WITHOUT_BODY.includes(head.status)) fill(response, answer);
        return response;
      };
    }

    constructor(body = null, init = {}) {
      super();
      const options = init === null ? {} : init;
      if (!isObject(options)) throw new TypeError("the options of a response must be an object");
      const status = options.status === undefined ? 200 : Math.trunc(Number(options.status)) || 0;
      if (status < 200 || status > 599) throw new RangeError(`the status of a response is 200 to 599, not ${options.status}`);
      this.#status = status;
      this.#statusText = options.statusText === undefined ? "" : `${options.statusText}`;
      if (/[^\t\x20-\x7e\x80-\xff]/.test(this.#statusText)) throw new TypeError("the status text cannot be sent");
      this.#headers = new Headers(options.headers);
      if (body === null || body === undefined) return;
      if (WITHOUT_BODY.includes(status)) throw new TypeError(`a response of status ${status} cannot have a body`);
      const { source, type } = bodyOf(body);
      fill(this, source);
      if (type !== null && !this.#headers.has("content-type")) this.#headers.append("content-type", type);
    }
    static error() {
      const response = new Response();
      response.#status = 0;
      response.#type = "error";
      lock(response.#headers);
      return response;
    }
    static json(data, init = {}) {
      const json = JSON.stringify(data);
      if (json === undefined) throw new TypeError("the data cannot be written as JSON");
      const headers = new Headers(init.headers);
      if (!headers.has("content-type")) headers.append("content-type", "application/json");
      return new Response(json, { status: init.status, statusText: init.statusText, headers });
    }
    static redirect(url, status = 302) {
      if (!REDIRECTS.includes(status)) throw new RangeError(`${status} is not the status of a redirect`);
      return new Response(null, { status, headers: { location: addressOf(url) } });
    }
    get status() {
      return this.#status;
    }
    get statusText() {
      return this.#statusText;
    }
    get ok() {
      return this.#status >= 200 && this.#status < 300;
    }
    get headers() {
      return this.#headers;
    }
    get type() {
      return this.#type;
    }
    get url() {
      return this.#url;
    }
    get redirected() {
      return this.#redirected;
    }
    clone() {
      if (this.bodyUsed) throw new TypeError("the body has been read already");
      const copy = new Response(null, { status: 200 });
      copy.#status = this.#status;
      copy.#statusText = this.#statusText;
      copy.#headers = new Headers(this.#headers);
      copy.#type = this.#type;
      copy.#url = this.#url;
      copy.#redirected = this.#redirected;
      if (this.#type !== "default") lock(copy.#headers);
      fill(copy, sourceOf(this));
      return copy;
    }
  }
  tag(Response, "Response");

  // --- fetch

  const HOPS = 20;
  const failed = (message, cause) => new TypeError(`fetch failed: ${message}`, { cause });

  const paramsFor = (request) => {
    const params = { ...paramsOf(request) };
    const headers = { ...params.headers };
    for (const [name, value] of request.headers) headers[name] = value;
    params.headers = headers;
    params.throw = false;
    if (params.redirects === undefined) params.redirects = request.redirect === "follow" ? HOPS : 0;
    if (request.credentials === "omit") params.jar = null;
    return params;
  };

  const exchange = async (request) => {
    const signal = signalOf(request);
    if (signal && signal.aborted) throw signal.reason;
    const source = sourceOf(request) === null ? null : spend(request);
    const body = source === null || typeof source === "string" ? source : native.buffer(source);
    const [answering, abort] = native.send(request.method, request.url, body, paramsFor(request));
    const forget = signal ? native.use("events").onAbort(signal, abort) : undefined;
    const answer = await answering;
    if (signal) {
      forget();
      if (signal.aborted) throw signal.reason;
    }
    const head = native.head(answer);
    if (head.status === 0) throw failed(head.error, { message: head.error, code: head.errorCode });
    const response = answered(answer, head, request);
    const redirects = REDIRECTS.includes(head.status) && response.headers.has("location");
    if (redirects && request.redirect === "error") throw failed("a redirect, which the request does not allow");
    const { redirects: limit } = paramsOf(request) || {};
    if (redirects && request.redirect === "follow" && limit === undefined) throw failed("too many redirects");
    return response;
  };

  const fetch = async function fetch(input, init = undefined) {
    wants(1, arguments.length, "fetch");
    return exchange(new Request(input, init === undefined ? {} : init));
  };

  return { Headers, Request, Response, fetch };
}
