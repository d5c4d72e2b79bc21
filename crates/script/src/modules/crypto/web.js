// The rules of the Web Cryptography API: names, usages and key formats. Bytes are worked on by `native`.
// Evaluated once in a user, when the script first touches `crypto`.
((native) => {
  "use strict";
  const { fail } = native;
  const SECRET = Symbol("key material");
  const SYMMETRIC = ["AES-CBC", "AES-CTR", "AES-GCM", "AES-KW"];
  const RSA = ["RSASSA-PKCS1-V1_5", "RSA-PSS", "RSA-OAEP"];
  const USAGES = {
    "AES-CBC": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
    "AES-CTR": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
    "AES-GCM": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
    "AES-KW": ["wrapKey", "unwrapKey"],
    HMAC: ["sign", "verify"],
    PBKDF2: ["deriveKey", "deriveBits"],
    ECDSA: ["sign", "verify"],
    ECDH: ["deriveKey", "deriveBits"],
    "RSASSA-PKCS1-V1_5": ["sign", "verify"],
    "RSA-PSS": ["sign", "verify"],
    "RSA-OAEP": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
  };
  // What the public half of a pair may do; the private half may do the rest.
  const PUBLIC = ["verify", "encrypt", "wrapKey"];

  class CryptoKey {
    constructor(type, algorithm, extractable, usages, secret) {
      Object.assign(this, { type, extractable, algorithm, usages });
      Object.defineProperty(this, SECRET, { value: secret });
    }
    containsUsage(usage) {
      return this.usages.includes(usage);
    }
    isKeyPair() {
      return false;
    }
    resolveCryptoKey() {
      return this;
    }
    resolveCryptoKeyPair() {
      return fail("InvalidAccessError", "the key is not a key pair");
    }
    validate() {
      if (this.type !== "public" && this.usages.length === 0) fail("SyntaxError", "the key has no usages");
    }
  }

  const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
  const copied = (value) => {
    // Not an Error object: scripts that look at `name` find none here with k6 either.
    if (!isBytes(value)) throw "data is neither an ArrayBuffer, nor a TypedArray nor DataView";
    return value instanceof ArrayBuffer
      ? value.slice(0)
      : value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
  };
  const unsupported = (name, operation) =>
    fail("NotSupportedError", `algorithm "${name}" doesn't support (in implementation) operation "${operation}"`);
  const given = (algorithm) => {
    const name = typeof algorithm === "string" ? algorithm : algorithm && algorithm.name;
    if (typeof name !== "string") fail("SyntaxError", "algorithm name is not a string");
    return name;
  };
  const spelled = (name) => (name === "RSASSA-PKCS1-V1_5" ? "RSASSA-PKCS1-v1_5" : name);
  // The algorithm's name in upper case, if it is among those that have the operation.
  const known = (algorithm, names, operation) => {
    const name = given(algorithm).toUpperCase();
    return names.includes(name) ? name : unsupported(given(algorithm), operation);
  };
  const hashOf = (algorithm, operation) => {
    if (algorithm === undefined || algorithm === null) fail("SyntaxError", "hash is missing");
    return known(algorithm, ["SHA-1", "SHA-256", "SHA-384", "SHA-512"], operation);
  };
  const curveOf = (algorithm) =>
    ["P-256", "P-384", "P-521"].includes(algorithm.namedCurve)
      ? algorithm.namedCurve
      : fail("NotSupportedError", `invalid elliptic curve ${algorithm.namedCurve}`);
  const allowed = (name, usages) => {
    if (!Array.isArray(usages)) fail("TypeError", "keyUsages is not an array");
    for (const usage of usages) {
      if (!USAGES[name].includes(usage)) fail("SyntaxError", `invalid key usage: ${usage}`);
    }
    return [...new Set(usages)];
  };
  const needed = (usages) => (usages.length > 0 ? usages : fail("SyntaxError", "key usages cannot be empty"));
  const check = (key, name, usage) => {
    if (!(key instanceof CryptoKey)) fail("InvalidAccessError", "the key is not a CryptoKey");
    if (key.algorithm.name.toUpperCase() !== name) {
      fail("InvalidAccessError", "the key's algorithm does not match the operation's");
    }
    if (!key.usages.includes(usage)) fail("InvalidAccessError", `the key does not support operation ${usage}`);
    return key[SECRET];
  };

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const toText = (buffer) => {
    const bytes = new Uint8Array(buffer);
    let text = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const three = (bytes[at] << 16) | ((bytes[at + 1] || 0) << 8) | (bytes[at + 2] || 0);
      const digits = Math.min(4, bytes.length - at + 1);
      for (let digit = 0; digit < digits; digit += 1) text += ALPHABET[(three >> (18 - 6 * digit)) & 63];
    }
    return text;
  };
  const toBytes = (text) => {
    if (typeof text !== "string") fail("DataError", "a member of the JSON Web Key is missing");
    const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    let [bits, held, at] = [0, 0, 0];
    for (const letter of text) {
      const digit = ALPHABET.indexOf(letter);
      if (digit < 0) fail("DataError", "a member of the JSON Web Key is not base64url");
      held = ((held << 6) | digit) & 0xffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes[at] = (held >> bits) & 255;
        at += 1;
      }
    }
    return bytes.buffer;
  };
  const joined = (...parts) => {
    const arrays = parts.map((part) => new Uint8Array(part));
    const all = new Uint8Array(arrays.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of arrays) {
      all.set(part, at);
      at += part.length;
    }
    return all.buffer;
  };

  const aesKey = (name, secret, extractable, usages) => {
    if (![16, 24, 32].includes(secret.byteLength)) fail("DataError", "invalid key length");
    return new CryptoKey("secret", { name, length: secret.byteLength * 8 }, extractable, usages, secret);
  };
  const hmacKey = (hash, secret, extractable, usages) => {
    if (secret.byteLength === 0) fail("DataError", "the key has no data");
    const algorithm = { name: "HMAC", hash: { name: hash }, length: secret.byteLength * 8 };
    return new CryptoKey("secret", algorithm, extractable, usages, secret);
  };
  const rsaAlgorithm = (name, hash, numbers) => ({
    name: spelled(name),
    hash: { name: hash },
    modulusLength: bitLength(new Uint8Array(numbers[0])),
    publicExponent: new Uint8Array(numbers[1]),
  });
  const bitLength = (bytes) => (bytes.length === 0 ? 0 : bytes.length * 8 - Math.clz32(bytes[0]) + 24);
  const pair = (algorithm, extractable, usages, privateSecret, publicSecret) => {
    const open = usages.filter((usage) => PUBLIC.includes(usage));
    const closed = usages.filter((usage) => !PUBLIC.includes(usage));
    if (closed.length === 0) fail("SyntaxError", "the private key would have no usages");
    return {
      publicKey: new CryptoKey("public", algorithm, true, open, publicSecret),
      privateKey: new CryptoKey("private", algorithm, extractable, closed, privateSecret),
    };
  };

  const generateKey = (algorithm, extractable, keyUsages) => {
    const name = known(algorithm, Object.keys(USAGES).filter((each) => each !== "PBKDF2"), "generateKey");
    const usages = needed(allowed(name, keyUsages));
    if (SYMMETRIC.includes(name)) {
      if (![128, 192, 256].includes(algorithm.length)) fail("OperationError", "invalid key length");
      return aesKey(name, native.random(algorithm.length / 8), extractable, usages);
    }
    if (name === "HMAC") {
      const hash = hashOf(algorithm.hash, "generateKey");
      const block = hash === "SHA-1" || hash === "SHA-256" ? 512 : 1024;
      const length = algorithm.length === undefined ? block : algorithm.length;
      if (!(length > 0)) fail("OperationError", "invalid key length");
      return hmacKey(hash, native.random(Math.ceil(length / 8)), extractable, usages);
    }
    if (RSA.includes(name)) {
      const hash = hashOf(algorithm.hash, "generateKey");
      const secret = native.rsaGenerate(algorithm.modulusLength, copied(algorithm.publicExponent));
      const open = native.rsaPublic(secret);
      return pair(rsaAlgorithm(name, hash, native.rsaNumbers(open, false)), extractable, usages, secret, open);
    }
    const namedCurve = curveOf(algorithm);
    const secret = native.ecGenerate(namedCurve);
    return pair({ name, namedCurve }, extractable, usages, secret, native.ecPublic(namedCurve, secret));
  };

  const NUMBERS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
  const importRsa = (format, data, name, algorithm, extractable, usages) => {
    const hash = hashOf(algorithm.hash, "importKey");
    let [secret, type] = [data, "public"];
    if (format === "pkcs8") type = "private";
    else if (format === "jwk") {
      if (data.kty !== "RSA") fail("DataError", "the JSON Web Key is not an RSA key");
      type = data.d === undefined ? "public" : "private";
      const members = type === "private" ? NUMBERS.slice(0, 5) : NUMBERS.slice(0, 2);
      secret = native.rsaFromNumbers(...members.map((member) => toBytes(data[member])));
    } else if (format !== "spki") fail("NotSupportedError", `unsupported key format: ${format}`);
    const numbers = native.rsaNumbers(secret, type === "private");
    return new CryptoKey(type, rsaAlgorithm(name, hash, numbers), extractable, usages, secret);
  };
  const importEc = (format, data, name, algorithm, extractable, usages) => {
    const namedCurve = curveOf(algorithm);
    let [secret, type] = [data, "public"];
    if (format === "raw") secret = native.ecFromPoint(namedCurve, data);
    else if (format === "pkcs8") type = "private";
    else if (format === "jwk") {
      if (data.kty !== "EC" || data.crv !== namedCurve) fail("DataError", "the JSON Web Key does not fit the curve");
      if (data.d === undefined) {
        const point = joined(new Uint8Array([4]), toBytes(data.x), toBytes(data.y));
        secret = native.ecFromPoint(namedCurve, point);
      } else {
        secret = native.ecFromScalar(namedCurve, toBytes(data.d));
        type = "private";
      }
    } else if (format !== "spki") fail("NotSupportedError", `unsupported key format: ${format}`);
    // Reading the key once here means that a wrong document fails now and not when it is used.
    if (type === "private") native.ecScalar(namedCurve, secret);
    else native.ecPoint(namedCurve, secret);
    return new CryptoKey(type, { name, namedCurve }, extractable, usages, secret);
  };
  const importKey = (format, keyData, algorithm, extractable, keyUsages) => {
    if (!["raw", "jwk", "spki", "pkcs8"].includes(format)) {
      fail("ImplementationError", `unsupported key format: ${format}`);
    }
    const name = known(algorithm, Object.keys(USAGES), "importKey");
    const usages = allowed(name, keyUsages);
    const data = format === "jwk" ? Object(keyData) : copied(keyData);
    const asymmetric = RSA.includes(name) ? importRsa : name.startsWith("EC") ? importEc : undefined;
    if (asymmetric) {
      const key = asymmetric(format, data, name, algorithm, extractable, usages);
      if (key.type === "private") needed(usages);
      return key;
    }
    needed(usages);
    if (format !== "raw" && format !== "jwk") fail("NotSupportedError", `unsupported key format: ${format}`);
    if (format === "jwk" && data.kty !== "oct") fail("DataError", "the JSON Web Key is not symmetric");
    const secret = format === "jwk" ? toBytes(data.k) : data;
    if (name === "PBKDF2") {
      if (extractable) fail("SyntaxError", "a PBKDF2 key cannot be extractable");
      return new CryptoKey("secret", { name }, false, usages, secret);
    }
    if (name === "HMAC") return hmacKey(hashOf(algorithm.hash, "importKey"), secret, extractable, usages);
    return aesKey(name, secret, extractable, usages);
  };

  const exportJwk = (key, name) => {
    const secret = key[SECRET];
    if (RSA.includes(name)) {
      const jwk = {};
      native.rsaNumbers(secret, key.type === "private").forEach((number, at) => {
        jwk[NUMBERS[at]] = toText(number);
      });
      return Object.assign(jwk, { kty: "RSA" });
    }
    if (name.startsWith("EC")) {
      const crv = key.algorithm.namedCurve;
      const isPrivate = key.type === "private";
      const point = native.ecPoint(crv, isPrivate ? native.ecPublic(crv, secret) : secret).slice(1);
      const half = point.byteLength / 2;
      const jwk = { crv, kty: "EC", x: toText(point.slice(0, half)), y: toText(point.slice(half)) };
      if (isPrivate) jwk.d = toText(native.ecScalar(crv, secret));
      return jwk;
    }
    const alg =
      name === "HMAC"
        ? `HS${key.algorithm.hash.name.slice(4)}`
        : `A${key.algorithm.length}${name.slice(4)}`;
    return { alg, ext: key.extractable, k: toText(secret), key_ops: [...key.usages], kty: "oct" };
  };
  const exportKey = (format, key) => {
    if (!(key instanceof CryptoKey)) fail("InvalidAccessError", "the key is not a CryptoKey");
    if (!key.extractable) fail("InvalidAccessError", "the key is not extractable");
    const name = key.algorithm.name.toUpperCase();
    if (format === "jwk") return exportJwk(key, name);
    const secret = key[SECRET];
    if (format === "raw" && key.type === "secret") return secret.slice(0);
    if (format === "raw" && key.type === "public" && name.startsWith("EC")) {
      return native.ecPoint(key.algorithm.namedCurve, secret);
    }
    if ((format === "pkcs8" && key.type === "private") || (format === "spki" && key.type === "public")) {
      return secret.slice(0);
    }
    return fail("InvalidAccessError", `a ${key.type} ${key.algorithm.name} key has no format ${format}`);
  };

  const cipher = (usage, decrypts) => (algorithm, key, input) => {
    const data = copied(input);
    const name = known(algorithm, ["AES-CBC", "AES-CTR", "AES-GCM", "RSA-OAEP"], usage);
    const secret = check(key, name, usage);
    return ciphered(name, algorithm, key, secret, data, decrypts);
  };
  const ciphered = (name, algorithm, key, secret, data, decrypts) => {
    if (name === "AES-CBC") return native.cbc(decrypts, secret, copied(algorithm.iv), data);
    if (name === "AES-CTR") return native.ctr(secret, copied(algorithm.counter), algorithm.length, data);
    if (name === "AES-GCM") {
      if (algorithm.tagLength !== undefined && algorithm.tagLength !== 128) {
        fail("NotSupportedError", "only tags of 128 bits are supported");
      }
      const additional = algorithm.additionalData === undefined ? new ArrayBuffer(0) : copied(algorithm.additionalData);
      return native.gcm(decrypts, secret, copied(algorithm.iv), additional, data);
    }
    const label = algorithm.label === undefined ? new ArrayBuffer(0) : copied(algorithm.label);
    return native.oaep(decrypts, key.algorithm.hash.name, secret, label, data);
  };

  const SIGNERS = ["HMAC", "ECDSA", "RSASSA-PKCS1-V1_5", "RSA-PSS"];
  const salt = (name, algorithm) => {
    if (name !== "RSA-PSS") return -1;
    return algorithm.saltLength >= 0 ? algorithm.saltLength : fail("OperationError", "saltLength is missing");
  };
  const sign = (algorithm, key, input) => {
    const data = copied(input);
    const name = known(algorithm, SIGNERS, "sign");
    const secret = check(key, name, "sign");
    if (name === "HMAC") return native.hmac(key.algorithm.hash.name, secret, data);
    if (name === "ECDSA") return native.ecSign(key.algorithm.namedCurve, hashOf(algorithm.hash, "sign"), secret, data);
    return native.rsaSign(salt(name, algorithm), key.algorithm.hash.name, secret, data);
  };
  const verify = (algorithm, key, given, input) => {
    const [signature, data] = [copied(given), copied(input)];
    const name = known(algorithm, SIGNERS, "verify");
    const secret = check(key, name, "verify");
    if (name === "HMAC") return native.same(signature, native.hmac(key.algorithm.hash.name, secret, data));
    if (name === "ECDSA") {
      const hash = hashOf(algorithm.hash, "verify");
      return native.ecVerify(key.algorithm.namedCurve, hash, secret, signature, data);
    }
    return native.rsaVerify(salt(name, algorithm), key.algorithm.hash.name, secret, signature, data);
  };

  const derived = (algorithm, key, bits, usage) => {
    const name = known(algorithm, ["ECDH", "PBKDF2"], usage);
    const secret = check(key, name, usage);
    if (bits !== null && bits !== undefined && (bits === 0 || bits % 8 !== 0)) {
      fail("OperationError", "the length must be a multiple of 8 bits above 0");
    }
    if (name === "PBKDF2") {
      if (!bits) fail("OperationError", "the length is missing");
      const hash = hashOf(algorithm.hash, usage);
      return native.pbkdf2(hash, secret, copied(algorithm.salt), algorithm.iterations, bits / 8);
    }
    const other = algorithm.public;
    if (!(other instanceof CryptoKey) || other.type !== "public") {
      fail("InvalidAccessError", "algorithm.public is not a public key");
    }
    if (other.algorithm.namedCurve !== key.algorithm.namedCurve) {
      fail("InvalidAccessError", "the keys are of different curves");
    }
    const shared = native.ecdh(key.algorithm.namedCurve, secret, other[SECRET]);
    if (!bits) return shared;
    if (bits / 8 > shared.byteLength) fail("OperationError", "the length is longer than the shared secret");
    return shared.slice(0, bits / 8);
  };
  const deriveKey = (algorithm, base, target, extractable, usages) => {
    const name = known(target, [...SYMMETRIC, "HMAC"], "deriveKey");
    let bits = target.length;
    if (name === "HMAC" && bits === undefined) {
      const hash = hashOf(target.hash, "deriveKey");
      bits = hash === "SHA-1" || hash === "SHA-256" ? 512 : 1024;
    }
    return importKey("raw", derived(algorithm, base, bits, "deriveKey"), target, extractable, usages);
  };

  const WRAPPERS = ["AES-CBC", "AES-CTR", "AES-GCM", "AES-KW", "RSA-OAEP"];
  const utf8 = {
    encode: (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (letter) => letter.charCodeAt(0)).buffer,
    decode: (buffer) =>
      decodeURIComponent(escape(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))),
  };
  const wrapKey = (format, key, wrapping, algorithm) => {
    const name = known(algorithm, WRAPPERS, "wrapKey");
    const secret = check(wrapping, name, "wrapKey");
    const exported = exportKey(format, key);
    const data = format === "jwk" ? utf8.encode(JSON.stringify(exported)) : exported;
    if (name === "AES-KW") return native.kw(false, secret, data);
    return ciphered(name, algorithm, wrapping, secret, data, false);
  };
  const unwrapKey = (format, wrapped, unwrapping, algorithm, keyAlgorithm, extractable, usages) => {
    const name = known(algorithm, WRAPPERS, "unwrapKey");
    const secret = check(unwrapping, name, "unwrapKey");
    const data =
      name === "AES-KW"
        ? native.kw(true, secret, copied(wrapped))
        : ciphered(name, algorithm, unwrapping, secret, copied(wrapped), true);
    const key = format === "jwk" ? JSON.parse(utf8.decode(data)) : data;
    return importKey(format, key, keyAlgorithm, extractable, usages);
  };

  // Each answers with a promise; what an operation throws rejects it.
  const operations = {
    decrypt: cipher("decrypt", true),
    deriveBits: (algorithm, key, bits) => derived(algorithm, key, bits, "deriveBits"),
    deriveKey,
    digest: (algorithm, data) =>
      native.digest(known(algorithm, ["SHA-1", "SHA-256", "SHA-384", "SHA-512"], "digest"), copied(data)),
    encrypt: cipher("encrypt", false),
    exportKey,
    generateKey,
    importKey,
    sign,
    unwrapKey,
    verify,
    wrapKey,
  };
  const subtle = {};
  for (const [name, operation] of Object.entries(operations)) {
    subtle[name] = async (...given) => operation(...given);
  }

  const getRandomValues = (array) => {
    const integers = ArrayBuffer.isView(array) && /^(Big)?(Ui|I)nt\d+(Clamped)?Array$/.test(array[Symbol.toStringTag]);
    if (!integers) fail("GoError", "TypeMismatchError: typedArray parameter isn't a TypedArray instance");
    if (array.byteLength > 65536) {
      fail("GoError", "QuotaExceededError: typedArray parameter is too big; maximum length is 65536");
    }
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(new Uint8Array(native.random(array.byteLength)));
    return array;
  };
  const randomUUID = () => {
    const bytes = new Uint8Array(native.random(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  // An object with k6, where no key can be told by it; `instanceof` works here as on the web.
  const blank = new CryptoKey("", {}, false, []);
  Object.defineProperty(blank, Symbol.hasInstance, { value: (key) => key instanceof CryptoKey });
  return { CryptoKey: blank, getRandomValues, randomUUID, subtle };
})
