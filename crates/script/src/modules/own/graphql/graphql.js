// Operations over HTTP: documents, clients, results. Loaded once in a user that imports `plimsoll/graphql`.
export function make(native) {
  const http = native.module("k6/http");
  const { Counter, Rate, Trend } = native.module("k6/metrics");
  const meters = {
    requests: new Counter("graphql_reqs"),
    errors: new Rate("graphql_errors"),
    fields: new Counter("graphql_fields"),
    subscriptions: new Counter("graphql_subscriptions"),
    messages: new Counter("graphql_messages"),
    firstMessage: new Trend("graphql_first_message", true),
  };

  class GraphQLError extends Error {
    constructor(message, errors = [], more = {}) {
      super(message);
      this.errors = errors;
      this.code = more.code;
      this.result = more.result;
      this.results = more.results;
    }
  }
  Object.defineProperty(GraphQLError.prototype, "name", { value: "GraphQLError", configurable: true });

  // --- documents

  class Document {
    #parts;
    constructor(parts) {
      this.#parts = parts;
      this.text = parts.join("\n");
      this.operations = native.read(this.text);
    }
    toString() {
      return this.text;
    }
    static parts(document) {
      return document.#parts;
    }
  }

  // Documents that are put into a template stand behind it, each once, whatever way it came in.
  const gql = (strings, ...values) => {
    if (typeof strings === "string") return new Document([strings]);
    const others = new Set();
    let own = "";
    strings.forEach((piece, at) => {
      own += piece;
      if (at >= values.length) return;
      const value = values[at];
      if (value instanceof Document) Document.parts(value).forEach((part) => others.add(part));
      else own += String(value);
    });
    others.delete(own);
    return new Document([own, ...others]);
  };

  // Documents that came as text. A script may make up any number of them.
  const texts = new Map();
  const documentOf = (given) => {
    if (given instanceof Document) return given;
    if (typeof given !== "string") throw new TypeError("the document is a text, or what gql makes");
    let known = texts.get(given);
    if (known === undefined) {
      known = new Document([given]);
      if (texts.size >= 100) texts.clear();
      texts.set(given, known);
    }
    return known;
  };

  const operationOf = (document, name) => {
    const { operations } = document;
    if (operations.length === 0) throw new TypeError("the document has no operation, only fragments");
    if (operations.length === 1 && (name === undefined || operations[0].name === null)) return operations[0];
    const names = operations.map((operation) => operation.name).join(", ");
    if (name === undefined) {
      throw new TypeError(`the document has ${operations.length} operations, operationName tells which: ${names}`);
    }
    const found = operations.find((operation) => operation.name === name);
    if (found === undefined) throw new TypeError(`the document has no operation ${name}, but ${names}`);
    return found;
  };

  const tagsOf = (operation) => ({
    operation: operation.name === null ? "anonymous" : operation.name,
    operation_type: operation.type,
    depth: operation.depth,
    complexity: operation.complexity,
  });

  // Counts the fields that the server was asked for and answered.
  const countFields = (operation, variables) => {
    for (const [name, conditions] of operation.fields) {
      const asked = conditions.every(([variable, wanted, fallback]) => {
        const given = variables ? variables[variable] : undefined;
        return (given === undefined || given === null ? fallback : given) === wanted;
      });
      if (asked) meters.fields.add(1, { field: `${operation.type}.${name}` });
    }
  };

  // --- results

  class Result {
    constructor(json, response) {
      const answered = typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
      const { errors } = answered;
      this.data = answered.data;
      this.errors = Array.isArray(errors) ? errors : errors ? [errors] : [];
      this.extensions = answered.extensions;
      this.status = response ? response.status : 0;
      const fine = response === undefined || (response.status >= 200 && response.status < 400);
      this.ok = fine && this.errors.length === 0 && this.data !== undefined;
      Object.defineProperty(this, "response", { value: response, writable: true, configurable: true });
    }
    // What went wrong, in one line; empty when nothing did.
    get error() {
      if (this.ok) return "";
      if (this.errors.length > 0) {
        const more = this.errors.length - 1;
        return `${this.errors[0].message}${more > 0 ? ` (and ${more} more)` : ""}`;
      }
      if (this.response && this.response.error) return this.response.error;
      if (this.response && this.response.status >= 400) return `status ${this.response.status}`;
      return "the answer is none of GraphQL: it has neither data nor errors";
    }
  }

  const parsed = (response) => {
    try {
      return response.json();
    } catch {
      return undefined;
    }
  };

  // --- clients

  const OPTIONS = ["headers", "tags", "schema", "persisted", "method", "ws", "timeout", "throw", "cookies", "jar",
    "redirects", "compression", "auth", "httpVersion", "responseCallback", "operationName"];
  const PERSISTED = ["off", "automatic", "only"];

  const checked = (options, what, allowed) => {
    if (options === undefined || options === null) return {};
    if (typeof options !== "object") throw new TypeError(`${what} are an object`);
    for (const key of Object.keys(options)) {
      if (!allowed.includes(key)) throw new TypeError(`${what} have no ${key}; there are ${allowed.join(", ")}`);
    }
    if (options.persisted !== undefined && !PERSISTED.includes(options.persisted)) {
      throw new TypeError(`persisted is one of ${PERSISTED.join(", ")}, not ${options.persisted}`);
    }
    if (options.method !== undefined && options.method !== "GET" && options.method !== "POST") {
      throw new TypeError(`method is GET or POST, not ${options.method}`);
    }
    return options;
  };

  const has = (headers, name) => Object.keys(headers).some((known) => known.toLowerCase() === name);
  const query = (members) =>
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) =>
        `${name}=${encodeURIComponent(typeof value === "string" ? value : JSON.stringify(value))}`)
      .join("&");
  const isNotKept = (json) =>
    Boolean(json && Array.isArray(json.errors)) &&
    json.errors.some((error) =>
      error.message === "PersistedQueryNotFound" ||
      (error.extensions && error.extensions.code === "PERSISTED_QUERY_NOT_FOUND"));

  const INTROSPECTION = `query IntrospectionQuery { __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { kind name description
      fields(includeDeprecated: true) { name description isDeprecated deprecationReason
        args { name defaultValue type { ...TypeRef } } type { ...TypeRef } }
      inputFields { name defaultValue type { ...TypeRef } }
      interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name } possibleTypes { ...TypeRef } } } }
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

  class Client {
    #url;
    #options;
    #subscribing;

    constructor(url, options) {
      const address = String(url ?? "");
      if (!/^https?:\/\//.test(address)) throw new TypeError(`a client needs the http or https URL of an endpoint, not "${address}"`);
      this.#url = address;
      this.#options = { ...checked(options, "a client's options", OPTIONS) };
      const { schema } = this.#options;
      delete this.#options.schema;
      if (schema !== undefined) native.schema(typeof schema === "string" ? schema : JSON.stringify(schema));
    }

    get url() {
      return this.#url;
    }

    // The client's options with those of a call over them.
    #merged(params) {
      const own = checked(params, "a request's params", OPTIONS);
      const { headers, tags } = this.#options;
      return { ...this.#options, ...own, headers: { ...headers, ...own.headers }, tags: { ...tags, ...own.tags } };
    }

    // What a request is made of, and what its samples are tagged with.
    #prepared(kind, given, variables, params) {
      const document = documentOf(given);
      const options = this.#merged(params);
      const operation = operationOf(document, options.operationName);
      if (kind !== undefined && operation.type !== kind) {
        const name = operation.name === null ? "the operation" : operation.name;
        throw new TypeError(`${name} is a ${operation.type}, not a ${kind}`);
      }
      const tags = { ...tagsOf(operation), ...options.tags };
      const body = { query: document.text };
      if (variables !== undefined && variables !== null) body.variables = variables;
      const name = options.operationName ?? operation.name;
      if (name !== null && name !== undefined) body.operationName = name;
      return { document, operation, variables, options, tags, body };
    }

    #params({ options, tags }) {
      const { headers, persisted, method, ws, operationName, ...params } = options;
      const all = { ...headers };
      if (!has(all, "accept")) all.Accept = "application/graphql-response+json, application/json;q=0.9";
      params.headers = all;
      params.tags = tags;
      params.responseType = "text";
      if (params.responseCallback === undefined) params.responseCallback = native.judge();
      return params;
    }

    // The requests to make: the second only when the server does not know the document of the first.
    #attempts(prepared) {
      const { document, options, body } = prepared;
      const persisted = options.persisted ?? "off";
      if (persisted === "off") return [body];
      document.hash ??= native.hash(document.text);
      const extensions = { persistedQuery: { version: 1, sha256Hash: document.hash } };
      const { query: text, ...rest } = body;
      const byHash = { ...rest, extensions };
      return persisted === "only" ? [byHash] : [byHash, { ...byHash, query: text }];
    }

    // The arguments of `http.request`.
    #request(prepared, body) {
      const params = this.#params(prepared);
      if (prepared.options.method === "GET" && prepared.operation.type === "query") {
        // Variables would make every address another one.
        if (params.tags.name === undefined) params.tags = { ...params.tags, name: this.#url };
        return ["GET", `${this.#url}${this.#url.includes("?") ? "&" : "?"}${query(body)}`, null, params];
      }
      if (!has(params.headers, "content-type")) params.headers["Content-Type"] = "application/json";
      return ["POST", this.#url, JSON.stringify(body), params];
    }

    #settled({ operation, variables, options, tags }, json, response) {
      const result = new Result(json, response);
      meters.requests.add(1, tags);
      meters.errors.add(!result.ok, tags);
      if (result.data !== undefined) countFields(operation, variables);
      if (options.throw && !result.ok) throw new GraphQLError(result.error, result.errors, { result });
      return result;
    }

    #single(kind, document, variables, params) {
      const prepared = this.#prepared(kind, document, variables, params);
      let response;
      let json;
      for (const body of this.#attempts(prepared)) {
        response = http.request(...this.#request(prepared, body));
        json = parsed(response);
        if (!isNotKept(json)) break;
      }
      return this.#settled(prepared, json, response);
    }

    query(document, variables, params) {
      return this.#single("query", document, variables, params);
    }

    mutation(document, variables, params) {
      return this.#single("mutation", document, variables, params);
    }

    request(document, variables, params) {
      return this.#single(undefined, document, variables, params);
    }

    async asyncRequest(document, variables, params) {
      const prepared = this.#prepared(undefined, document, variables, params);
      let response;
      let json;
      for (const body of this.#attempts(prepared)) {
        response = await http.asyncRequest(...this.#request(prepared, body));
        json = parsed(response);
        if (!isNotKept(json)) break;
      }
      return this.#settled(prepared, json, response);
    }

    batch(list, params) {
      if (!Array.isArray(list) || list.length === 0) throw new TypeError("a batch is a list of operations");
      const options = this.#merged(params);
      const all = list.map((entry) => {
        const { query: document, variables, operationName } =
          typeof entry === "string" || entry instanceof Document ? { query: entry } : entry;
        const more = { tags: options.tags };
        if (operationName !== undefined) more.operationName = operationName;
        return { ...this.#prepared(undefined, document, variables, more), options };
      });
      const kinds = new Set(all.map(({ operation }) => operation.type));
      const numbers = (key) => all.map(({ operation }) => Number(operation[key]));
      const tags = {
        operation: "batch",
        operation_type: kinds.size === 1 ? [...kinds][0] : "batch",
        depth: String(Math.max(...numbers("depth"))),
        complexity: String(numbers("complexity").reduce((sum, one) => sum + one, 0)),
        ...options.tags,
      };
      const request = this.#request({ options: { ...options, method: "POST" }, tags }, all.map(({ body }) => body));
      const response = http.request(...request);
      const json = parsed(response);
      const answers = Array.isArray(json) && json.length === all.length ? json : all.map(() => json);
      // All are counted before one of them throws.
      const calm = all.map((one) => ({ ...one, options: { ...options, throw: false } }));
      const results = calm.map((one, at) => this.#settled(one, answers[at], response));
      const failed = results.find((result) => !result.ok);
      if (options.throw && failed) throw new GraphQLError(failed.error, failed.errors, { result: failed, results });
      return results;
    }

    introspect(params) {
      const result = this.#single("query", INTROSPECTION, undefined, params);
      if (!result.ok) throw new GraphQLError(`introspection failed: ${result.error}`, result.errors, { result });
      native.schema(JSON.stringify(result.data));
      return result.data.__schema;
    }

    subscribe(document, variables, options) {
      this.#subscribing ??= native.subscribing().connect({
        url: this.#url, options: this.#options, documentOf, operationOf, tagsOf, countFields, meters, checked, GraphQLError, Result,
      });
      return this.#subscribing(document, variables, options);
    }
  }

  return { Client, GraphQLError, gql };
}
