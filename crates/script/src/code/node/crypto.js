"use strict";
const { make, outOfRange, refuse, wantsFunction, wantsNumber, wantsString, wrongType } = require("internal/errors");
const LONGEST = 2 ** 31 - 1;
const HASHES = ["md4", "md5", "ripemd160", "sha1", "sha256", "sha384", "sha512", "sha512-224", "sha512-256"];
const KINDS = "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView";

const bytesOf = (value, name, encoding, kinds = KINDS) => {
  if (typeof value === "string") return Buffer.from(value, encoding === "buffer" ? undefined : encoding);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Secret) return value.export();
  throw wrongType(name, kinds, value);
};
const shown = (bytes, encoding) => {
  const buffer = Buffer.from(bytes);
  return encoding === undefined || encoding === "buffer" || encoding === null ? buffer : buffer.toString(encoding);
};

class Secret {
  #bytes;
  constructor(bytes) {
    this.#bytes = Buffer.from(bytes);
  }
  get type() {
    return "secret";
  }
  get symmetricKeySize() {
    return this.#bytes.length;
  }
  export() {
    return Buffer.from(this.#bytes);
  }
  equals(other) {
    return other instanceof Secret && this.#bytes.equals(other.export());
  }
}

// Hashes, perhaps with a key; they can be written to and piped into. Made late, as few use streams.
const classes = () => {
  const { Transform } = require("stream");
  const feeder = (name) =>
    class extends Transform {
      #hasher;
      #done = false;
      constructor(hasher) {
        super();
        this.#hasher = hasher;
      }
      static get name() {
        return name;
      }
      #open() {
        if (this.#done) throw make(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
      }
      update(data, encoding) {
        this.#open();
        this.#hasher.update(bytesOf(data, "data", encoding, "of type string or an instance of Buffer, TypedArray, or DataView"));
        return this;
      }
      digest(encoding) {
        if (name === "Hmac" && this.#done) return shown(new Uint8Array(0), encoding);
        this.#open();
        this.#done = true;
        return shown(this.#hasher.digest(), encoding);
      }
      copy() {
        this.#open();
        return new this.constructor(this.#hasher.copy());
      }
      _transform(chunk, encoding, callback) {
        this.update(chunk, encoding);
        callback();
      }
      _flush(callback) {
        this.push(this.digest());
        callback();
      }
    };
  const made = { Hash: feeder("Hash"), Hmac: feeder("Hmac") };
  delete made.Hmac.prototype.copy;
  return made;
};
let kept;
const made = () => (kept ??= classes());

const started = (algorithm, key) => {
  const hasher = native.hasher(algorithm, key);
  if (hasher !== undefined) return hasher;
  if (key !== undefined) throw make(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm}`);
  throw make(Error, "ERR_OSSL_EVP_UNSUPPORTED", "Digest method not supported");
};

const randomBytes = (size, callback) => {
  wantsNumber(size, "size");
  if (!(size >= 0 && size <= LONGEST)) throw outOfRange("size", `>= 0 && <= ${LONGEST}`, size);
  if (callback !== undefined) wantsFunction(callback, "callback");
  const bytes = Buffer.from(native.random(Math.trunc(size)));
  if (callback === undefined) return bytes;
  setImmediate(callback, null, bytes);
};

const randomFillSync = (view, offset = 0, size = view.byteLength - offset) => {
  const bytes = bytesOf(view, "buf", undefined, "an instance of ArrayBuffer, Buffer, TypedArray, or DataView");
  bytes.set(new Uint8Array(native.random(size)), offset);
  return view;
};

const randomInt = (min, max, callback) => {
  if (max === undefined || typeof max === "function") [min, max, callback] = [0, min, max];
  if (!Number.isSafeInteger(min)) throw wrongType("min", "a safe integer", min);
  if (!Number.isSafeInteger(max)) throw wrongType("max", "a safe integer", max);
  if (max <= min) throw outOfRange("max", `greater than the value of "min" (${min})`, max);
  const range = max - min;
  if (range > 2 ** 48 - 1) throw outOfRange(min === 0 ? "max" : "max - min", `<= ${2 ** 48 - 1}`, range);
  // What would favour some numbers is drawn again.
  const limit = 2 ** 48 - ((2 ** 48) % range);
  let drawn;
  do drawn = Buffer.from(native.random(6)).readUIntBE(0, 6);
  while (drawn >= limit);
  const made = min + (drawn % range);
  if (callback === undefined) return made;
  setImmediate(callback, null, made);
};

const pbkdf2Sync = (password, salt, iterations, length, digest) => {
  wantsString(digest, "digest");
  const [secret, salted] = [bytesOf(password, "password"), bytesOf(salt, "salt")];
  wantsNumber(iterations, "iterations");
  if (!(iterations >= 1 && iterations <= LONGEST)) throw outOfRange("iterations", `>= 1 && <= ${LONGEST}`, iterations);
  wantsNumber(length, "keylen");
  if (!(length >= 0 && length <= LONGEST)) throw outOfRange("keylen", `>= 0 && <= ${LONGEST}`, length);
  const key = native.derive(digest, secret, salted, iterations, length);
  if (key === undefined) throw make(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${digest}`);
  return Buffer.from(key);
};

const hmac = (digest, key, data) => {
  const hasher = started(digest, key);
  hasher.update(data);
  return Buffer.from(hasher.digest());
};
const hkdfSync = (digest, key, salt, info, length) => {
  const [secret, salted, told] = [bytesOf(key, "ikm"), bytesOf(salt, "salt"), bytesOf(info, "info")];
  const extracted = hmac(digest, salted, secret);
  let block = Buffer.alloc(0);
  let made = Buffer.alloc(0);
  for (let count = 1; made.length < length; count += 1) {
    block = hmac(digest, extracted, Buffer.concat([block, told, Buffer.of(count)]));
    made = Buffer.concat([made, block]);
  }
  return new Uint8Array(made.subarray(0, length)).buffer;
};

const byCallback = (sync) => (...args) => {
  const callback = args.pop();
  wantsFunction(callback, "callback");
  const made = sync(...args);
  setImmediate(callback, null, made);
};
const notOffered = (name) => () => refuse(`crypto.${name}()`, "use crypto.subtle");

module.exports = {
  get Hash() {
    return made().Hash;
  },
  get Hmac() {
    return made().Hmac;
  },
  KeyObject: Secret,
  constants: {},
  createHash(algorithm) {
    wantsString(algorithm, "algorithm");
    return new (made().Hash)(started(algorithm));
  },
  createHmac(algorithm, key) {
    wantsString(algorithm, "hmac");
    const kinds = "of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey";
    return new (made().Hmac)(started(algorithm, bytesOf(key, "key", undefined, kinds)));
  },
  createSecretKey: (key, encoding) => new Secret(bytesOf(key, "key", encoding)),
  getCiphers: () => [],
  getCurves: () => [],
  getFips: () => 0,
  getHashes: () => [...HASHES],
  getRandomValues: (view) => randomFillSync(view),
  hash: (algorithm, data, encoding = "hex") => module.exports.createHash(algorithm).update(data).digest(encoding),
  hkdf: byCallback(hkdfSync),
  hkdfSync,
  pbkdf2: byCallback(pbkdf2Sync),
  pbkdf2Sync,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill(view, ...rest) {
    const callback = rest.pop();
    wantsFunction(callback, "callback");
    randomFillSync(view, ...rest);
    setImmediate(callback, null, view);
  },
  randomFillSync,
  randomInt,
  randomUUID() {
    const bytes = Buffer.from(native.random(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
  get subtle() {
    return globalThis.crypto.subtle;
  },
  timingSafeEqual(left, right) {
    const kinds = "an instance of ArrayBuffer, Buffer, TypedArray, or DataView";
    if (typeof left === "string") throw wrongType("buf1", kinds, left);
    if (typeof right === "string") throw wrongType("buf2", kinds, right);
    const [one, other] = [bytesOf(left, "buf1", undefined, kinds), bytesOf(right, "buf2", undefined, kinds)];
    if (one.length !== other.length) {
      throw make(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
    }
    let differs = 0;
    for (let at = 0; at < one.length; at += 1) differs |= one[at] ^ other[at];
    return differs === 0;
  },
  get webcrypto() {
    return globalThis.crypto;
  },
};
for (const name of [
  "createCipheriv", "createDecipheriv", "createSign", "createVerify", "createDiffieHellman", "createECDH", "createPrivateKey", "createPublicKey",
  "generateKeyPair", "generateKeyPairSync", "privateDecrypt", "privateEncrypt", "publicDecrypt", "publicEncrypt", "scrypt", "scryptSync", "sign", "verify",
]) {
  module.exports[name] = notOffered(name);
}
