// `http` and `https` for clients, over requests that whoever runs the code sends. An answer comes as a whole.
"use strict";
const EventEmitter = require("events");
const Stream = require("stream");
const { make, refuse } = require("internal/errors");
const { send, isOffered, WHY } = require("internal/fetch");
const METHODS = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
const STATUS_CODES = {
  100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints", 200: "OK", 201: "Created", 202: "Accepted",
  203: "Non-Authoritative Information", 204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
  300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
  308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
  405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict",
  410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Payload Too Large", 414: "URI Too Long",
  415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a Teapot",
  421: "Misdirected Request", 422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
  426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
  503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported", 507: "Insufficient Storage",
  508: "Loop Detected", 511: "Network Authentication Required",
};
// What the connection is kept with is not the code's business.
const OURS = new Set(["connection", "content-length", "transfer-encoding", "keep-alive", "expect"]);
// Of these the first counts when there are several.
const SINGLE = new Set(["age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "last-modified", "location", "max-forwards", "retry-after", "server", "user-agent"]);
const UNPACKED = /^\s*(gzip|x-gzip|deflate|br|zstd)\s*$/i;

class Agent extends EventEmitter {
  constructor(options) {
    super();
    this.options = { ...options };
    this.keepAlive = options?.keepAlive === true;
    this.maxSockets = options?.maxSockets ?? Infinity;
    this.maxFreeSockets = options?.maxFreeSockets ?? 256;
    [this.sockets, this.freeSockets, this.requests] = [{}, {}, {}];
  }
  getName(options = {}) {
    return `${options.host ?? "localhost"}:${options.port ?? ""}:${options.localAddress ?? ""}`;
  }
  destroy() {}
}

// What stands for the connection, which is not the code's own.
class Socket extends EventEmitter {
  connecting = false;
  destroyed = false;
  readable = true;
  writable = true;
  #request;
  constructor(request, encrypted) {
    super();
    this.#request = request;
    if (encrypted) [this.encrypted, this.authorized] = [true, true];
  }
  address() {
    return {};
  }
  setTimeout(ms, callback) {
    this.#request.setTimeout(ms, callback);
    return this;
  }
  destroy(error) {
    this.#request.destroy(error);
    return this;
  }
}
for (const name of ["setKeepAlive", "setNoDelay", "ref", "unref", "end", "cork", "uncork"]) {
  Socket.prototype[name] = function () {
    return this;
  };
}

class IncomingMessage extends Stream.Readable {
  constructor(socket, answer) {
    super();
    this._read = () => {};
    [this.socket, this.connection, this.client] = [socket, socket, socket];
    [this.httpVersion, this.httpVersionMajor, this.httpVersionMinor] = ["1.1", 1, 1];
    [this.aborted, this.complete, this.url, this.method] = [false, false, "", null];
    [this.headers, this.rawHeaders, this.trailers, this.rawTrailers] = [{}, [], {}, []];
    if (answer === undefined) return;
    this.statusCode = answer.status;
    this.statusMessage = answer.statusText || STATUS_CODES[answer.status] || "";
    // The body is handed on as it was before it was packed.
    const packed = answer.headers.some(([name, value]) => name.toLowerCase() === "content-encoding" && UNPACKED.test(value));
    for (const [name, value] of answer.headers) {
      const key = name.toLowerCase();
      if (packed && (key === "content-encoding" || key === "content-length")) continue;
      this.rawHeaders.push(name, value);
      this.#keep(key, value);
    }
  }
  #keep(key, value) {
    const known = this.headers[key];
    if (key === "set-cookie") this.headers[key] = [...(known ?? []), value];
    else if (known === undefined) this.headers[key] = value;
    else if (!SINGLE.has(key)) this.headers[key] = `${known}${key === "cookie" ? "; " : ", "}${value}`;
  }
  setTimeout(ms, callback) {
    this.req?.setTimeout(ms, callback);
    return this;
  }
}

// Where to, from an address, options, or both.
const aimed = (protocol, input, given, callback) => {
  if (typeof given === "function") [given, callback] = [undefined, given];
  let options = {};
  if (typeof input === "string" || input instanceof URL) {
    const url = typeof input === "string" ? new URL(input) : input;
    options = require("url").urlToHttpOptions(url);
  } else [given, callback] = [{ ...input, ...given }, callback];
  options = { ...options, ...given };
  const wanted = options.protocol ?? options.agent?.protocol ?? protocol;
  if (wanted !== protocol) throw make(TypeError, "ERR_INVALID_PROTOCOL", `Protocol "${wanted}" not supported. Expected "${protocol}"`);
  if (options.socketPath) refuse("a request to a socket of the machine", "requests go over the network");
  if (options.path !== undefined && /[^\u0021-\u00ff]/.test(options.path)) {
    throw make(TypeError, "ERR_UNESCAPED_CHARACTERS", "Request path contains unescaped characters");
  }
  return [options, callback];
};

class ClientRequest extends Stream {
  #headers = new Map();
  #chunks = [];
  #timer;
  #encrypted;
  constructor(protocol, options, callback) {
    super();
    this.#encrypted = protocol === "https:";
    this.method = String(options.method ?? "GET").toUpperCase();
    this.path = options.path || "/";
    this.protocol = protocol;
    this.host = String(options.hostname || options.host || "localhost");
    this.port = options.port || options.defaultPort || (this.#encrypted ? 443 : 80);
    this.agent = options.agent === undefined ? agents[protocol] : options.agent;
    [this.res, this.socket, this.reusedSocket, this.aborted] = [null, null, false, false];
    [this.writable, this.writableEnded, this.writableFinished, this.headersSent] = [true, false, false, false];
    const headers = options.headers ?? {};
    const pairs = Array.isArray(headers)
      ? headers.flatMap((each, at) => (Array.isArray(each) ? [each] : at % 2 === 0 ? [[each, headers[at + 1]]] : []))
      : Object.entries(headers);
    for (const [name, value] of pairs) if (value !== undefined) this.setHeader(name, value);
    if (options.auth && !this.hasHeader("authorization")) {
      this.setHeader("Authorization", `Basic ${Buffer.from(options.auth).toString("base64")}`);
    }
    if (callback) this.once("response", callback);
    if (options.timeout) this.setTimeout(options.timeout);
    const { signal } = options;
    if (signal?.aborted) process.nextTick(() => this.#give(signal));
    else signal?.addEventListener("abort", () => this.#give(signal), { once: true });
    process.nextTick(() => {
      if (this.destroyed) return;
      this.socket = this.connection = new Socket(this, this.#encrypted);
      this.emit("socket", this.socket);
    });
  }
  #give(signal) {
    const error = make(Error, "ABORT_ERR", "The operation was aborted", { cause: signal.reason });
    error.name = "AbortError";
    this.destroy(error);
  }
  get finished() {
    return this.writableEnded;
  }
  setHeader(name, value) {
    if (value === undefined) throw make(TypeError, "ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "undefined" for header "${name}"`);
    this.#headers.set(String(name).toLowerCase(), [String(name), value]);
    return this;
  }
  appendHeader(name, value) {
    const known = this.getHeader(name);
    return this.setHeader(name, known === undefined ? value : [known, value].flat());
  }
  getHeader(name) {
    return this.#headers.get(String(name).toLowerCase())?.[1];
  }
  hasHeader(name) {
    return this.#headers.has(String(name).toLowerCase());
  }
  removeHeader(name) {
    this.#headers.delete(String(name).toLowerCase());
  }
  getHeaders() {
    return Object.fromEntries([...this.#headers].map(([key, [, value]]) => [key, value]));
  }
  getHeaderNames() {
    return [...this.#headers.keys()];
  }
  getRawHeaderNames() {
    return [...this.#headers.values()].map(([name]) => name);
  }
  flushHeaders() {}
  setNoDelay() {}
  setSocketKeepAlive() {}
  cork() {}
  uncork() {}
  setTimeout(ms, callback) {
    clearTimeout(this.#timer);
    if (callback) this.once("timeout", callback);
    if (ms > 0) {
      this.#timer = setTimeout(() => {
        this.emit("timeout");
        this.socket?.emit("timeout");
      }, ms);
    }
    return this;
  }
  write(chunk, encoding, callback) {
    if (typeof encoding === "function") [encoding, callback] = [undefined, encoding];
    if (this.writableEnded) {
      const error = make(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end");
      process.nextTick(() => this.emit("error", error));
      return false;
    }
    this.#chunks.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    if (callback) process.nextTick(callback);
    return true;
  }
  end(chunk, encoding, callback) {
    if (typeof chunk === "function") [chunk, callback] = [undefined, chunk];
    if (typeof encoding === "function") [encoding, callback] = [undefined, encoding];
    if (this.writableEnded || this.destroyed) return this;
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (callback) this.once("finish", callback);
    [this.writable, this.writableEnded] = [false, true];
    // Whoever made the request may still be adding listeners.
    process.nextTick(() => void this.#go());
    return this;
  }
  #address() {
    const host = this.host.includes(":") && !this.host.startsWith("[") ? `[${this.host}]` : this.host;
    return `${this.protocol}//${host}:${this.port}${this.path.startsWith("/") ? "" : "/"}${this.path}`;
  }
  async #go() {
    if (this.destroyed) return;
    const headers = [];
    for (const [key, [name, value]] of this.#headers) {
      if (OURS.has(key)) continue;
      for (const each of Array.isArray(value) ? value : [value]) headers.push([name, String(each)]);
    }
    const body = this.#chunks.length > 0 ? Buffer.concat(this.#chunks) : undefined;
    this.headersSent = true;
    this.writableFinished = true;
    this.emit("finish");
    try {
      this.#answered(await send(this.method, this.#address(), headers, body, false));
    } catch (error) {
      this.destroy(error);
    }
  }
  #answered(answer) {
    if (this.destroyed) return;
    clearTimeout(this.#timer);
    const response = new IncomingMessage(this.socket, answer);
    response.req = this;
    this.res = response;
    response.once("end", () => {
      response.complete = true;
      this.#close();
    });
    if (answer.body.byteLength > 0) response.push(Buffer.from(answer.body));
    response.push(null);
    if (!this.emit("response", response)) response.resume();
  }
  #close() {
    if (this.closed) return;
    clearTimeout(this.#timer);
    [this.destroyed, this.closed] = [true, true];
    process.nextTick(() => {
      this.emit("close");
      this.socket?.emit("close", false);
    });
  }
  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    clearTimeout(this.#timer);
    if (this.socket) this.socket.destroyed = true;
    if (this.res !== null) {
      this.res.aborted = true;
      this.res.destroy(error);
    } else {
      const told = error ?? make(Error, "ECONNRESET", "socket hang up");
      this.errored = told;
      process.nextTick(() => this.emit("error", told));
    }
    this.#close();
    return this;
  }
  abort() {
    if (this.aborted) return;
    this.aborted = true;
    process.nextTick(() => this.emit("abort"));
    this.destroy();
  }
}

const agents = { "http:": new Agent(), "https:": new Agent() };
agents["https:"].protocol = "https:";
agents["https:"].defaultPort = 443;

module.exports = (protocol) => {
  const name = protocol.slice(0, -1);
  const request = (input, options, callback) => {
    if (!isOffered()) refuse(`${name}.request`, WHY);
    return new ClientRequest(protocol, ...aimed(protocol, input, options, callback));
  };
  const get = (input, options, callback) => {
    const made = request(input, options, callback);
    made.end();
    return made;
  };
  const serves = (what) =>
    function () {
      refuse(`${name}.${what}`, "nothing is served while a plan runs");
    };
  const common = { Agent, get, globalAgent: agents[protocol], request, Server: serves("Server"), createServer: serves("createServer") };
  if (protocol === "https:") return common;
  return {
    ...common,
    ClientRequest: function (input, options, callback) {
      return request(input, options, callback);
    },
    IncomingMessage,
    METHODS,
    OutgoingMessage: ClientRequest,
    STATUS_CODES,
    ServerResponse: serves("ServerResponse"),
    maxHeaderSize: 16384,
    validateHeaderName() {},
    validateHeaderValue() {},
  };
};
