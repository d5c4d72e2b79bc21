// Signed requests to AWS (signature version 4), as scripts import them from aws.
import crypto from "k6/crypto";

export const AMZ_CONTENT_SHA256_HEADER = "x-amz-content-sha256";
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
const ALGORITHM = "AWS4-HMAC-SHA256";
// Headers that proxies change or that are no part of a request's meaning.
const NEVER_SIGNED = new Set([
  "authorization", "cache-control", "connection", "expect", "from", "keep-alive", "max-forwards", "pragma", "referer",
  "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
]);

export class InvalidAWSConfigError extends Error {
  constructor(message) {
    super(message);
    this.name = "InvalidAWSConfigError";
  }
}

export class InvalidSignatureError extends Error {
  constructor(message, code) {
    super(message);
    this.name = "InvalidSignatureError";
    this.code = code;
  }
}

// Where a service is, from `scheme://host[:port]`.
export class Endpoint {
  constructor(address) {
    const found = /^([a-z][a-z0-9+.-]*):\/\/([^/:?#]+)(?::(\d+))?/i.exec(address);
    if (!found) throw new TypeError(`Invalid URL: ${address}`);
    [, this.protocol, this.hostname, this.port] = found;
  }

  get host() {
    return this.port ? `${this.hostname}:${this.port}` : this.hostname;
  }

  get href() {
    return `${this.protocol}://${this.host}`;
  }

  copy() {
    return new Endpoint(this.href);
  }

  toString() {
    return this.href;
  }
}

// Region, credentials and, for tests, the address of a stand-in.
export class AWSConfig {
  // The first versions took region, key and secret one by one.
  constructor(options, ...more) {
    const given = typeof options === "string" ? { region: options, accessKeyId: more[0], secretAccessKey: more[1], sessionToken: more[2] } : options;
    const { region, accessKeyId, secretAccessKey, sessionToken, endpoint } = given || {};
    if (!region) throw new InvalidAWSConfigError("invalid AWS region; reason: expected a valid AWS region name (e.g. \"us-east-1\")");
    if (!accessKeyId) throw new InvalidAWSConfigError("invalid AWS access key ID; reason: it should not be empty");
    if (!secretAccessKey) throw new InvalidAWSConfigError("invalid AWS secret access key; reason: it should not be empty");
    Object.assign(this, { region, accessKeyId, secretAccessKey });
    if (sessionToken !== undefined) this.sessionToken = sessionToken;
    if (endpoint !== undefined) this.endpoint = typeof endpoint === "string" ? new Endpoint(endpoint) : endpoint;
  }

  static fromEnvironment(options = {}) {
    return new AWSConfig({
      region: __ENV.AWS_REGION,
      accessKeyId: __ENV.AWS_ACCESS_KEY_ID,
      secretAccessKey: __ENV.AWS_SECRET_ACCESS_KEY,
      sessionToken: __ENV.AWS_SESSION_TOKEN,
      ...options,
    });
  }
}

const escaped = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
// A path as it is sent: what is escaped already stays.
export const escapedPath = (path) =>
  `/${path.replace(/^\//, "")}`.replace(/%[0-9a-f]{2}|[^%/]+|%/gi, (part) => (/^%../.test(part) ? part : escaped(part)));
const byCode = ([a], [b]) => (a < b ? -1 : Number(a > b));

function queryText(query) {
  const pairs = Object.entries(query || {}).flatMap(([name, values]) =>
    [].concat(values ?? "").map((value) => [escaped(name), escaped(String(value))]));
  return pairs.sort((a, b) => byCode(a, b) || byCode([a[1]], [b[1]])).map((pair) => pair.join("=")).join("&");
}

// The moment as it is signed: `20130524T000000Z`.
function stamp(date) {
  const moment = typeof date === "number" && date < 1e11 ? new Date(date * 1000) : new Date(date ?? Date.now());
  return moment.toISOString().replace(/[:-]|\.\d{3}/g, "");
}

const lowered = (headers) =>
  Object.fromEntries(Object.entries(headers || {}).map(([name, value]) => [name.toLowerCase(), String(value)]));

export class SignatureV4 {
  constructor({ service, region, credentials, uriEscapePath = true, applyChecksum = true }) {
    const { accessKeyId, secretAccessKey } = credentials || {};
    if (!accessKeyId || !secretAccessKey) throw new InvalidSignatureError("credentials need accessKeyId and secretAccessKey");
    Object.assign(this, { service, region, credentials, uriEscapePath, applyChecksum });
  }

  // What is signed besides the request: moment, place and service.
  scope({ signingDate, signingService = this.service, signingRegion = this.region }) {
    const moment = stamp(signingDate);
    const day = moment.slice(0, 8);
    return { moment, day, region: signingRegion, service: signingService, name: `${day}/${signingRegion}/${signingService}/aws4_request` };
  }

  signedHeaders(headers, { unsignableHeaders, signableHeaders }) {
    const chosen = (name) => {
      if (signableHeaders && signableHeaders.has(name)) return true;
      if (unsignableHeaders && unsignableHeaders.has(name)) return false;
      return !NEVER_SIGNED.has(name) && !/^(?:proxy-|sec-)/.test(name);
    };
    return Object.entries(headers).filter(([name]) => chosen(name)).sort(byCode);
  }

  signature(request, query, signed, payload, scope) {
    const sent = escapedPath(request.path || "/");
    const canonical = [
      request.method.toUpperCase(),
      this.uriEscapePath ? sent.split("/").map(escaped).join("/") : sent,
      queryText(query),
      ...signed.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, " ")}`),
      "",
      signed.map(([name]) => name).join(";"),
      payload,
    ].join("\n");
    const text = [ALGORITHM, scope.moment, scope.name, crypto.sha256(canonical, "hex")].join("\n");
    const parts = [scope.day, scope.region, scope.service, "aws4_request"];
    const key = parts.reduce((secret, part) => crypto.hmac("sha256", secret, part, "binary"), `AWS4${this.credentials.secretAccessKey}`);
    return crypto.hmac("sha256", key, text, "hex");
  }

  address(request, query) {
    const text = queryText(query);
    return `${request.endpoint.href}${escapedPath(request.path || "/")}${text ? `?${text}` : ""}`;
  }

  // The request with what proves who sends it among its headers.
  sign(request, options = {}) {
    const scope = this.scope(options);
    const headers = lowered(request.headers);
    headers.host = request.endpoint.host;
    headers["x-amz-date"] = scope.moment;
    if (this.credentials.sessionToken) headers["x-amz-security-token"] = this.credentials.sessionToken;
    const payload = headers[AMZ_CONTENT_SHA256_HEADER] ?? crypto.sha256(request.body ?? "", "hex");
    if (this.applyChecksum) headers[AMZ_CONTENT_SHA256_HEADER] = payload;
    const signed = this.signedHeaders(headers, options);
    const signature = this.signature(request, request.query, signed, payload, scope);
    const names = signed.map(([name]) => name).join(";");
    headers.authorization = `${ALGORITHM} Credential=${this.credentials.accessKeyId}/${scope.name}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...request, headers, url: this.address(request, request.query) };
  }

