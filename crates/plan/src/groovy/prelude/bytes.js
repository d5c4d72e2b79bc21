// Bytes (ints from -128 to 127), their encodings, and digests.
const signedByte = (b) => (b << 24) >> 24;
function utf8(s) {
  const out = [];
  for (const ch of s) {
    const c = ch.codePointAt(0);
    if (c >= 0xd800 && c < 0xe000) out.push(63);
    else if (c < 0x80) out.push(c);
    else if (c < 0x800) out.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return out;
}
const charsetName = (c) => c === undefined || c === null ? "UTF-8" : c instanceof Charset ? c._n : S(c).toUpperCase();
function bytesOf(s, charset) {
  const name = charsetName(charset);
  switch (name) {
    case "UTF-8": case "UTF8": return array("byte[]", utf8(s).map(signedByte));
    case "ISO-8859-1": case "LATIN1": case "US-ASCII": case "ASCII": case "WINDOWS-1252": return array("byte[]", Array.from({ length: s.length }, (_, i) => { const c = s.charCodeAt(i); return c < (name.includes("ASCII") ? 128 : 256) ? signedByte(c) : 63; }));
    case "UTF-16": case "UTF-16BE": case "UTF-16LE": { const out = name === "UTF-16" ? [-2, -1] : []; for (let i = 0; i < s.length; i++) { const c = s.charCodeAt(i); name === "UTF-16LE" ? out.push(signedByte(c & 255), signedByte(c >> 8)) : out.push(signedByte(c >> 8), signedByte(c & 255)); } return array("byte[]", out); }
  }
  throw new E.UnsupportedEncodingException(S(charset));
}
function decodeText(bytes, charset) {
  const name = charsetName(charset);
  const b = items(bytes).map((x) => N(x) & 255);
  if (["ISO-8859-1", "LATIN1", "US-ASCII", "ASCII", "WINDOWS-1252"].includes(name)) return b.map((x) => String.fromCharCode(x)).join("");
  if (name.startsWith("UTF-16")) { const le = name === "UTF-16LE" || (b[0] === 0xff && b[1] === 0xfe); let out = ""; for (let i = name === "UTF-16" && b[0] >= 0xfe ? 2 : 0; i + 1 < b.length; i += 2) out += String.fromCharCode(le ? b[i] | (b[i + 1] << 8) : (b[i] << 8) | b[i + 1]); return out; }
  if (name !== "UTF-8" && name !== "UTF8") throw new E.UnsupportedEncodingException(S(charset));
  let out = "";
  for (let i = 0; i < b.length;) {
    const c = b[i++];
    if (c < 0x80) { out += String.fromCharCode(c); continue; }
    const n = c >= 0xf0 && c < 0xf5 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
    let v = n === 3 ? c & 7 : n === 2 ? c & 15 : c & 31, k = 0;
    while (k < n && i < b.length && (b[i] & 0xc0) === 0x80) { v = (v << 6) | (b[i++] & 63); k++; }
    out += n === 0 || k < n || c >= 0xf5 ? "\ufffd" : String.fromCodePoint(v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ? 0xfffd : v);
  }
  return out;
}
class Charset extends JObject {
  constructor(n) { super(); this._n = n; }
  static forName(n) { return new Charset(S(n).toUpperCase()); }
  static defaultCharset() { return new Charset("UTF-8"); }
  name() { return this._n; }
  displayName() { return this._n; }
  $value() { return this._n; }
  toString() { return this._n; }
}
known("java.nio.charset.Charset", Charset);
kind("java.nio.charset.StandardCharsets", () => false, { UTF_8: new Charset("UTF-8"), ISO_8859_1: new Charset("ISO-8859-1"), US_ASCII: new Charset("US-ASCII"), UTF_16: new Charset("UTF-16"), UTF_16BE: new Charset("UTF-16BE"), UTF_16LE: new Charset("UTF-16LE") });
const hexOf = (l) => items(l).map((b) => (N(b) & 255).toString(16).padStart(2, "0")).join("");
function fromHex(s) {
  if (s.length % 2 || /[^0-9a-fA-F]/.test(s)) throw new NumberFormatException("odd number of characters in hex string");
  return (s.match(/../g) ?? []).map((h) => signedByte(parseInt(h, 16)));
}
const B64 = UPPER + LOWER + DIGITS + "+/", B64URL = UPPER + LOWER + DIGITS + "-_";
function base64(l, letters = B64, padding = true) {
  const b = items(l).map((x) => N(x) & 255);
  let out = "";
  for (let i = 0; i < b.length; i += 3) {
    const v = (b[i] << 16) | ((b[i + 1] ?? 0) << 8) | (b[i + 2] ?? 0);
    out += letters[v >> 18] + letters[(v >> 12) & 63] + (i + 1 < b.length ? letters[(v >> 6) & 63] : padding ? "=" : "") + (i + 2 < b.length ? letters[v & 63] : padding ? "=" : "");
  }
  return out;
}
function fromBase64(s, strict) {
  const out = [];
  let v = 0, n = 0;
  for (const c of s) {
    if (c === "=") break;
    let i = B64.indexOf(c);
    if (i < 0) i = B64URL.indexOf(c);
    if (i < 0) { if (strict) throw new IllegalArgumentException(`Illegal base64 character ${c.charCodeAt(0).toString(16)}`); continue; }
    v = ((v << 6) | i) & 0xffffff;
    n += 6;
    if (n >= 8) { n -= 8; out.push(signedByte((v >> n) & 255)); }
  }
  return out;
}
const asBytes = (v) => isText(v) ? utf8(str(v)) : items(v);
class Encoder extends JObject {
  constructor(letters, padding) { super(); this._l = letters; this._p = padding; }
  encodeToString(b) { return base64(b, this._l, this._p); }
  encode(b) { return bytesOf(base64(b, this._l, this._p)); }
  withoutPadding() { return new Encoder(this._l, false); }
}
class Decoder extends JObject { decode(v) { return array("byte[]", fromBase64(isText(v) ? str(v) : decodeText(v), true)); } }
class MimeDecoder extends JObject { decode(v) { return array("byte[]", fromBase64(isText(v) ? str(v) : decodeText(v), false)); } }
kind("java.util.Base64", () => false, { getEncoder: () => new Encoder(B64, true), getUrlEncoder: () => new Encoder(B64URL, true), getMimeEncoder: () => new Encoder(B64, true), getDecoder: () => new Decoder(), getUrlDecoder: () => new Decoder(), getMimeDecoder: () => new MimeDecoder() });
for (const [n, l] of [["Encoder", Encoder], ["Decoder", Decoder]]) known("java.util.Base64." + n, l);
kind("org.apache.commons.codec.binary.Base64", () => false, { encodeBase64String: (b) => base64(b), encodeBase64: (b) => bytesOf(base64(b)), encodeBase64URLSafeString: (b) => base64(b, B64URL, false), decodeBase64: (v) => array("byte[]", fromBase64(isText(v) ? str(v) : decodeText(v))), isBase64: (v) => /^[A-Za-z0-9+/=_\s-]*$/.test(str(v)) });
kind("org.apache.commons.codec.binary.Hex", () => false, { encodeHexString: (b) => hexOf(b), encodeHex: (b) => STR.toCharArray(hexOf(b)), decodeHex: (v) => array("byte[]", fromHex(str(v))) });
kind("javax.xml.bind.DatatypeConverter", () => false, { printBase64Binary: (b) => base64(b), parseBase64Binary: (t) => array("byte[]", fromBase64(S(t))), printHexBinary: (b) => hexOf(b).toUpperCase(), parseHexBinary: (t) => array("byte[]", fromHex(S(t))) });
function digestHex(algorithm, bytes) {
  const hex = host("digest", algorithm, hexOf(bytes));
  if (hex === null || hex === undefined) throw new E.NoSuchAlgorithmException(`${algorithm} MessageDigest not available`);
  return hex;
}
class MessageDigest extends JObject {
  constructor(a) { super(); this._a = a; this._b = []; }
  static getInstance(a) { digestHex(S(a), []); return new MessageDigest(S(a)); }
  static isEqual(a, b) { return sameItems(a, b); }
  update(b) { if (typeof b === "number" || b instanceof Small) this._b.push(b); else for (const x of asBytes(b)) this._b.push(x); return null; }
  digest(b) { if (b !== undefined) this.update(b); const hex = digestHex(this._a, this._b); this._b = []; return array("byte[]", fromHex(hex)); }
  reset() { this._b = []; return null; }
  getAlgorithm() { return this._a; }
}
known("java.security.MessageDigest", MessageDigest);
class SecretKeySpec extends JObject { constructor(k, a) { super(); this._k = k; this._a = S(a); } getEncoded() { return this._k; } getAlgorithm() { return this._a; } }
known("javax.crypto.spec.SecretKeySpec", SecretKeySpec);
class Mac extends JObject {
  constructor(a) { super(); this._a = a; this._b = []; }
  static getInstance(a) { if (host("hmac", S(a), "00", "") === null) throw new E.NoSuchAlgorithmException(`Algorithm ${S(a)} not available`); return new Mac(S(a)); }
  init(k) { this._k = k; return null; }
  update(b) { for (const x of asBytes(b)) this._b.push(x); return null; }
  doFinal(b) { if (b !== undefined) this.update(b); if (!this._k) throw new IllegalStateException("MAC not initialized"); const hex = host("hmac", this._a, hexOf(this._k._k), hexOf(this._b)); this._b = []; return array("byte[]", fromHex(hex)); }
}
known("javax.crypto.Mac", Mac);
const DIGESTS = {};
for (const [name, a] of [["md5", "MD5"], ["sha1", "SHA-1"], ["sha", "SHA-1"], ["sha256", "SHA-256"], ["sha384", "SHA-384"], ["sha512", "SHA-512"]]) { DIGESTS[name + "Hex"] = (v) => digestHex(a, asBytes(v)); DIGESTS[name] = (v) => array("byte[]", fromHex(digestHex(a, asBytes(v)))); }
kind("org.apache.commons.codec.digest.DigestUtils", () => false, DIGESTS);
class HmacUtils extends JObject {
  constructor(a, k) { super(); this._a = a instanceof Named ? a._name.replace(/^HMAC_/, "Hmac").replace("SHA_", "SHA").replace("_", "") : S(a); this._k = asBytes(k); }
  hmacHex(v) { return host("hmac", this._a, hexOf(this._k), hexOf(asBytes(v))); }
  hmac(v) { return array("byte[]", fromHex(this.hmacHex(v))); }
}
for (const a of ["MD5", "SHA1", "SHA256", "SHA384", "SHA512"]) { const name = "hmac" + a[0] + a.slice(1).toLowerCase(); HmacUtils[name + "Hex"] = (k, v) => new HmacUtils("Hmac" + a, k).hmacHex(v); HmacUtils[name] = (k, v) => new HmacUtils("Hmac" + a, k).hmac(v); }
known("org.apache.commons.codec.digest.HmacUtils", HmacUtils);
enumOf("org.apache.commons.codec.digest.HmacAlgorithms", ["HMAC_MD5", "HMAC_SHA_1", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"]);
// Numbers among bytes, the highest first unless asked otherwise.
class ByteBuffer extends JObject {
  constructor(b) { super(); this._b = b; this._at = 0; this._end = b.length; this._little = false; }
  static allocate(n) { return new ByteBuffer(array("byte[]", new Array(N(n)).fill(0))); }
  static wrap(b, from, n) { const made = new ByteBuffer(b); if (from !== undefined) { made._at = N(from); made._end = N(from) + N(n); } return made; }
  $place(size, at) {
    const from = at === undefined ? this._at : N(at);
    if (from < 0 || from + size > this._end) throw at === undefined ? new E.BufferUnderflowException() : new IndexOutOfBoundsException();
    if (at === undefined) this._at += size;
    return from;
  }
  $read(size, at) {
    const from = this.$place(size, at);
    let v = 0n;
    for (let i = 0; i < size; i++) v = (v << 8n) | BigInt(this._b[this._little ? from + size - 1 - i : from + i] & 255);
    return BigInt.asIntN(size * 8, v);
  }
  $write(size, v, at) {
    if (at === undefined && this._at + size > this._end) throw new E.BufferOverflowException();
    const from = this.$place(size, at);
    let left = BigInt.asUintN(size * 8, BigInt(v));
    for (let i = 0; i < size; i++) { this._b[this._little ? from + i : from + size - 1 - i] = signedByte(Number(left & 255n)); left >>= 8n; }
    return this;
  }
  get(v, from, n) {
    if (!Array.isArray(v)) return Number(this.$read(1, v));
    for (let i = from === undefined ? 0 : N(from), end = i + (n === undefined ? v.length : N(n)); i < end; i++) v[i] = Number(this.$read(1));
    return this;
  }
  put(v, x) {
    if (v instanceof ByteBuffer) { while (v.hasRemaining()) this.put(v.get()); return this; }
    if (Array.isArray(v)) { for (const b of v) this.put(b); return this; }
    return x === undefined ? this.$write(1, N(v)) : this.$write(1, N(x), v);
  }
  order(o) { if (o === undefined) return this._little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN; this._little = o === ByteOrder.LITTLE_ENDIAN; return this; }
  array() { return this._b; }
  capacity() { return this._b.length; }
  remaining() { return this._end - this._at; }
  hasRemaining() { return this._at < this._end; }
  position(n) { if (n === undefined) return this._at; this._at = N(n); return this; }
  limit(n) { if (n === undefined) return this._end; this._end = N(n); return this; }
  flip() { this._end = this._at; this._at = 0; return this; }
  rewind() { this._at = 0; return this; }
  clear() { this._at = 0; this._end = this._b.length; return this; }
  toString() { return `java.nio.HeapByteBuffer[pos=${this._at} lim=${this._end} cap=${this._b.length}]`; }
}
const wholeOf = (v) => typeof v === "bigint" ? v : BigInt(Math.trunc(N(v)));
for (const [name, size, turned] of [["Short", 2, Number], ["Int", 4, Number], ["Long", 8, (v) => v]]) {
  ByteBuffer.prototype["get" + name] = function (at) { return turned(this.$read(size, at)); };
  ByteBuffer.prototype["put" + name] = function (v, x) { return x === undefined ? this.$write(size, wholeOf(v)) : this.$write(size, wholeOf(x), v); };
}
known("java.nio.ByteBuffer", ByteBuffer);
const byteOrder = (n) => ({ __proto__: JObject.prototype, toString: () => n });
const ByteOrder = { BIG_ENDIAN: byteOrder("BIG_ENDIAN"), LITTLE_ENDIAN: byteOrder("LITTLE_ENDIAN") };
kind("java.nio.ByteOrder", () => false, { ...ByteOrder });
