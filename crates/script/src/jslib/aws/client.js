// What the clients of AWS services share: addresses, signed requests, errors. Not for scripts.
import http from "k6/http";
import BLOCKING from "./blocking.js";
import { Endpoint, InvalidSignatureError, SignatureV4 } from "./signature.js";

export class AWSError extends Error {
  constructor(message, code) {
    super(message);
    this.name = "AWSError";
    this.code = code;
  }
}

// The error of a service, which also says what was tried.
export const serviceError = (name) =>
  class extends AWSError {
    constructor(message, code, operation) {
      super(message, code);
      this.name = name;
      this.operation = operation;
    }
  };

export class AWSClient {
  constructor(config, service, Failure, signer = {}) {
    Object.assign(this, { config, serviceName: service, Failure });
    const { region, accessKeyId, secretAccessKey, sessionToken } = config;
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    this.signature = new SignatureV4({ service, region, credentials, ...signer });
  }

  get endpoint() {
    return this.config.endpoint ?? new Endpoint(`https://${this.serviceName}.${this.config.region}.amazonaws.com`);
  }

  // Sends a request and gives what `read` makes of its answer.
  send(operation, { method = "POST", path = "/", query = {}, headers = {}, body = null, endpoint = this.endpoint, responseType = "text" }, read) {
    const signed = this.signature.sign({ method, endpoint, path, query, headers, body: body ?? "" });
    const params = { headers: signed.headers, responseType };
    const judged = (response) => {
      if (response.error_code !== 0 || response.status >= 300) this.refuse(operation, response);
      return read(response);
    };
    if (BLOCKING) return judged(http.request(method, signed.url, body, params));
    return http.asyncRequest(method, signed.url, body, params).then(judged);
  }

  refuse(operation, response) {
    const body = response.body ?? "";
    const text = typeof body === "string" ? body : String.fromCharCode(...new Uint8Array(body).slice(0, 65536));
    let [code, message] = [/<Code>([^<]*)</.exec(text)?.[1], /<Message>([^<]*)</.exec(text)?.[1]];
    try {
      const json = JSON.parse(text);
      code ??= (json.__type || json.code || "").split("#").pop() || undefined;
      message ??= json.message || json.Message;
    } catch {
      // XML, or nothing.
    }
    const said = message || response.error || `${operation} answered with status ${response.status}`;
    if (code === "AuthorizationHeaderMalformed" || code === "InvalidAccessKeyId" || code === "SignatureDoesNotMatch") {
      throw new InvalidSignatureError(said, code);
    }
    throw new this.Failure(said, code, operation);
  }

  // An operation of the services that speak JSON and are told apart by a header.
  call(target, version, operation, input, read) {
    const headers = { "content-type": `application/x-amz-json-${version}`, "x-amz-target": `${target}.${operation}` };
    return this.send(operation, { headers, body: JSON.stringify(input) }, (response) => read(response.body ? JSON.parse(response.body) : {}));
  }
}