  // The request with what proves who sends it in its address.
  presign(request, options = {}) {
    const { expiresIn = 3600, unhoistableHeaders } = options;
    if (expiresIn > 7 * 24 * 3600) throw new InvalidSignatureError("a presigned address expires within a week");
    const scope = this.scope(options);
    const headers = lowered(request.headers);
    headers.host = request.endpoint.host;
    const query = { ...request.query };
    for (const name of Object.keys(headers)) {
      if (!name.startsWith("x-amz-") || (unhoistableHeaders && unhoistableHeaders.has(name))) continue;
      query[name] = headers[name];
      delete headers[name];
    }
    if (this.credentials.sessionToken) query["X-Amz-Security-Token"] = this.credentials.sessionToken;
    query["X-Amz-Algorithm"] = ALGORITHM;
    query["X-Amz-Credential"] = `${this.credentials.accessKeyId}/${scope.name}`;
    query["X-Amz-Date"] = scope.moment;
    query["X-Amz-Expires"] = String(expiresIn);
    const signed = this.signedHeaders(headers, options);
    query["X-Amz-SignedHeaders"] = signed.map(([name]) => name).join(";");
    const unsigned = (request.headers && lowered(request.headers)[AMZ_CONTENT_SHA256_HEADER]) || undefined;
    const payload = unsigned ?? (this.service === "s3" ? UNSIGNED_PAYLOAD : crypto.sha256(request.body ?? "", "hex"));
    query["X-Amz-Signature"] = this.signature(request, query, signed, payload, scope);
    return { ...request, headers, query, url: this.address(request, query) };
  }
}
