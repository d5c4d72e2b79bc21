// URL and URLSearchParams. An address is kept as its text; the host takes it apart.
export function make(native) {
  const text = (value) => `${value}`.toWellFormed();
  const wants = (count, given, what) => {
    if (given < count) throw new TypeError(`${what} needs ${count} argument${count > 1 ? "s" : ""}, got ${given}`);
  };
  const tag = (constructor, name) =>
    Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });

  let bind, refill;
  class URLSearchParams {
    #list = [];
    // Tells the URL that these belong to.
    #changed = undefined;

    static {
      bind = (params, changed) => {
        params.#changed = changed;
      };
      refill = (params, query) => {
        params.#read(query);
      };
    }

    constructor(init = "") {
      if ((typeof init !== "object" && typeof init !== "function") || init === null) {
        const query = text(init);
        this.#read(query.startsWith("?") ? query.slice(1) : query);
        return;
      }
      const iterate = init[Symbol.iterator];
      if (iterate === undefined || iterate === null) {
        const places = { __proto__: null };
        for (const key of Object.keys(init)) {
          const name = text(key);
          // Names that differ only in broken halves of letters are one.
          if (name in places) this.#list[places[name]][1] = text(init[key]);
          else places[name] = this.#list.push([name, text(init[key])]) - 1;
        }
        return;
      }
      if (typeof iterate !== "function") throw new TypeError("the pairs of a query must be iterable");
      for (const pair of init) {
        if (pair === null || typeof pair !== "object" || typeof pair[Symbol.iterator] !== "function") {
          throw new TypeError("each pair of a query must be an iterable of name and value");
        }
        const sides = [...pair];
        if (sides.length !== 2) throw new TypeError("each pair of a query must be an iterable of name and value");
        this.#list.push([text(sides[0]), text(sides[1])]);
      }
    }

    #read(query) {
      const fields = native.fields(query);
      this.#list = [];
      for (let at = 0; at < fields.length; at += 2) this.#list.push([fields[at], fields[at + 1]]);
    }

    #tell() {
      if (this.#changed) this.#changed(this.toString());
    }

    get size() {
      return this.#list.length;
    }

    append(name, value) {
      wants(2, arguments.length, "append");
      this.#list.push([text(name), text(value)]);
      this.#tell();
    }

    delete(name, value) {
      wants(1, arguments.length, "delete");
      const [key, only] = [text(name), value === undefined ? undefined : text(value)];
      this.#list = this.#list.filter((pair) => pair[0] !== key || (only !== undefined && pair[1] !== only));
      this.#tell();
    }

    get(name) {
      wants(1, arguments.length, "get");
      const key = text(name);
      const found = this.#list.find((pair) => pair[0] === key);
      return found ? found[1] : null;
    }

    getAll(name) {
      wants(1, arguments.length, "getAll");
      const key = text(name);
      return this.#list.filter((pair) => pair[0] === key).map((pair) => pair[1]);
    }

    has(name, value) {
      wants(1, arguments.length, "has");
      const [key, only] = [text(name), value === undefined ? undefined : text(value)];
      return this.#list.some((pair) => pair[0] === key && (only === undefined || pair[1] === only));
    }

    set(name, value) {
      wants(2, arguments.length, "set");
      const [key, next] = [text(name), text(value)];
      const first = this.#list.findIndex((pair) => pair[0] === key);
      if (first < 0) {
        this.#list.push([key, next]);
      } else {
        this.#list[first][1] = next;
        this.#list = this.#list.filter((pair, at) => at <= first || pair[0] !== key);
      }
      this.#tell();
    }

    sort() {
      // By UTF-16 units, as the standard wants; the sort of the language is stable.
      this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#tell();
    }

    forEach(callback, receiver) {
      if (typeof callback !== "function") throw new TypeError("forEach takes a function");
      for (let at = 0; at < this.#list.length; at += 1) {
        const [name, value] = this.#list[at];
        callback.call(receiver, value, name, this);
      }
    }

    *entries() {
      for (let at = 0; at < this.#list.length; at += 1) yield [...this.#list[at]];
    }

    *keys() {
      for (let at = 0; at < this.#list.length; at += 1) yield this.#list[at][0];
    }

    *values() {
      for (let at = 0; at < this.#list.length; at += 1) yield this.#list[at][1];
    }

    toString() {
      return native.query(this.#list);
    }
  }
  Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
    value: URLSearchParams.prototype.entries,
    writable: true,
    configurable: true,
  });
  tag(URLSearchParams, "URLSearchParams");

  const read = (url, base) => native.parse(text(url), base === undefined ? undefined : text(base));
  class URL {
    #href;
    #params = undefined;

    constructor(url, base) {
      wants(1, arguments.length, "URL");
      this.#href = read(url, base);
      if (this.#href === undefined) {
        const beside = base === undefined ? "" : ` with base '${base}'`;
        const error = new TypeError(`Invalid URL: '${url}'${beside}`);
        error.code = "ERR_INVALID_URL";
        throw error;
      }
    }

    static canParse(url, base) {
      wants(1, arguments.length, "canParse");
      return read(url, base) !== undefined;
    }

    static parse(url, base) {
      wants(1, arguments.length, "parse");
      return URL.canParse(url, base) ? new URL(url, base) : null;
    }

    #with(name, value) {
      this.#href = native.with(this.#href, name, text(value));
    }

    #renewParams() {
      if (this.#params) refill(this.#params, this.search.slice(1));
    }

    get href() {
      return this.#href;
    }
    set href(value) {
      const href = read(value);
      if (href === undefined) throw new TypeError(`Invalid URL: '${value}'`);
      this.#href = href;
      this.#renewParams();
    }
    get origin() {
      return native.part(this.#href, "origin");
    }
    get protocol() {
      return native.part(this.#href, "protocol");
    }
    set protocol(value) {
      this.#with("protocol", value);
    }
    get username() {
      return native.part(this.#href, "username");
    }
    set username(value) {
      this.#with("username", value);
    }
    get password() {
      return native.part(this.#href, "password");
    }
    set password(value) {
      this.#with("password", value);
    }
    get host() {
      return native.part(this.#href, "host");
    }
    set host(value) {
      this.#with("host", value);
    }
    get hostname() {
      return native.part(this.#href, "hostname");
    }
    set hostname(value) {
      this.#with("hostname", value);
    }
    get port() {
      return native.part(this.#href, "port");
    }
    set port(value) {
      this.#with("port", value);
    }
    get pathname() {
      return native.part(this.#href, "pathname");
    }
    set pathname(value) {
      this.#with("pathname", value);
    }
    get search() {
      return native.part(this.#href, "search");
    }
    set search(value) {
      this.#with("search", value);
      this.#renewParams();
    }
    get searchParams() {
      if (!this.#params) {
        this.#params = new URLSearchParams(this.search);
        bind(this.#params, (query) => this.#with("search", query));
      }
      return this.#params;
    }
    get hash() {
      return native.part(this.#href, "hash");
    }
    set hash(value) {
      this.#with("hash", value);
    }
    toString() {
      return this.#href;
    }
    toJSON() {
      return this.#href;
    }
  }
  tag(URL, "URL");
  return { URL, URLSearchParams };
}
