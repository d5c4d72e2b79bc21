"use strict";
const { make, wantsString, wrongType } = require("internal/errors");
const querystring = require("querystring");
// Protocols whose addresses have a host, with or without slashes.
const SLASHED = new Set(["http:", "https:", "ftp:", "gopher:", "file:", "ws:", "wss:"]);
const NONE = { protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null, query: null, pathname: null, path: null, href: "" };

function Url() {
  Object.assign(this, NONE);
}

const escaped = (text) =>
  text.replace(/[\t\n\r "'<>\\^`{|}]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

const parse = (address, parseQuery = false, slashesDenoteHost = false) => {
  if (address instanceof Url) return address;
  wantsString(address, "url");
  const url = new Url();
  let rest = address.trim();
  const mark = rest.search(/[?#]/);
  rest = mark < 0 ? rest.replaceAll("\\", "/") : rest.slice(0, mark).replaceAll("\\", "/") + rest.slice(mark);
  const scheme = /^[a-z0-9.+-]+:/i.exec(rest)?.[0];
  if (scheme !== undefined) {
    url.protocol = scheme.toLowerCase();
    rest = rest.slice(scheme.length);
  }
  const script = url.protocol === "javascript:";
  const slashes = !script && rest.startsWith("//") && (slashesDenoteHost || scheme !== undefined || /^\/\/[^@/]+@[^@/]+/.test(rest));
  if (slashes || (scheme !== undefined && !script && !SLASHED.has(url.protocol))) {
    if (slashes) {
      url.slashes = true;
      rest = rest.slice(2);
    }
    const end = rest.search(/[/?#]/);
    let host = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? "" : rest.slice(end);
    const at = host.lastIndexOf("@");
    if (at >= 0) {
      url.auth = decodeURIComponent(host.slice(0, at));
      host = host.slice(at + 1);
    }
    const port = /:(\d*)$/.exec(host);
    if (port !== null) {
      if (port[1] !== "") [, url.port] = port;
      host = host.slice(0, -port[0].length);
    }
    const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : undefined;
    host = host.toLowerCase();
    if (bare === undefined && /[^a-z0-9.\-_~]/i.test(host)) {
      try {
        host = new URL(`http://${host}`).hostname;
      } catch {
        throw make(TypeError, "ERR_INVALID_URL", "Invalid URL", { input: address });
      }
    }
    url.hostname = bare === undefined ? host : bare.toLowerCase();
    url.host = host + (url.port === null ? "" : `:${url.port}`);
  }
  if (!script) rest = escaped(rest);
  const hash = rest.indexOf("#");
  if (hash >= 0) {
    url.hash = rest.slice(hash);
    rest = rest.slice(0, hash);
  }
  const query = rest.indexOf("?");
  if (query >= 0) {
    url.search = rest.slice(query);
    url.query = parseQuery ? querystring.parse(rest.slice(query + 1)) : rest.slice(query + 1);
    rest = rest.slice(0, query);
  } else if (parseQuery) {
    url.search = null;
    url.query = Object.create(null);
  }
  if (rest !== "") url.pathname = rest;
  if (SLASHED.has(url.protocol) && url.hostname && url.pathname === null) url.pathname = "/";
  if (url.pathname !== null || url.search !== null) url.path = (url.pathname ?? "") + (url.search ?? "");
  url.href = url.format();
  return url;
};

const format = (address, options) => {
  if (typeof address === "string") return parse(address).format();
  if (address instanceof URL) {
    const shown = new URL(address.href);
    if (options?.auth === false) {
      shown.username = "";
      shown.password = "";
    }
    if (options?.fragment === false) shown.hash = "";
    if (options?.search === false) shown.search = "";
    return shown.href;
  }
  if (address === null || typeof address !== "object") throw wrongType("urlObject", "one of type object or string", address);
  const part = { ...NONE, ...address };
  const auth = part.auth ? `${encodeURIComponent(part.auth).replace(/%3A/i, ":")}@` : "";
  let protocol = part.protocol ?? "";
  let host = "";
  if (part.host) host = auth + part.host;
  else if (part.hostname) {
    host = auth + (part.hostname.includes(":") && !part.hostname.startsWith("[") ? `[${part.hostname}]` : part.hostname);
    if (part.port) host += `:${part.port}`;
  }
  let search = part.search ?? "";
  if (!search && part.query !== null && typeof part.query === "object") {
    const query = querystring.stringify(part.query);
    search = query === "" ? "" : `?${query}`;
  }
  if (protocol && !protocol.endsWith(":")) protocol += ":";
  let pathname = (part.pathname ?? "").replace(/[?#]/g, encodeURIComponent);
  if (part.slashes || (SLASHED.has(protocol) && host !== "")) {
    if (pathname !== "" && !pathname.startsWith("/")) pathname = `/${pathname}`;
    host = `//${host}`;
  } else if (protocol === "file:") host = `//${host}`;
  let hash = part.hash ?? "";
  if (hash && !hash.startsWith("#")) hash = `#${hash}`;
  if (search && !search.startsWith("?")) search = `?${search}`;
  return protocol + host + pathname + search.replaceAll("#", "%23") + hash;
};

const resolve = (from, to) => {
  const base = parse(from, false, true);
  if (base.protocol === null || base.host === null) {
    // A base without a host is lent one, which is taken away afterwards.
    const lent = "http://plimsoll.invalid";
    const made = new URL(to, `${lent}/${from.replace(/^\//, "")}`);
    if (!made.href.startsWith(lent)) return made.href;
    const path = made.href.slice(lent.length);
    return from.startsWith("/") || to.startsWith("/") ? path : path.slice(1);
  }
  return new URL(to, base.href).href;
};

Object.assign(Url.prototype, {
  format() {
    return format(this);
  },
  parse(...args) {
    return Object.assign(this, parse(...args));
  },
  resolve(relative) {
    return resolve(this.href, relative);
  },
  resolveObject(relative) {
    return parse(this.resolve(relative));
  },
});

module.exports = {
  Url,
  get URL() {
    return URL;
  },
  get URLSearchParams() {
    return URLSearchParams;
  },
  domainToASCII(domain) {
    try {
      return new URL(`http://${domain}`).hostname;
    } catch {
      return "";
    }
  },
  domainToUnicode: (domain) => domain,
  fileURLToPath(address) {
    const url = typeof address === "string" ? new URL(address) : address;
    if (!(url instanceof URL)) throw wrongType("path", "of type string or an instance of URL", address);
    if (url.protocol !== "file:") throw make(TypeError, "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
    if (url.hostname !== "") throw make(TypeError, "ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
    if (/%2f/i.test(url.pathname)) {
      throw make(TypeError, "ERR_INVALID_FILE_URL_PATH", "File URL path must not include encoded / characters");
    }
    return decodeURIComponent(url.pathname);
  },
  format,
  parse,
  pathToFileURL(path) {
    const whole = require("path").resolve(path) + (path.endsWith("/") && path !== "/" ? "/" : "");
    const escapes = { "%": "%25", "\\": "%5C", "\n": "%0A", "\r": "%0D", "\t": "%09", "?": "%3F", "#": "%23" };
    return new URL(`file://${whole.replace(/[%\\\n\r\t?#]/g, (letter) => escapes[letter])}`);
  },
  resolve,
  resolveObject: (from, to) => parse(from).resolveObject(to),
  urlToHttpOptions(url) {
    const made = {
      protocol: url.protocol,
      hostname: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
      hash: url.hash,
      search: url.search,
      pathname: url.pathname,
      path: `${url.pathname || ""}${url.search || ""}`,
      href: url.href,
    };
    if (url.port !== "") made.port = Number(url.port);
    if (url.username || url.password) made.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return made;
  },
};
